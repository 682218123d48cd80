package rackpulse.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

class ForecastTest {
  private static final long BLOCK_MILLIS = 300_000;
  private static final int[] STEPS = {3, 6, 12};
  private static final double NONE = Double.NaN;

  @Test
  void beatsPersistenceOnADailyShapeWithABandForNineOfTen() {
    double[] series = daily(1, 6000);
    Forecast model = new Forecast(BLOCK_MILLIS, false, STEPS);
    double[] told = new double[series.length];
    double[] half = new double[series.length];
    int inside = 0;
    for (int i = 0; i < series.length; i++) {
      model.observe(i * BLOCK_MILLIS, 1, series[i], NONE);
      told[i] = model.value(2);
      half[i] = model.halfBand(2);
      if (i >= 3000) {
        inside += Math.abs(series[i] - told[i - 12]) <= half[i - 12] ? 1 : 0;
      }
    }
    assertEquals(0.92, inside / 3000.0, 0.06);
    assertTrue(model.ratioToPersistence(2) < 0.5, "ratio " + model.ratioToPersistence(2));
    assertTrue(model.ratioToPersistence(0) < 1, "ratio " + model.ratioToPersistence(0));
  }

  @Test
  void isNotMuchWorseThanPersistenceOnARandomWalk() {
    Random random = new Random(2);
    Forecast model = new Forecast(BLOCK_MILLIS, false, STEPS);
    double value = 50;
    for (int i = 0; i < 6000; i++) {
      value += random.nextGaussian();
      model.observe(i * BLOCK_MILLIS, 1, value, NONE);
    }
    for (int horizon = 0; horizon < STEPS.length; horizon++) {
      assertEquals(1, model.ratioToPersistence(horizon), 0.1);
    }
  }

  @Test
  void aConstantStaysWhatItIs() {
    Forecast model = new Forecast(BLOCK_MILLIS, false, STEPS);
    for (int i = 0; i < 100_000; i++) {
      model.observe(i * BLOCK_MILLIS, 1, 21.5, NONE);
    }
    assertEquals(21.5, model.value(1), 1e-9);
    assertEquals(0, model.halfBand(1), 1e-9);
    assertEquals(1, model.ratioToPersistence(1));
  }

  @Test
  void anotherTimeZoneChangesOnlyThePhase() {
    double[] series = EdgeLsTest.series(5, 4000);
    Forecast here = new Forecast(BLOCK_MILLIS, false, STEPS);
    Forecast there = new Forecast(BLOCK_MILLIS, false, STEPS);
    for (int i = 0; i < series.length; i++) {
      here.observe(i * BLOCK_MILLIS, 1, series[i], NONE);
      there.observe(i * BLOCK_MILLIS + 19_800_000, 1, series[i], NONE);
      for (int k = 0; k < STEPS.length; k++) {
        assertEquals(here.value(k), there.value(k), 1e-6);
        assertEquals(here.halfBand(k), there.halfBand(k), 1e-6);
      }
    }
  }

  @Test
  void learnsNothingFromTheWrongTimeWhenSamplesAreMissing() {
    Random random = new Random(3);
    Forecast model = new Forecast(BLOCK_MILLIS, false, 6);
    int at = 0;
    while (at < 8100) {
      int step = random.nextInt(4) == 0 ? 2 : 1;
      at += step;
      model.observe(at * BLOCK_MILLIS, step, ramp(at), NONE);
    }
    assertEquals(ramp(at + 6), model.value(0), 0.15);
    model.observe((at + 500) * BLOCK_MILLIS, 500, ramp(at), NONE);
    assertEquals(ramp(at), model.value(0), 2);
  }

  @Test
  void saysWhenItIsReady() {
    Forecast model = new Forecast(BLOCK_MILLIS, false, 3);
    for (int i = 0; i < 123; i++) {
      assertFalse(model.isReady(0));
      model.observe(i * BLOCK_MILLIS, 1, i % 7, NONE);
    }
    assertTrue(model.isReady(0));
  }

  @Test
  void aCompanionThatLeadsHelps() {
    Random random = new Random(4);
    double[] power = new double[5000];
    for (int i = 1; i < power.length; i++) {
      power[i] = 0.98 * power[i - 1] + random.nextGaussian();
    }
    Forecast with = new Forecast(BLOCK_MILLIS, true, 3);
    Forecast without = new Forecast(BLOCK_MILLIS, false, 3);
    for (int i = 3; i < power.length; i++) {
      double value = 30 + power[i - 3];
      // a companion that is missing now and then is remembered
      with.observe(i * BLOCK_MILLIS, 1, value, i % 10 == 0 ? NONE : 4000 + 100 * power[i]);
      without.observe(i * BLOCK_MILLIS, 1, value, NONE);
    }
    assertTrue(
        with.ratioToPersistence(0) < 0.5 * without.ratioToPersistence(0),
        with.ratioToPersistence(0) + " against " + without.ratioToPersistence(0));
  }

  @Test
  void goesOnBitByBitAfterARestart() throws UnusableState {
    Random random = new Random(5);
    double[] series = daily(5, 2000);
    Forecast through = new Forecast(BLOCK_MILLIS, true, STEPS);
    Forecast restarted = new Forecast(BLOCK_MILLIS, true, STEPS);
    for (int i = 0; i < series.length; i++) {
      if (random.nextInt(50) == 0) {
        restarted = restored(restarted, STEPS);
      }
      long intervals = random.nextInt(20) == 0 ? random.nextInt(9) : 1;
      double value = random.nextInt(30) == 0 ? Double.NaN : series[i];
      double companion = random.nextInt(30) == 0 ? Double.NEGATIVE_INFINITY : i % 50;
      through.observe(i * BLOCK_MILLIS, intervals, value, companion);
      restarted.observe(i * BLOCK_MILLIS, intervals, value, companion);
      assertEquals(through.value(1), restarted.value(1));
    }
    assertArrayEquals(bytes(through), bytes(restarted));
    assertThrows(UnusableState.class, () -> restored(through, new int[] {3, 6, 11}));
  }

  private static double ramp(int at) {
    return 20 + 0.05 * Math.abs(at % 800 - 400);
  }

  private static double[] daily(long seed, int length) {
    Random random = new Random(seed);
    double[] series = new double[length];
    double noise = 0;
    for (int i = 0; i < length; i++) {
      noise = 0.7 * noise + 0.05 * random.nextGaussian();
      series[i] = 24 + 3 * Math.sin(2 * Math.PI * i / 288) + noise;
    }
    return series;
  }

  private static Forecast restored(Forecast model, int[] steps) throws UnusableState {
    Forecast restored = new Forecast(BLOCK_MILLIS, true, steps);
    restored.restore(new StateReader(bytes(model)));
    return restored;
  }

  private static byte[] bytes(Forecast model) {
    StateWriter writer = new StateWriter();
    model.save(writer);
    return writer.toBytes();
  }
}
