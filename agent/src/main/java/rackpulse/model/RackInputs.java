package rackpulse.model;

import java.util.Arrays;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// What two days teach about a target and the channels that may explain it: their usual values, how
/// far they stray, and which of them go with the target. Then it is frozen.
///
/// A standardisation that still moved would leave a bias of a kelvin and more in what is
/// accumulated over it.
final class RackInputs {
  /// Two days of 5-minute blocks.
  static final int LEARNING_BLOCKS = 576;

  /// A candidate must have been there in this share of the blocks.
  private static final double LEAST_PRESENCE = 0.9;

  /// Twice the standard error of the correlation of two unrelated series of 576 values.
  private static final double LEAST_CORRELATION = 2 / Math.sqrt(LEARNING_BLOCKS);

  /// Beyond so many mean deviations a value says "far away" and nothing more.
  private static final double FARTHEST = 50;

  private static final int MOST_ROUNDS = 1000;

  private final int wanted;
  private final boolean declared;
  private final double resolution;

  /// Of the target at index 0, then of each candidate.
  private final double[] present;

  private final double[] mean;
  private final double[] deviation;
  private final double[] square;

  /// With the target.
  private final double[] product;

  /// Candidates in use; the first [#count] elements are valid.
  private final int[] chosen;

  private int count;

  /// How often two days have passed in which nothing went with the target.
  private int rounds;

  /// @param candidates how many channels are given with each block
  /// @param declared whether all of them are to be used; otherwise the most correlated are
  /// @param resolution smallest difference of the target that means anything, in its unit
  RackInputs(int candidates, boolean declared, double resolution) {
    this.declared = declared;
    this.resolution = resolution;
    wanted = Math.min(candidates, RackModel.MAX_INPUTS);
    present = new double[candidates + 1];
    mean = new double[candidates + 1];
    deviation = new double[candidates + 1];
    square = new double[candidates + 1];
    product = new double[candidates + 1];
    chosen = new int[wanted];
  }

  void clear() {
    Arrays.fill(present, 0);
    for (double[] learned : learned()) {
      Arrays.fill(learned, 0);
    }
    Arrays.fill(chosen, 0);
    count = 0;
    rounds = 0;
  }

  /// Learns from one block. A candidate without a value is NaN.
  ///
  /// @return whether that completed the learning
  boolean learn(double target, double[] candidates) {
    if (!Rls.isUsable(target)) {
      return false;
    }
    double before = target - mean[0];
    learn(0, target, before);
    double after = target - mean[0];
    for (int i = 0; i < candidates.length; i++) {
      if (Rls.isUsable(candidates[i])) {
        double strayed = candidates[i] - mean[i + 1];
        product[i + 1] += strayed * after;
        learn(i + 1, candidates[i], strayed);
      }
    }
    if (present[0] < LEARNING_BLOCKS) {
      return false;
    }
    choose();
    if (count == 0 && !declared) {
      int passed = Math.min(rounds + 1, MOST_ROUNDS);
      clear();
      rounds = passed;
    }
    return count > 0;
  }

  /// Running mean, mean absolute deviation, and sum of squares about the mean (Welford).
  private void learn(int at, double value, double strayed) {
    present[at]++;
    mean[at] += strayed / present[at];
    deviation[at] += (Math.abs(strayed) - deviation[at]) / present[at];
    square[at] += strayed * (value - mean[at]);
  }

  private void choose() {
    count = 0;
    for (int slot = 0; slot < wanted; slot++) {
      int best = -1;
      for (int i = 0; i < mean.length - 1; i++) {
        if (isEligible(i)
            && !uses(i)
            && (best < 0 || !declared && correlation(i) > correlation(best))) {
          best = i;
        }
      }
      if (best >= 0) {
        chosen[count++] = best;
      }
    }
    if (declared && count < wanted) {
      count = 0;
    }
  }

  private boolean isEligible(int candidate) {
    return present[candidate + 1] >= LEAST_PRESENCE * present[0]
        && (declared || correlation(candidate) >= LEAST_CORRELATION);
  }

  /// Whether nothing was found in two days that the target could be explained by.
  boolean isInVain() {
    return (rounds > 0 && count == 0) || (declared && count == 0 && present[0] >= LEARNING_BLOCKS);
  }

  /// The first declared input that seldom has a value; -1 where there is none.
  int absentInput() {
    for (int i = 0; declared && i < wanted; i++) {
      if (!isEligible(i)) {
        return i;
      }
    }
    return -1;
  }

  /// With the target, without its sign; 0 for a channel that never moved.
  private double correlation(int candidate) {
    double scale = Math.sqrt(square[0] * square[candidate + 1]);
    return scale > 0 ? Math.abs(product[candidate + 1]) / scale : 0;
  }

  void save(StateWriter writer) {
    writer.number(count);
    writer.number(rounds);
    if (count > 0) {
      saveChosen(writer);
    } else {
      for (double blocks : present) {
        writer.number((long) blocks);
      }
      for (double[] learned : learned()) {
        writer.values(learned);
      }
    }
  }

  void restore(StateReader reader) throws UnusableState {
    count = reader.count(wanted);
    rounds = reader.count(MOST_ROUNDS);
    if (count > 0) {
      restoreChosen(reader);
    } else {
      for (int i = 0; i < present.length; i++) {
        present[i] = reader.number();
      }
      for (double[] learned : learned()) {
        reader.values(learned);
      }
    }
  }

  /// What is frozen is all that is needed: usual values, and how far they stray.
  private void saveChosen(StateWriter writer) {
    writer.value(mean[0]);
    writer.value(deviation[0]);
    for (int i = 0; i < count; i++) {
      writer.number(chosen[i]);
      writer.value(mean[chosen[i] + 1]);
      writer.value(deviation[chosen[i] + 1]);
    }
  }

  private void restoreChosen(StateReader reader) throws UnusableState {
    mean[0] = reader.value();
    deviation[0] = reader.value();
    for (int i = 0; i < count; i++) {
      chosen[i] = reader.count(mean.length - 2);
      mean[chosen[i] + 1] = reader.value();
      deviation[chosen[i] + 1] = reader.value();
    }
  }

  private double[][] learned() {
    return new double[][] {mean, deviation, square, product};
  }

  /// How far the learning has come, 0 to 1.
  double progress() {
    return count > 0 ? 1 : Math.min(1, present[0] / LEARNING_BLOCKS);
  }

  /// How many inputs were chosen; 0 until then.
  int count() {
    return count;
  }

  /// Which candidate is the input numbered `input`.
  int candidate(int input) {
    return chosen[input];
  }

  boolean uses(int candidate) {
    for (int i = 0; i < count; i++) {
      if (chosen[i] == candidate) {
        return true;
      }
    }
    return false;
  }

  boolean complete(double[] candidates) {
    for (int i = 0; i < count; i++) {
      if (!Rls.isUsable(candidates[chosen[i]])) {
        return false;
      }
    }
    return true;
  }

  double usualTarget() {
    return mean[0];
  }

  /// In the target's unit; never so small that its resolution would look like an event.
  double targetScale() {
    return Math.max(scale(0), resolution);
  }

  double standardTarget(double target) {
    return clamp((target - mean[0]) / targetScale());
  }

  double standardInput(int input, double[] candidates) {
    int at = chosen[input] + 1;
    return clamp((candidates[at - 1] - mean[at]) / scale(at));
  }

  private double scale(int at) {
    return Math.max(deviation[at], 1e-4 * Math.abs(mean[at]) + 1e-9);
  }

  private static double clamp(double standard) {
    return Math.clamp(standard, -FARTHEST, FARTHEST);
  }
}
