package rackpulse.modbus;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ExceptionCodeTest {
  @Test
  void namesEveryCodeOfTheSpecification() {
    for (int code : new int[] {1, 2, 3, 4, 5, 6, 8, 10, 11}) {
      assertFalse(ExceptionCode.text(code).startsWith("unknown"), "code " + code);
    }
    for (int code : new int[] {0, 7, 9, 12, 255}) {
      assertTrue(ExceptionCode.text(code).startsWith("unknown"), "code " + code);
    }
  }
}
