package rackpulse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rackpulse.linux.NotifySocket;

class SystemdSupervisorTest {
  private static final long PID = 42;
  private static final Duration UNWATCHED = Duration.ofSeconds(5);

  @Test
  void showsSignsOfLifeTwiceInTheTimeThatSystemdGives() {
    assertEquals(Duration.ofSeconds(15), every(Map.of("WATCHDOG_USEC", "30000000")));
    assertEquals(
        Duration.ofMillis(500), every(Map.of("WATCHDOG_USEC", "1000000", "WATCHDOG_PID", "42")));
  }

  @Test
  void isNotWatchedWhenSystemdWatchesAnotherProcess() {
    assertEquals(UNWATCHED, every(Map.of("WATCHDOG_USEC", "1000000", "WATCHDOG_PID", "41")));
    assertEquals(UNWATCHED, every(Map.of()));
  }

  @Test
  void survivesNonsense() {
    assertEquals(UNWATCHED, every(Map.of("WATCHDOG_USEC", "soon")));
    assertEquals(UNWATCHED, every(Map.of("WATCHDOG_USEC", "-5")));
    assertEquals(Duration.ofMillis(10), every(Map.of("WATCHDOG_USEC", "1")));
    assertEquals(
        Duration.ofNanos(Long.MAX_VALUE / 1000 * 1000 / 2),
        every(Map.of("WATCHDOG_USEC", Long.toString(Long.MAX_VALUE))));
  }

  private static Duration every(Map<String, String> environment) {
    return new SystemdSupervisor(NotifySocket.of(Map.of()), environment, PID).aliveEvery();
  }
}
