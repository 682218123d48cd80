package rackpulse.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// No input whatever makes a result or a state that is not finite, and a restart is never seen.
///
/// A reader of state refuses what is not finite, so every restart checks the whole state.
class ModelFuzzTest {
  private static final long BLOCK_MILLIS = 300_000;
  private static final int SERIES = 10;

  @Test
  void edgeLsStaysFinite() throws UnusableState {
    for (int seed = 0; seed < SERIES; seed++) {
      AdversarialSeries series = new AdversarialSeries(seed);
      EdgeLs model = new EdgeLs(seed % 2);
      long wallMillis = 0;
      for (int i = 0; i < 150_000; i++) {
        wallMillis = series.next(wallMillis, BLOCK_MILLIS);
        Novelty novelty = model.observe(wallMillis, series.intervals(), series.value());
        assertFinite(model.expected(), model.low(), model.high());
        if (novelty != null) {
          assertFinite(novelty.score(), novelty.severity());
          assertTrue(novelty.score() >= 1 && novelty.severity() >= 0.5 && novelty.severity() <= 1);
          novelty.terms().forEach(term -> assertFinite(term.amount()));
        }
        if (series.seldom()) {
          model.pass(series.intervals());
          EdgeLs restored = new EdgeLs(seed % 2);
          byte[] bytes = bytes(model::save);
          restored.restore(new StateReader(bytes));
          assertArrayEquals(bytes, bytes(restored::save));
          model = restored;
        }
      }
    }
  }

  @Test
  void forecastStaysFinite() throws UnusableState {
    for (int seed = 0; seed < SERIES; seed++) {
      AdversarialSeries series = new AdversarialSeries(100 + seed);
      AdversarialSeries companion = new AdversarialSeries(200 + seed);
      Forecast model = new Forecast(BLOCK_MILLIS, true, 1, 6);
      long wallMillis = 0;
      for (int i = 0; i < 100_000; i++) {
        wallMillis = series.next(wallMillis, BLOCK_MILLIS);
        model.observe(wallMillis, series.intervals(), series.value(), companion.value());
        for (int horizon = 0; horizon < 2; horizon++) {
          assertFinite(model.value(horizon), model.halfBand(horizon));
          assertFinite(model.ratioToPersistence(horizon));
        }
        if (series.seldom()) {
          Forecast restored = new Forecast(BLOCK_MILLIS, true, 1, 6);
          byte[] bytes = bytes(model::save);
          restored.restore(new StateReader(bytes));
          assertArrayEquals(bytes, bytes(restored::save));
          model = restored;
        }
      }
    }
  }

  private static void assertFinite(double... values) {
    for (double value : values) {
      assertTrue(Double.isFinite(value), () -> Arrays.toString(values));
    }
  }

  private static byte[] bytes(Consumer<StateWriter> save) {
    StateWriter writer = new StateWriter();
    save.accept(writer);
    return writer.toBytes();
  }
}
