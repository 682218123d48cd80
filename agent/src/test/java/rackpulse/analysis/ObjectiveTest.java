package rackpulse.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import rackpulse.analysis.Objective.Term;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Quantity;

class ObjectiveTest {
  private static final Channel INLET = new Channel("inlet", "temperature", Quantity.TEMPERATURE);
  private static final Channel POWER = new Channel("pdu", "power", Quantity.POWER);
  private static final long BLOCK_MILLIS = 300_000;
  private static final long DAY_MILLIS = 86_400_000;

  private final Objective objective =
      new Objective(List.of(new Term(INLET, 2, 24, 3), new Term(POWER, 0.5, 3000, 500)));

  @Test
  void isTheWeightedSumOfSquares() {
    objective.observe(0, BLOCK_MILLIS, new double[] {25.5, 4000});
    assertEquals(2 * 0.25, objective.share(0), 1e-12);
    assertEquals(0.5 * 4, objective.share(1), 1e-12);
    assertEquals(2.5, objective.value().orElseThrow(), 1e-12);
  }

  @Test
  void isAbsentWhenATermHasNoValue() {
    objective.observe(0, BLOCK_MILLIS, new double[] {Double.NaN, 3000});
    assertEquals(OptionalDouble.empty(), objective.value());
    assertEquals(OptionalDouble.empty(), objective.inRangeToday());
  }

  @Test
  void countsTheTimeInRangeOfEachDay() {
    long day = 20_000 * DAY_MILLIS;
    for (int i = 0; i < 288; i++) {
      double inlet = i < 72 ? 27.5 : 26.9;
      objective.observe(day + i * BLOCK_MILLIS, BLOCK_MILLIS, new double[] {inlet, 3000});
    }
    assertEquals(75, objective.inRangeToday().orElseThrow(), 1e-9);
    assertEquals(OptionalDouble.empty(), objective.inRangeYesterday());
    objective.observe(day + DAY_MILLIS, BLOCK_MILLIS, new double[] {24, 3000});
    assertEquals(100, objective.inRangeToday().orElseThrow(), 1e-9);
    assertEquals(75, objective.inRangeYesterday().orElseThrow(), 1e-9);
    objective.observe(day + 5 * DAY_MILLIS, BLOCK_MILLIS, new double[] {24, 3000});
    assertEquals(OptionalDouble.empty(), objective.inRangeYesterday());
  }

  @Test
  void unknownTimeCountsForNothing() {
    objective.observe(0, BLOCK_MILLIS, new double[] {24, 3000});
    objective.observe(BLOCK_MILLIS, BLOCK_MILLIS, new double[] {24, Double.NaN});
    objective.observe(2 * BLOCK_MILLIS, BLOCK_MILLIS, new double[] {40, 3000});
    assertEquals(50, objective.inRangeToday().orElseThrow(), 1e-9);
  }

  @Test
  void envelopeAimsAtItsMiddle() {
    Term term = Term.of(INLET, 1, Envelope.ASHRAE_RECOMMENDED);
    assertEquals(22.5, term.target());
    assertEquals(4.5, term.tolerance());
    assertThrows(
        IllegalArgumentException.class, () -> Term.of(POWER, 1, Envelope.ASHRAE_RECOMMENDED));
  }

  @Test
  void timesInRangeSurviveARestart() throws UnusableState {
    objective.observe(0, BLOCK_MILLIS, new double[] {24, 3000});
    objective.observe(BLOCK_MILLIS, BLOCK_MILLIS, new double[] {40, 3000});
    StateWriter writer = new StateWriter();
    objective.save(writer);
    byte[] state = writer.toBytes();
    Objective restored = new Objective(objective.terms());
    restored.restore(new StateReader(state));
    assertEquals(objective.inRangeToday(), restored.inRangeToday());
    Objective other = new Objective(List.of(new Term(INLET, 2, 25, 3)));
    StateReader reader = new StateReader(state);
    assertThrows(UnusableState.class, () -> other.restore(reader));
    assertTrue(state.length < 200);
  }
}
