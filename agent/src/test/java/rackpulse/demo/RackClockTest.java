package rackpulse.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rackpulse.telemetry.Stamp;

@Timeout(30)
class RackClockTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  private final RackClock clock = new RackClock(NOON);

  @Test
  void passesOnlyWhenItIsToldTo() {
    assertEquals(new Stamp(NOON, 0, true), clock.stamp());
    clock.advance(Duration.ofMinutes(6));
    assertEquals(new Stamp(NOON.plusSeconds(360), 360_000_000_000L, true), clock.stamp());
  }

  @Test
  void whoSleepsIsWokenWhenTheTimeHasCome() throws Exception {
    FutureTask<Long> sleeper =
        new FutureTask<>(() -> {
          clock.sleepUntil(1_500_000_000L);
          return clock.nanos();
        });
    Thread thread = new Thread(sleeper, "sleeper");
    thread.start();
    clock.advance(Duration.ofSeconds(1));
    clock.advance(Duration.ofSeconds(1));
    assertEquals(2_000_000_000L, sleeper.get());
  }

  @Test
  void whoSleepsCanBeInterrupted() {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> clock.sleepUntil(1));
  }
}
