package rackpulse.model;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// Watches how a channel goes from one reading to the next: spikes, steps and noise, told apart
/// from what its neighbours do at the same time.
///
/// How far a reading moves is predicted from the three before it and from the moves of the
/// neighbours, never from where it is: so nothing is wrong with a channel that has gone to where it
/// has never been. What is far off is looked at again five readings later: come back, it was a
/// spike; stayed away, a step, unless it went there bit by bit, as air does.
final class JumpTest {
  private static final int LAGS = 3;
  private static final double FORGETTING = 0.9995;
  private static final double HUBER = 3;
  private static final double CLIP = 5;
  private static final double MEMORY = 2000;

  /// Readings before anything is claimed.
  private static final int SETTLING = 200;

  /// Usual errors that make a jump.
  private static final double JUMP = 8;

  private static final int JUMP_READINGS = 5;

  /// Share of a step that is made at once; what takes longer is a ramp.
  private static final double AT_ONCE = 0.5;

  /// A mean error of so many usual ones is a ramp that goes on.
  private static final double RAMP = 1;

  /// Share of the floor that is taken for noise which was not there yet.
  private static final double FLOOR_SHARE = 0.1;

  private static final double NOISE_MEMORY = 20;
  private static final double NOISE_CLIP = 6;
  private static final double NOISE = 3;

  /// A neighbour goes along with a jump of this share of it.
  private static final double ALONG = 0.3;

  /// Steps of more than so many usual errors make a burst, and so many of them within about ten
  /// readings are noise and neither spike nor step.
  private static final double BURST = 4;

  private static final double BURST_MEMORY = 10;
  private static final double BURST_SPIKES = 2.5;

  /// What a reading was found to be.
  enum Verdict {
    /// As predicted, or the neighbours went along, or it is one of many.
    USUAL,
    /// Far off; not yet known why.
    PENDING,
    SPIKE,
    STEP
  }

  private final double floor;
  private final DMatrixRMaj features;
  private final Rls fit;
  private final double[] lags = new double[LAGS];

  private double readings;
  private double usualError;
  private double noise;

  /// Mean error with its sign: scatter has none, a ramp has.
  private double lean;

  private double burst;
  private double lastValue;

  private int pendingReadings;
  private double before;
  private double first;
  private double farthest;
  private boolean wasRamp;
  private boolean alongAtPeak;

  /// Of the neighbours: last value, usual step, present step, value before the jump.
  private final double[] last;

  private final double[] usualStep;
  private final double[] presentStep;
  private final double[] neighbourBefore;

  /// @param floor least deviation that counts, in the channel's unit: its accuracy class
  JumpTest(int neighbours, double floor) {
    this.floor = floor;
    double[] start = new double[LAGS - 1 + neighbours];
    Arrays.fill(start, 1);
    features = new DMatrixRMaj(start.length, 1);
    fit = new Rls(features, FORGETTING, start, new double[start.length]);
    last = new double[neighbours];
    usualStep = new double[neighbours];
    presentStep = new double[neighbours];
    neighbourBefore = new double[neighbours];
    Arrays.fill(last, Double.NaN);
  }

  /// @param value finite
  /// @param neighbours NaN where there is none
  Verdict observe(double value, double[] neighbours, boolean learns) {
    readings++;
    if (readings == 1) {
      resume(value);
    }
    double error = error(value, neighbours);
    double usual = usualError + FLOOR_SHARE * floor;
    double size = Math.abs(error);
    boolean settled = readings > SETTLING;
    boolean isRamp = lean * Math.signum(error) > RAMP * usual;
    double move = value - lastValue;
    lastValue = value;
    burst += (Math.abs(move) > BURST * usual ? 1 : 0) - burst / BURST_MEMORY;
    // a jump counts once, and not with each reading for which it is looked at
    scatter(pendingReadings > 0 ? move : error, NOISE_CLIP * usual);
    Verdict verdict = Verdict.USUAL;
    if (pendingReadings > 0) {
      verdict = lookAgain(value, neighbours);
    } else if (settled && size > JUMP * usual && size > floor) {
      pend(value);
      wasRamp = isRamp;
      alongAtPeak = along(neighbours, last, value - before);
      verdict = Verdict.PENDING;
    } else if (learns) {
      learn(error, usual);
    }
    if (verdict != Verdict.PENDING) {
      System.arraycopy(lags, 0, lags, 1, LAGS - 1);
      lags[0] = value;
    }
    follow(neighbours, learns && verdict == Verdict.USUAL);
    return verdict;
  }

  /// Continues after an interruption, across which nothing can be said of steps.
  void resume(double value) {
    Arrays.fill(lags, value);
    Arrays.fill(last, Double.NaN);
    lastValue = value;
    pendingReadings = 0;
  }

  private double error(double value, double[] neighbours) {
    for (int i = 1; i < LAGS; i++) {
      features.data[i - 1] = clamp((lags[i] - lags[0]) / floor);
    }
    for (int i = 0; i < last.length; i++) {
      // a jump of a neighbour must not look like one of the channel
      double largest = CLIP * (usualStep[i] + FLOOR_SHARE * floor);
      double step = neighbours[i] - last[i];
      features.data[LAGS - 1 + i] =
          Double.isNaN(step) ? 0 : clamp(Math.clamp(step, -largest, largest) / floor);
    }
    return fit.error(clamp((value - lags[0]) / floor)) * floor;
  }

  private static double clamp(double standard) {
    return Math.clamp(standard, -50, 50);
  }

  private void scatter(double error, double most) {
    double clipped = Math.clamp(error, -most, most);
    noise += (Math.abs(clipped) - noise) / NOISE_MEMORY;
    lean += (clipped - lean) / NOISE_MEMORY;
  }

