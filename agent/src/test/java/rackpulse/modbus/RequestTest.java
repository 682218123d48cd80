package rackpulse.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import rackpulse.bus.ModbusBus.BitTable;
import rackpulse.bus.ModbusBus.RegisterTable;

class RequestTest {
  private final Request request = new Request();

  @Test
  void encodesEveryFunction() {
    assertEquals("0300000002", encoded(request.registers(1, RegisterTable.HOLDING, 0, 2)));
    assertEquals("0400010002", encoded(request.registers(1, RegisterTable.INPUT, 1, 2)));
    assertEquals("01001307d0", encoded(request.bits(1, BitTable.COIL, 0x13, 2000)));
    assertEquals("02ffff0001", encoded(request.bits(1, BitTable.DISCRETE_INPUT, 0xFFFF, 1)));
    assertEquals("2b0e0102", encoded(request.identification(1, 2)));
  }

  /// Modbus Application Protocol 1.1b3, 6: 5, 6, 15, 16, 21, 22 and 23 write, 8 can reset a device.
  @Test
  void cannotEncodeAFunctionThatWrites() {
    assertEquals(
        Set.of(1, 2, 3, 4, 43),
        Arrays.stream(Request.Function.values())
            .map(Request.Function::code)
            .collect(Collectors.toSet()));
    Random random = new Random(6);
    Set<String> functions = new TreeSet<>();
    for (int i = 0; i < 100_000; i++) {
      int unit = random.nextInt(256);
      int address = random.nextInt(0x8000);
      Request any =
          switch (random.nextInt(3)) {
            case 0 ->
                request.registers(
                    unit,
                    RegisterTable.values()[random.nextInt(2)],
                    address,
                    1 + random.nextInt(125));
            case 1 ->
                request.bits(
                    unit, BitTable.values()[random.nextInt(2)], address, 1 + random.nextInt(2000));
            default -> request.identification(unit, random.nextInt(256));
          };
      functions.add(encoded(any).substring(0, 2));
    }
    assertEquals(Set.of("01", "02", "03", "04", "2b"), functions);
  }

  @Test
  void knowsHowLongTheAnswerWillBe() {
    assertEquals(2 + 250, request.registers(1, RegisterTable.INPUT, 0, 125).answerBodyBytes());
    assertEquals(2 + 1, request.bits(1, BitTable.COIL, 0, 8).answerBodyBytes());
    assertEquals(2 + 2, request.bits(1, BitTable.COIL, 0, 9).answerBodyBytes());
  }

  @Test
  void refusesWhatDoesNotFitInAFrame() {
    assertThrows(
        IllegalArgumentException.class, () -> request.registers(1, RegisterTable.HOLDING, 0, 126));
    assertThrows(
        IllegalArgumentException.class, () -> request.registers(1, RegisterTable.HOLDING, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> request.bits(1, BitTable.COIL, 0, 2001));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> request.registers(1, RegisterTable.HOLDING, 0xFFFF, 2));
    assertThrows(
        IndexOutOfBoundsException.class, () -> request.registers(256, RegisterTable.HOLDING, 0, 1));
  }

  @Test
  void saysWhatIsAsked() {
    assertEquals(
        "50 holding registers from 7 of unit 3",
        request.registers(3, RegisterTable.HOLDING, 7, 50).toString());
    assertEquals("device identification of unit 3", request.identification(3, 0).toString());
  }

  private static String encoded(Request request) {
    ByteBuffer frame = ByteBuffer.allocate(16);
    request.encode(frame);
    return HexFormat.of().formatHex(frame.array(), 0, frame.position());
  }
}
