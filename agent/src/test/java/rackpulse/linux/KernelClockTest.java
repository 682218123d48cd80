package rackpulse.linux;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelClockTest {
  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

  @TempDir private Path directory;

  private final FakeLibc fake = new FakeLibc();

  /// Status bits: 1 PLL, 40h unsynchronised, 2000h nanoseconds.
  @ParameterizedTest
  @CsvSource({"0, 01200000, true", "0, 41200000, false", "5, 00200000, false", "1, 01, true"})
  void believesTheKernel(long state, String status, boolean synchronised) {
    fake.answers("adjtimex", state, status);
    assertEquals(synchronised, clock().getAsBoolean());
    assertEquals(List.of("adjtimex modes 0"), fake.calls());
  }

  @Test
  void believesTheTimeServiceWhereItMayNotAsk() throws IOException {
    fake.fails("adjtimex", Errno.EPERM);
    touchedAt(NOON.minus(Duration.ofHours(1)));
    assertTrue(clock().getAsBoolean());
  }

  @Test
  void doesNotBelieveATimeServiceThatHasBeenSilentForLong() throws IOException {
    fake.fails("adjtimex", Errno.EPERM);
    touchedAt(NOON.minus(Duration.ofHours(9)));
    assertFalse(clock().getAsBoolean());
  }

  @Test
  void isNotSynchronisedWhereNobodySaysSo() {
    fake.fails("adjtimex", Errno.EPERM);
    assertFalse(clock().getAsBoolean());
  }

  @Test
  void theKernelKnowsBetterThanTheTimeService() throws IOException {
    fake.answers("adjtimex", 5, "41200000");
    touchedAt(NOON);
    assertFalse(clock().getAsBoolean());
  }

  @Test
  void asksTheRealKernel() {
    assertDoesNotThrow(new KernelClock()::getAsBoolean);
  }

  private KernelClock clock() {
    return new KernelClock(fake.libc(), directory.resolve("synchronized"), () -> NOON);
  }

  private void touchedAt(Instant at) throws IOException {
    Path file = Files.createFile(directory.resolve("synchronized"));
    Files.setLastModifiedTime(file, FileTime.from(at));
  }
}
