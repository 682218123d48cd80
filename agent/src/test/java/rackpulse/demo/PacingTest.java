package rackpulse.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PacingTest {
  private static final long MILLI = 1_000_000;

  private final Pacing pacing = new Pacing(360, 0);

  @Test
  void aSecondIsSixMinutesInShortSteps() {
    Duration passed = Duration.ZERO;
    for (long millis = 1; millis <= 1000; millis++) {
      Duration step = pacing.step(millis * MILLI, true);
      assertTrue(step.compareTo(Duration.ofSeconds(15)) <= 0, step.toString());
      passed = passed.plus(step);
    }
    assertEquals(360.0, passed.toMillis() / 1e3, 3);
  }

  @Test
  void waitsForTheAudienceButNotForEver() {
    for (long millis = 100; millis <= 5000; millis += 100) {
      assertEquals(Duration.ZERO, pacing.step(millis * MILLI, false));
    }
    assertEquals(Duration.ofSeconds(15), pacing.step(5100 * MILLI, false));
    assertEquals(Duration.ZERO, pacing.step(5200 * MILLI, false));
  }

  @Test
  void whatAStandstillTookIsNotMadeUpFor() {
    Duration passed = pacing.step(60_000 * MILLI, true);
    while (pacing.isBehind()) {
      passed = passed.plus(pacing.step(60_000 * MILLI, true));
    }
    assertEquals(Duration.ofSeconds(90), passed);
  }
}
