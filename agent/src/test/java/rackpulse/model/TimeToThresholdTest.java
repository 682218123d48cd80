package rackpulse.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.model.TimeToThreshold.Settings;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

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
      TimeToThreshold model = new TimeToThreshold(INLET);
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
      assertTrue(model.earliestMinutes() <= model.minutes());
      assertTrue(model.latestMinutes() >= model.minutes());
    }
    assertTrue(lead > 0.7, "share of the possible lead: " + lead);
  }

  @Test
  void tellsWhenALineCrossesTheLimit() {
    TimeToThreshold model = new TimeToThreshold(INLET);
    quiet(model, new Random(1), 24, 1000);
    double minute = 0;
    for (int i = 0; i < 30; i++) {
      minute += 1 / 6.0;
      model.observe(STEP, 24 + minute);
    }
    assertEquals(LIMIT - 24 - minute, model.minutes(), 0.1);
  }

  /// A step of load lifts the temperature by 3 K with a time constant of 5 minutes: at first it
  /// heads for the limit.
  @Test
  void aSettlingTemperatureRarelyAlarms() {
    int alarms = 0;
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      TimeToThreshold model = new TimeToThreshold(INLET);
      quiet(model, random, 24, 1000);
      boolean hasAlarmed = false;
      for (int i = 0; i < 180; i++) {
        double value = noisy(random, 27 - 3 * Math.exp(-i / 30.0));
        hasAlarmed |= model.observe(STEP, value);
      }
      alarms += hasAlarmed ? 1 : 0;
    }
    assertTrue(alarms <= 5, alarms + " of 50 benign steps");
  }

  @Test
  void watchesALowerLimitAlike() {
    TimeToThreshold high = new TimeToThreshold(new Settings(50, false, STEP, 0.1, 30));
    TimeToThreshold low = new TimeToThreshold(new Settings(-50, true, STEP, 0.1, 30));
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
    TimeToThreshold model = new TimeToThreshold(INLET);
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
    TimeToThreshold once = new TimeToThreshold(INLET);
    TimeToThreshold twice = new TimeToThreshold(INLET);
    Random random = new Random(4);
    for (int i = 0; i < 2000; i++) {
      double value = noisy(random, 24);
      assertEquals(once.observe(STEP, value), twice.observe(STEP, value));
      twice.observe(0, value + 5);
      twice.observe(-STEP, value - 5);
    }
    assertArrayEquals(bytes(once), bytes(twice));
  }

  @Test
  void alarmsAtTheLimitItself() {
    TimeToThreshold model = new TimeToThreshold(INLET);
    quiet(model, new Random(5), 24, 1000);
    model.observe(4 * STEP, 33);
    assertTrue(model.observe(STEP, 33));
    assertEquals(0, model.minutes());
    for (int i = 0; i < 20; i++) {
      model.observe(STEP, 24);
    }
    assertFalse(model.observe(STEP, 24));
    assertTrue(model.quietReadings() > 5);
    assertTrue(Double.isInfinite(model.minutes()));
  }

  @Test
  void goesOnBitByBitAfterARestart() throws UnusableState {
    Random random = new Random(6);
    TimeToThreshold through = new TimeToThreshold(INLET);
    TimeToThreshold restarted = new TimeToThreshold(INLET);
    for (int i = 0; i < 5000; i++) {
      double value = noisy(random, 26 + 4 * Math.sin(i / 100.0));
      value = random.nextInt(50) == 0 ? Double.NaN : value;
      if (random.nextInt(50) == 0) {
        restarted = restored(restarted, INLET);
      }
      long step = random.nextInt(200) == 0 ? 10 * STEP : STEP;
      assertEquals(through.observe(step, value), restarted.observe(step, value));
    }
    assertArrayEquals(bytes(through), bytes(restarted));
    TimeToThreshold known = through;
    Settings other = new Settings(33, false, STEP, 0.1, 30);
    assertThrows(UnusableState.class, () -> restored(known, other));
  }

  private static int quiet(TimeToThreshold model, Random random, double level, int readings) {
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

  private static TimeToThreshold restored(TimeToThreshold model, Settings settings)
      throws UnusableState {
    TimeToThreshold restored = new TimeToThreshold(settings);
    restored.restore(new StateReader(bytes(model)));
    return restored;
  }

  private static byte[] bytes(TimeToThreshold model) {
    StateWriter writer = new StateWriter();
    model.save(writer);
    return writer.toBytes();
  }
}
