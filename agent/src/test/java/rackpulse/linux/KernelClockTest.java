package rackpulse.linux;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelClockTest {
  private final FakeLibc fake = new FakeLibc();

  /// Status bits: 1 PLL, 40h unsynchronised, 2000h nanoseconds.
  @ParameterizedTest
  @CsvSource({"0, 01200000, true", "0, 41200000, false", "5, 00200000, false", "1, 01, true"})
  void believesTheKernel(long state, String status, boolean synchronised) {
    fake.answers("adjtimex", state, status);
    assertEquals(synchronised, new KernelClock(fake.libc()).getAsBoolean());
    assertEquals(List.of("adjtimex modes 0"), fake.calls());
  }

  @Test
  void isNotSynchronisedWhereItMayNotAsk() {
    fake.fails("adjtimex", Errno.EPERM);
    KernelClock clock = new KernelClock(fake.libc());
    assertFalse(clock.getAsBoolean());
  }

  @Test
  void asksTheRealKernel() {
    assertDoesNotThrow(new KernelClock()::getAsBoolean);
  }
}