  private void learn(double error, double usual) {
    double size = Math.abs(error);
    double limit = HUBER * usual;
    boolean settled = readings > SETTLING;
    fit.learn(error / floor, settled && size > limit ? limit / size : 1);
    double rate = Math.max(1 / readings, 1 / MEMORY);
    double clipped = settled ? Math.min(size, CLIP * usual) : size;
    usualError += rate * (clipped - usualError);
  }

  private void pend(double value) {
    pendingReadings = 1;
    before = lags[0];
    first = value - before;
    farthest = first;
    System.arraycopy(last, 0, neighbourBefore, 0, last.length);
  }

  private Verdict lookAgain(double value, double[] neighbours) {
    double away = value - before;
    if (Math.abs(away) > Math.abs(farthest)) {
      farthest = away;
      alongAtPeak |= along(neighbours, neighbourBefore, away);
    }
    if (pendingReadings++ < JUMP_READINGS) {
      return Verdict.PENDING;
    }
    pendingReadings = 0;
    boolean isSingle = burst < BURST_SPIKES;
    boolean stayed = Math.abs(away) > floor && Math.abs(away) > Math.abs(farthest) / 2;
    if (stayed) {
      Arrays.fill(lags, value);
      boolean isRamp = wasRamp || Math.abs(first) < AT_ONCE * Math.abs(farthest);
      boolean isExcused = isRamp || !isSingle || along(neighbours, neighbourBefore, away);
      return isExcused ? Verdict.USUAL : Verdict.STEP;
    }
    boolean isSpike = isSingle && !alongAtPeak && Math.abs(farthest) > floor;
    return isSpike ? Verdict.SPIKE : Verdict.USUAL;
  }

  /// Whether at least half of the neighbours went the same way.
  private boolean along(double[] neighbours, double[] since, double jump) {
    int known = 0;
    int along = 0;
    for (int i = 0; i < neighbours.length; i++) {
      double moved = neighbours[i] - since[i];
      if (!Double.isNaN(moved)) {
        known++;
        double least = Math.max(ALONG * Math.abs(jump), 2 * usualStep[i]);
        along += moved * Math.signum(jump) > least ? 1 : 0;
      }
    }
    return known > 0 && 2 * along >= known;
  }

  private void follow(double[] neighbours, boolean learns) {
    double rate = Math.max(1 / readings, 1 / MEMORY);
    for (int i = 0; i < neighbours.length; i++) {
      double step = Math.abs(neighbours[i] - last[i]);
      if (!Double.isNaN(step)) {
        double usual = usualStep[i] + FLOOR_SHARE * floor;
        presentStep[i] += (Math.min(step, NOISE_CLIP * usual) - presentStep[i]) / NOISE_MEMORY;
        if (learns) {
          usualStep[i] += rate * (Math.min(step, CLIP * usual) - usualStep[i]);
        }
      }
      last[i] = neighbours[i];
    }
  }

  /// Whether the readings scatter far more than usual, and those of the neighbours do not.
  boolean isNoisy() {
    double usual = usualError + FLOOR_SHARE * floor;
    boolean isRamp = Math.abs(lean) > noise / 2;
    return readings > SETTLING && noise > NOISE * usual && !isRamp && !neighboursAreNoisy();
  }

  private boolean neighboursAreNoisy() {
    int known = 0;
    int noisy = 0;
    for (int i = 0; i < last.length; i++) {
      if (!Double.isNaN(last[i])) {
        known++;
        double usual = usualStep[i] + FLOOR_SHARE * floor;
        noisy += presentStep[i] > NOISE / 2 * usual ? 1 : 0;
      }
    }
    return known > 0 && 2 * noisy >= known;
  }

  void save(StateWriter writer) {
    fit.save(writer);
    writer.values(lags);
    writer.values(
        new double[] {
          readings, usualError, noise, lean, burst, lastValue, before, first, farthest
        });
    writer.flag(wasRamp);
    writer.number(pendingReadings);
    writer.flag(alongAtPeak);
    writer.values(usualStep);
    writer.values(presentStep);
    saveKnown(writer, last);
    saveKnown(writer, neighbourBefore);
  }

  void restore(StateReader reader) throws UnusableState {
    fit.restore(reader);
    reader.values(lags);
    double[] values = new double[9];
    reader.values(values);
    readings = values[0];
    usualError = values[1];
    noise = values[2];
    lean = values[3];
    burst = values[4];
    lastValue = values[5];
    before = values[6];
    first = values[7];
    farthest = values[8];
    wasRamp = reader.flag();
    pendingReadings = reader.count(JUMP_READINGS);
    alongAtPeak = reader.flag();
    reader.values(usualStep);
    reader.values(presentStep);
    restoreKnown(reader, last);
    restoreKnown(reader, neighbourBefore);
  }

  /// Writes values of which some are NaN because there was none.
  static void saveKnown(StateWriter writer, double[] values) {
    for (double value : values) {
      writer.flag(!Double.isNaN(value));
      writer.value(Double.isNaN(value) ? 0 : value);
    }
  }

  static void restoreKnown(StateReader reader, double[] into) throws UnusableState {
    for (int i = 0; i < into.length; i++) {
      boolean isKnown = reader.flag();
      double value = reader.value();
      into[i] = isKnown ? value : Double.NaN;
    }
  }

  boolean isPending() {
    return pendingReadings > 0;
  }

  /// The reading before the jump that was looked at last.
  double before() {
    return before;
  }

  /// How far the jump went.
  double jump() {
    return farthest;
  }
}
