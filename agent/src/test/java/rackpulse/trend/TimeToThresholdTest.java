package rackpulse.trend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.state.UnusableState;
import rackpulse.trend.Approach.Settings;

class TimeToThresholdTest {
  private static final long STEP = 10_000_000_000L;
  private static final double LIMIT = 32;
  private static final Settings INLET = new Settings(LIMIT, false, STEP, 0.1, 30);

  /// A cooling failure: flat with noise, then a ramp of 0.4 to 2 K per minute.
  @Test
  void announcesEveryRampBeforeTheLimitAndNothingElse() {
    double lead = 0;
    int failures = 40;
    for (int seed = 0; seed < failures; seed++) {
      Random random = new Random(seed);
      Approach model = new Approach(INLET);
      double perMinute = 0.4 + 1.6 * random.nextDouble();
      double start = 24 + 3 * random.nextDouble();
      assertEquals(0, quiet(model, random, start, 3000), "false alarms of " + seed);
      double available = (LIMIT - start) / perMinute;
      double minute = 0;
      while (!model.observe(STEP, noisy(random, start + perMinute * minute))) {
        minute += 1 / 6.0;
        assertTrue(minute < available, "missed " + seed);
      }
      double told = Math.min(available, TimeToThreshold.HORIZON_MINUTES);
      lead += (available - minute) / told / failures;
      assertTrue(model.limit.earliestMinutes() <= model.minutes());
      assertTrue(model.limit.latestMinutes() >= model.minutes());
    }
    assertTrue(lead > 0.7, "share of the possible lead: " + lead);
  }

  @Test
  void tellsWhenALineCrossesTheLimit() {
    Approach model = new Approach(INLET);
    quiet(model, new Random(1), 24, 1000);
    double minute = 0;
    for (int i = 0; i < 30; i++) {
      minute += 1 / 6.0;
      model.observe(STEP, 24 + minute);
    }
    assertEquals(LIMIT - 24 - minute, model.minutes(), 0.1);
  }

  /// A step of load: at first it heads for the limit, and then it comes to rest.
  @Test
  void whatSettlesBelowTheLimitIsHardlyEverWarnedOfAndNotForLong() {
    ApproachBenchmark coarse = new ApproachBenchmark(0.1, 1);
    for (double lag : new double[] {0.25, 0.5, 1, 2, 4, 8}) {
      int warned = 0;
      int trials = 0;
      for (double share : new double[] {0.3, 0.4, 0.5, 0.6}) {
        for (int seed = 0; seed < 20; seed++) {
          ApproachBenchmark.Outcome outcome =
              coarse.trial(ApproachBenchmark.settling(share, lag), seed, 10 * lag);
          trials++;
          warned += outcome.isWarned() ? 1 : 0;
          assertTrue(outcome.warnedReadings() <= 9, "for " + outcome.warnedReadings());
        }
      }
      assertTrue(4 * warned <= trials, warned + " of " + trials + " with " + lag);
    }
  }

  /// By 3 of the 8 K, with a time constant of 5 minutes.
  @Test
  void aSmallStepOfLoadIsHardlyEverWarnedOf() {
    ApproachBenchmark coarse = new ApproachBenchmark(0.1, 1);
    int warned = 0;
    for (int seed = 0; seed < 50; seed++) {
      warned += coarse.trial(ApproachBenchmark.settling(3 / 8.0, 5), seed, 30).isWarned() ? 1 : 0;
    }
    assertTrue(warned <= 5, warned + " of 50 benign steps");
  }

  @Test
  void aSteadyRampIsWarnedOfInAThirdOfItsTime() {
    ApproachBenchmark coarse = new ApproachBenchmark(0.1, 1);
    for (double perMinute : new double[] {0.3, 0.5, 1, 2, 4}) {
      double minutes = 8 / perMinute;
      double waited = 0;
      for (int seed = 0; seed < 20; seed++) {
        ApproachBenchmark.Outcome outcome = coarse.trial(t -> perMinute * t, seed, minutes);
        assertTrue(outcome.isWarned(), "of " + perMinute + " K a minute");
        waited += (outcome.warnedMinute() - Math.max(0, minutes - 15)) / 20;
      }
      assertTrue(waited < 0.37 * Math.min(15, minutes), "after " + waited + " of " + minutes);
    }
  }

