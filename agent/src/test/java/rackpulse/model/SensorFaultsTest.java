package rackpulse.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.model.SensorFaults.Kind;
import rackpulse.model.SensorFaults.Settings;

class SensorFaultsTest {
  private static final double FLOOR = 0.4;
  private static final long INTERVAL_MILLIS = 10_000;
  private static final double[] ALONE = {};

  private final Random random = new Random(4);
  private final SensorFaults alone = new SensorFaults(settings(0));
  private long millis;

  @Test
  void isMissingAfterThreeIntervals() {
    calm(300);
    observe(Double.NaN);
    observe(Double.NaN);
    assertFalse(alone.faulty());
    assertTrue(observe(Double.NaN));
    assertTrue(alone.raised(Kind.MISSING));
    calm(2);
    assertTrue(alone.raised(Kind.MISSING));
    calm(1);
    assertFalse(alone.faulty());
  }

  @Test
  void impossibleValueIsOutOfRangeAndNotLearned() {
    SensorFaults sound = new SensorFaults(settings(0));
    for (int i = 0; i < 1000; i++) {
      double value = 22 + 0.05 * random.nextGaussian();
      millis += INTERVAL_MILLIS;
      sound.observe(millis, value, ALONE);
      alone.observe(millis, value, ALONE);
    }
    assertTrue(observe(300));
    assertTrue(alone.raised(Kind.RANGE));
    calm(3);
    assertFalse(alone.faulty());
  }

  @Test
  void infinityIsNoValue() {
    calm(300);
    for (int i = 0; i < 3; i++) {
      observe(Double.POSITIVE_INFINITY);
    }
    assertTrue(alone.faulty());
    calm(300);
    assertFalse(alone.faulty());
  }

  @Test
  void spikeIsToldWhenItIsOverAndForgottenAfterAWhile() {
    calm(1000);
    observe(27);
    assertFalse(alone.faulty());
    calm(5);
    assertTrue(alone.raised(Kind.SPIKE));
    assertFalse(alone.raised(Kind.BIAS));
    calm(60);
    assertFalse(alone.faulty());
  }

  @Test
  void stepThatStaysIsABias() {
    calm(1000);
    for (int i = 0; i < 6; i++) {
      observe(24 + 0.05 * random.nextGaussian());
    }
    assertTrue(alone.raised(Kind.BIAS));
    assertFalse(alone.raised(Kind.SPIKE));
    assertEquals(2, alone.jump(), 0.3);
    calm(60);
    assertFalse(alone.faulty(), "the value is back");
  }

  /// A chiller that fails, a door that opens: steep, further than ever, and there to stay.
  @Test
  void rampIsNoFaultAndIsLearnedFrom() {
    for (double perReading : new double[] {0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5}) {
      SensorFaults sensor = new SensorFaults(settings(0));
      double level = 22;
      for (int i = 0; i < 6000; i++) {
        level = Math.min(32, level + (i > 2000 ? perReading : 0));
        boolean isSpike = i == 5000;
        millis += INTERVAL_MILLIS;
        sensor.observe(millis, level + 0.05 * random.nextGaussian() + (isSpike ? 3 : 0), ALONE);
        boolean isTold = i > 5000 && sensor.raised(Kind.SPIKE);
        assertEquals(isTold, sensor.faulty(), "at " + i + " with " + perReading);
        assertTrue(i != 5010 || isTold, "what it says afterwards is as good as before");
      }
    }
  }

  /// Air that settles at once hotter, as a sensor with its own lag follows it.
  @Test
  void settlingIsNoFault() {
    for (double memory : new double[] {2.5, 4, 8, 20}) {
      for (double rise : new double[] {-6, -2, 1, 2, 4, 8}) {
        SensorFaults sensor = new SensorFaults(settings(0));
        for (int i = 0; i < 4000; i++) {
          double share = i > 2000 ? 1 - Math.exp((2000 - i) / memory) : 0;
          millis += INTERVAL_MILLIS;
          sensor.observe(millis, 22 + rise * share + 0.05 * random.nextGaussian(), ALONE);
          assertFalse(sensor.faulty(), "at " + i + " with " + memory + " and " + rise);
        }
      }
    }
  }

