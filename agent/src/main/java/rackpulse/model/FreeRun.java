package rackpulse.model;

import java.util.Arrays;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// What a regression with the previous value among its features makes of the inputs alone: each
/// value it computed takes the place of the previous measured one.
///
/// It is linear, so the constant and each input run by themselves, and their sum is the whole.
final class FreeRun {
  /// After standing still for longer it starts from where its inputs would have led it.
  private static final int LONGEST_STANDSTILL = 3;

  /// Half an hour of blocks: what inputs do within one block is over by then.
  private static final double LATELY = 6;

  /// Standard deviations that what is left unexplained must reach on average over that time.
  private static final double OFF = 2;

  private static final double MEMORY = 2000;
  private static final double CLIP = 5;
  private static final int SETTLING = 30;

  /// Standard deviation of a normal distribution over its mean absolute deviation.
  private static final double DEVIATION_RATIO = Math.sqrt(Math.PI / 2);

  private final double[] contributions;
  private int pausedBlocks = LONGEST_STANDSTILL + 1;

  /// What was left unexplained lately, on average.
  private double lately;

  /// Mean size of what is left unexplained, and how many blocks taught it.
  private double spread;

  private double compared;

  private double centre;
  private double variance;
  private double unexplainedVariance;

  /// @param size of the constant and the inputs
  FreeRun(int size) {
    contributions = new double[size];
  }

  /// One step with the inputs of a block.
  ///
  /// @param regression whose last coefficient is that of the previous value, 0 to below 1
  void step(RidgeRegression regression, double[] features) {
    double carried = regression.coefficient(contributions.length);
    boolean stoodStill = pausedBlocks > LONGEST_STANDSTILL;
    pausedBlocks = 0;
    for (int i = 0; i < contributions.length; i++) {
      double pushed = regression.coefficient(i) * features[i];
      contributions[i] = stoodStill ? pushed / (1 - carried) : carried * contributions[i] + pushed;
    }
  }

  /// Lets a block without inputs pass.
  void pause() {
    pausedBlocks = Math.min(pausedBlocks + 1, LONGEST_STANDSTILL + 1);
  }

  boolean isGoing() {
    return pausedBlocks == 0;
  }

  /// Takes the target of a block, whether it is to be learned from or not.
  void watch(double target) {
    lately += (target - value() - lately) / LATELY;
  }

  /// Whether the target has been away from the run for longer than a change of the inputs takes.
  boolean isOff() {
    return compared > SETTLING && Math.abs(lately) > OFF * deviation();
  }

  /// Learns from a sound block how well the run explains the target.
  void compare(double target) {
    compared++;
    double rate = Math.max(1 / compared, 1 / MEMORY);
    double size = Math.abs(target - value());
    double clipped = compared > SETTLING ? Math.min(size, CLIP * spread) : size;
    spread += rate * (clipped - spread);
    unexplainedVariance += rate * (clipped * clipped - unexplainedVariance);
    double strayed = target - centre;
    centre += rate * strayed;
    variance += rate * (strayed * (target - centre) - variance);
  }

  double value() {
    double sum = 0;
    for (double contribution : contributions) {
      sum += contribution;
    }
    return sum;
  }

  /// Of the constant at 0, then of each input.
  double contribution(int feature) {
    return contributions[feature];
  }

  /// Standard deviation of what is left unexplained.
  double deviation() {
    return DEVIATION_RATIO * spread;
  }

  double rSquared() {
    return variance > 0 ? 1 - unexplainedVariance / variance : 0;
  }

  /// Learns anew how well it explains the target.
  void restart() {
    compared = 0;
  }

  void clear() {
    Arrays.fill(contributions, 0);
    pausedBlocks = LONGEST_STANDSTILL + 1;
    lately = 0;
    spread = 0;
    compared = 0;
    centre = 0;
    variance = 0;
    unexplainedVariance = 0;
  }

  void save(StateWriter writer) {
    writer.values(contributions);
    writer.number(pausedBlocks);
    writer.values(new double[] {lately, spread, compared, centre, variance, unexplainedVariance});
  }

  void restore(StateReader reader) throws UnusableState {
    reader.values(contributions);
    pausedBlocks = reader.count(LONGEST_STANDSTILL + 1);
    double[] values = new double[6];
    reader.values(values);
    lately = values[0];
    spread = values[1];
    compared = values[2];
    centre = values[3];
    variance = values[4];
    unexplainedVariance = values[5];
  }
}