  @Test
  void aStepOnARampIsWarnedOfAsSoonAsOneFromRest() {
    for (double before : new double[] {-0.2, 0, 0.2}) {
      Approach model = new Approach(INLET);
      Random random = new Random(7);
      quiet(model, random, 24, 1000);
      double value = 24;
      for (int i = 0; i < 60; i++) {
        value += before / 6;
        model.observe(STEP, noisy(random, value));
      }
      double from = value;
      int readings = 0;
      while (!model.observe(STEP, noisy(random, value))) {
        value += 2 / 6.0;
        readings++;
        assertTrue(value < LIMIT);
      }
      assertTrue(value - from < 0.4 * (LIMIT - from), "after " + readings + " with " + before);
    }
  }

  @Test
  void watchesALowerLimitAlike() {
    Approach high = new Approach(new Settings(50, false, STEP, 0.1, 30));
    Approach low = new Approach(new Settings(-50, true, STEP, 0.1, 30));
    Random random = new Random(2);
    int alarms = 0;
    for (int i = 0; i < 3000; i++) {
      double value = noisy(random, i < 2000 ? 24 : 24 + (i - 2000) / 30.0);
      boolean isAlarm = high.observe(STEP, value);
      assertEquals(isAlarm, low.observe(STEP, -value));
      assertEquals(high.minutes(), low.minutes());
      alarms += isAlarm ? 1 : 0;
    }
    assertTrue(alarms > 0);
  }

  @Test
  void aGapIsNoSlope() {
    Approach model = new Approach(INLET);
    quiet(model, new Random(3), 24, 1000);
    for (int i = 0; i < 10; i++) {
      assertFalse(model.observe(i == 0 ? 4 * STEP : STEP, 30 + 0.1 * (i % 2)));
    }
    for (int i = 0; i < 10; i++) {
      assertFalse(model.observe(STEP, Double.NaN));
    }
    assertFalse(model.observe(STEP, 24));
    assertFalse(model.observe(STEP, 24.1));
  }

  @Test
  void ignoresDuplicatesAndClocksThatGoBack() {
    Approach once = new Approach(INLET);
    Approach twice = new Approach(INLET);
    Random random = new Random(4);
    for (int i = 0; i < 2000; i++) {
      double value = noisy(random, 24);
      assertEquals(once.observe(STEP, value), twice.observe(STEP, value));
      twice.observe(0, value + 5);
      twice.observe(-STEP, value - 5);
    }
    assertArrayEquals(once.bytes(), twice.bytes());
  }

  @Test
  void alarmsAtTheLimitItself() {
    Approach model = new Approach(INLET);
    quiet(model, new Random(5), 24, 1000);
    model.observe(4 * STEP, 33);
    assertTrue(model.observe(STEP, 33));
    assertEquals(0, model.minutes());
    for (int i = 0; i < 20; i++) {
      model.observe(STEP, 24);
    }
    assertFalse(model.observe(STEP, 24));
    assertTrue(model.limit.quietReadings() > 5);
    assertTrue(Double.isInfinite(model.minutes()));
  }

  @Test
  void goesOnBitByBitAfterARestart() throws UnusableState {
    Random random = new Random(6);
    Approach through = new Approach(INLET);
    Approach restarted = new Approach(INLET);
    for (int i = 0; i < 5000; i++) {
      double value = noisy(random, 26 + 4 * Math.sin(i / 100.0));
      value = random.nextInt(50) == 0 ? Double.NaN : value;
      if (random.nextInt(50) == 0) {
        restarted = restarted.restored();
      }
      long step = random.nextInt(200) == 0 ? 10 * STEP : STEP;
      assertEquals(through.observe(step, value), restarted.observe(step, value));
    }
    assertArrayEquals(through.bytes(), restarted.bytes());
    Approach known = through;
    Settings other = new Settings(33, false, STEP, 0.1, 30);
    assertThrows(UnusableState.class, () -> known.restored(other));
  }

  private static int quiet(Approach model, Random random, double level, int readings) {
    int alarms = 0;
    for (int i = 0; i < readings; i++) {
      alarms += model.observe(STEP, noisy(random, level)) ? 1 : 0;
    }
    return alarms;
  }

  /// As a sensor of a tenth of a degree gives it.
  private static double noisy(Random random, double value) {
    return Math.round(10 * (value + 0.05 * random.nextGaussian())) / 10.0;
  }
}