  @Test
  void biasThatNothingConfirmsEndsWithTheMemory() {
    calm(1000);
    int readings = 0;
    do {
      observe(24 + 0.05 * random.nextGaussian());
      readings++;
    } while (readings < 10 || alone.raised(Kind.BIAS));
    assertEquals(2065, readings, 10);
  }

  @Test
  void sameValueForTooLongIsStuck() {
    calm(1000);
    int readings = 0;
    while (!alone.raised(Kind.STUCK)) {
      observe(22);
      readings++;
    }
    assertTrue(readings >= 12 && readings <= 25, "after " + readings);
    calm(60);
    assertFalse(alone.faulty());
  }

  @Test
  void coarseSensorIsNotStuck() {
    for (int i = 0; i < 50_000; i++) {
      double wave = 22 + 1.5 * Math.sin(i / 700.0);
      observe(Math.rint(wave + 0.1 * random.nextGaussian()));
      assertFalse(alone.raised(Kind.STUCK), "at " + i);
    }
  }

  @Test
  void channelThatStandsStillWithItsNeighboursIsNotStuck() {
    SensorFaults sensor = new SensorFaults(settings(1));
    for (int i = 0; i < 1000; i++) {
      double[] neighbour = {23 + 0.05 * random.nextGaussian()};
      sensor.observe(i * INTERVAL_MILLIS, 22 + 0.05 * random.nextGaussian(), neighbour);
    }
    for (int i = 1000; i < 2000; i++) {
      sensor.observe(i * INTERVAL_MILLIS, 22, new double[] {23});
      assertFalse(sensor.faulty());
    }
  }

  @Test
  void scatterIsNoise() {
    calm(1000);
    for (int i = 0; i < 60; i++) {
      observe(22 + 0.8 * random.nextGaussian());
    }
    assertTrue(alone.raised(Kind.NOISE));
    assertFalse(alone.raised(Kind.BIAS));
    calm(200);
    assertFalse(alone.faulty());
  }

  @Test
  void driftIsNotClaimedWithoutNeighbours() {
    for (int i = 0; i < 20_000; i++) {
      observe(22 + i * 5e-4 + 0.05 * random.nextGaussian());
      assertFalse(alone.raised(Kind.DRIFT));
    }
  }

  @Test
  void driftIsThatOfTheOneThatLeavesTheOthers() {
    SensorRack rack = new SensorRack(2, 0.04, 0.01);
    List<SensorFaults> outlets = outlets();
    for (int i = 0; i < 3 * SensorRack.READINGS_PER_DAY; i++) {
      double[] values = rack.advance();
      int since = i - 2 * SensorRack.READINGS_PER_DAY;
      values[4] += since > 0 ? 3.0 * since / SensorRack.READINGS_PER_DAY : 0;
      observe(outlets, rack, values);
    }
    assertFalse(outlets.get(0).faulty());
    assertTrue(outlets.get(1).raised(Kind.DRIFT));
    assertFalse(outlets.get(2).faulty());
  }

  @Test
  void faultOfTheRackIsNoFaultOfASensor() {
    for (long seed = 1; seed <= 3; seed++) {
      SensorRack rack = new SensorRack(seed, 0.04, 0.01);
      List<SensorFaults> outlets = outlets();
      for (int i = 0; i < 3 * SensorRack.READINGS_PER_DAY; i++) {
        int since = i - 2 * SensorRack.READINGS_PER_DAY;
        rack.flow(since > 0 && since < 2000 ? 0.5 : 1);
        rack.loadStep(since > 4000 && since < 6000 ? 1500 : 0);
        observe(outlets, rack, rack.advance());
        if (since > 0) {
          assertEquals("[] [] [] ", raised(outlets), "after " + since);
        }
      }
    }
  }

