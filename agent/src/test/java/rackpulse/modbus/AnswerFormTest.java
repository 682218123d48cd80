package rackpulse.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import rackpulse.bus.ModbusBus.BitTable;
import rackpulse.bus.ModbusBus.RegisterTable;

class AnswerFormTest {
  private static final Request REGISTERS = new Request().registers(3, RegisterTable.HOLDING, 0, 2);
  private static final Request BITS = new Request().bits(3, BitTable.COIL, 0, 10);
  private static final Request IDENTIFICATION = new Request().identification(3, 0);

  @Test
  void acceptsExactlyWhatWasAsked() {
    assertEquals(AnswerForm.GOOD, form(REGISTERS, "03 04 1234 5678"));
    assertEquals(AnswerForm.GOOD, form(BITS, "01 02 FF 03"));
    assertEquals(AnswerForm.GOOD, form(IDENTIFICATION, "2B 0E 01 01 00 00 01 00 02 41 42"));
    assertEquals(AnswerForm.GOOD, form(IDENTIFICATION, "2B 0E 01 01 00 00 00"));
  }

  @Test
  void tellsExceptions() {
    assertEquals(AnswerForm.EXCEPTION, form(REGISTERS, "83 02"));
    assertEquals(AnswerForm.EXCEPTION, form(IDENTIFICATION, "AB 01"));
    assertEquals(AnswerForm.OTHER_LENGTH, form(REGISTERS, "83 02 00"));
    assertEquals(AnswerForm.OTHER_FUNCTION, form(REGISTERS, "84 02"));
  }

  @Test
  void refusesOtherLengths() {
    assertEquals(AnswerForm.OTHER_LENGTH, form(REGISTERS, "03 04 1234 56"));
    assertEquals(AnswerForm.OTHER_LENGTH, form(REGISTERS, "03 04 1234 5678 9A"));
    assertEquals(AnswerForm.OTHER_LENGTH, form(REGISTERS, "03 06 1234 5678 9ABC"));
    assertEquals(AnswerForm.OTHER_LENGTH, form(REGISTERS, "03 02 1234 5678"));
    assertEquals(AnswerForm.OTHER_LENGTH, form(REGISTERS, "03 04"));
    assertEquals(AnswerForm.OTHER_LENGTH, form(IDENTIFICATION, "2B 0E 01 01 00 00 01 00 02 41"));
    assertEquals(AnswerForm.OTHER_LENGTH, form(IDENTIFICATION, "2B 0D 01 01 00 00 00"));
    assertEquals(AnswerForm.OTHER_LENGTH, form(IDENTIFICATION, "2B 0E"));
  }

  @Test
  void refusesOtherFunctions() {
    assertEquals(AnswerForm.OTHER_FUNCTION, form(REGISTERS, "04 04 1234 5678"));
    assertEquals(AnswerForm.OTHER_FUNCTION, form(REGISTERS, "2B 0E 01 01 00 00 00"));
  }

  private static AnswerForm form(Request request, String hex) {
    byte[] bytes = Hex.bytes("EE " + hex + " EE"); // what is around is not looked at
    return AnswerForm.of(request, ByteBuffer.wrap(bytes), 1, bytes.length - 2);
  }
}
