package rackpulse.trend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import rackpulse.model.AdversarialSeries;
import rackpulse.state.UnusableState;

/// No input whatever makes a result or a state that is not finite, and a restart is never seen.
class TrendFuzzTest {
  private static final long STEP = 10_000_000_000L;
  private static final int SERIES = 10;

  @Test
  void staysFinite() throws UnusableState {
    for (int seed = 0; seed < SERIES; seed++) {
      AdversarialSeries series = new AdversarialSeries(300 + seed);
      double limit = seed < 3 ? 1e15 : seed;
      double resolution = seed % 2;
      Approach model =
          new Approach(new Approach.Settings(limit, seed % 3 == 0, STEP, resolution, resolution));
      for (int i = 0; i < 250_000; i++) {
        long step = series.next(0, STEP);
        if (model.observe(step, series.value()) && model.minutes() < Double.POSITIVE_INFINITY) {
          assertTrue(model.minutes() >= 0, "minutes " + model.minutes());
          assertTrue(model.limit.earliestMinutes() <= model.minutes());
          assertTrue(model.minutes() <= model.limit.latestMinutes());
        }
        if (series.seldom()) {
          Approach restored = model.restored();
          assertArrayEquals(model.bytes(), restored.bytes());
          model = restored;
        }
      }
    }
  }
}