  @Test
  void suddenFaultOfTheRackIsNoFaultOfASensor() {
    SensorRack rack = new SensorRack(3, 0.04, 0.01);
    List<SensorFaults> outlets = outlets();
    for (int i = 0; i < 3 * SensorRack.READINGS_PER_DAY; i++) {
      double[] values = rack.advance();
      int since = i - 2 * SensorRack.READINGS_PER_DAY;
      for (int j = 3; j < 6; j++) {
        values[j] += since > 0 && since < 500 ? 2 + 0.5 * j : 0;
      }
      observe(outlets, rack, values);
      if (since > 0) {
        assertEquals("[] [] [] ", raised(outlets), "after " + since);
      }
    }
  }

  @Test
  void anotherTimeZoneChangesNothing() {
    SensorRack rack = new SensorRack(6, 0.04, 0.01);
    List<SensorFaults> here = outlets();
    List<SensorFaults> there = outlets();
    int raised = 0;
    for (int i = 0; i < 3 * SensorRack.READINGS_PER_DAY; i++) {
      double[] values = rack.advance();
      values[4] += 2e-4 * Math.max(0, i - 2 * SensorRack.READINGS_PER_DAY);
      observe(here, rack.millis(), values);
      observe(there, rack.millis() + 19_800_000, values);
      assertEquals(raised(here), raised(there), "at " + i);
      raised += here.get(1).raised(Kind.DRIFT) ? 1 : 0;
    }
    assertTrue(raised > 0);
  }

  @Test
  void spikeOfANeighbourIsNotOwn() {
    SensorRack rack = new SensorRack(5, 0.04, 0.01);
    List<SensorFaults> outlets = outlets();
    for (int i = 0; i < 10_000; i++) {
      double[] values = rack.advance();
      values[5] += i > 1000 && i % 500 == 0 ? 6 : 0;
      observe(outlets, rack, values);
      assertFalse(outlets.get(0).faulty() || outlets.get(1).faulty(), "at " + i);
    }
  }

  @Test
  void findsInjectedFaultsAndSparesSoundSensors() {
    for (int neighbours : new int[] {2, 0}) {
      FaultBenchmark benchmark = new FaultBenchmark(7, 0.04, 0.01, neighbours);
      benchmark.run(6);
      benchmark.counts.forEach((kind, count) -> {
        assertTrue(count.recall() >= 0.9, () -> kind + ": recall " + count.recall());
        assertTrue(count.precision() >= 0.75, () -> kind + ": precision " + count.precision());
      });
    }
  }

  private static Settings settings(int neighbours) {
    return new Settings(-40, 125, FLOOR, INTERVAL_MILLIS, neighbours);
  }

  private static String raised(List<SensorFaults> sensors) {
    StringBuilder text = new StringBuilder();
    for (SensorFaults sensor : sensors) {
      List<Kind> kinds = new ArrayList<>(List.of(Kind.values()));
      kinds.removeIf(kind -> !sensor.raised(kind));
      text.append(kinds).append(' ');
    }
    return text.toString();
  }

  private static List<SensorFaults> outlets() {
    List<SensorFaults> outlets = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      outlets.add(new SensorFaults(settings(2)));
    }
    return outlets;
  }

  private static void observe(List<SensorFaults> outlets, SensorRack rack, double[] values) {
    observe(outlets, rack.millis(), values);
  }

  private static void observe(List<SensorFaults> outlets, long wallMillis, double[] values) {
    for (int i = 0; i < 3; i++) {
      double[] neighbours = {values[3 + (i + 1) % 3], values[3 + (i + 2) % 3]};
      outlets.get(i).observe(wallMillis, values[3 + i], neighbours);
    }
  }

  private void calm(int readings) {
    for (int i = 0; i < readings; i++) {
      observe(22 + 0.05 * random.nextGaussian());
    }
  }

  private boolean observe(double value) {
    millis += INTERVAL_MILLIS;
    return alone.observe(millis, value, ALONE);
  }
}
