package rackpulse.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

  @Test
  void doublesUpToTheCeiling() {
    long[] seconds = {1, 2, 4, 8, 16, 30, 30};
    for (int failures = 1; failures <= seconds.length; failures++) {
      assertEquals(seconds[failures - 1] * 1_000_000_000, backoff.afterNanos(failures));
    }
    assertEquals(30_000_000_000L, backoff.afterNanos(Integer.MAX_VALUE));
  }

  @Test
  void refusesBoundsInTheWrongOrder() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)));
    assertThrows(
        IllegalArgumentException.class, () -> new Backoff(Duration.ZERO, Duration.ofSeconds(1)));
  }
}
