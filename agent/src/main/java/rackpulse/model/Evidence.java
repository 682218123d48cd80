package rackpulse.model;

import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// Whether one-step residuals have become abnormal: their mean square over 75 minutes, in units of
/// their usual size, against a multiple of what it hardly ever exceeds.
final class Evidence {
  /// Blocks before there is a verdict.
  static final int FIRST_VERDICT = 100;

  private static final double MEMORY = 15;
  private static final double SCALE_MEMORY = 2000;
  private static final double LARGEST_SCORE = 5;
  private static final int SETTLING = 30;

  /// The threshold is so many times the 99 % quantile of the mean square.
  private static final double MARGIN = 1.5;

  private static final double RARE = 0.01;

  /// Where the tracked quantile starts, in units of the mean: near where it is for white noise.
  private static final double FIRST_QUANTILE = 2;

  /// Residuals that are all of the usual size have a mean square of 1.
  private static final double LEAST_QUANTILE = 1;

  private static final double SLOWEST_STEP = 0.016;

  /// Residuals count fully up to so many usual sizes.
  private static final double HUBER = 3;

  /// Usual size of a residual, and how many taught it.
  private double scale;

  private double scaled;

  /// Blocks that count for the verdict; below 0 while it must wait.
  private double judged;

  private double square;
  private double mean;
  private double quantile;

  /// How much a residual may teach, in (0, 1].
  ///
  /// @param floor least usual size of a residual, so that a quantised constant is not an event
  double weight(double residual, double floor) {
    double limit = HUBER * (scale + floor);
    double size = Math.abs(residual);
    return judged <= SETTLING || size <= limit ? 1 : limit / size;
  }

  /// Takes the residual of a block.
  ///
  /// @param learns whether usual size and threshold may follow it
  void observe(double residual, double floor, boolean learns) {
    double size = Math.abs(residual);
    double known = scale + floor;
    double score = scaled == 0 ? 0 : Math.min(size / known, LARGEST_SCORE);
    judged += learns ? 1 : 0;
    if (judged > 0) {
      square += Math.max(1 / MEMORY, 1 / judged) * (score * score - square);
    }
    if (learns) {
      scaled++;
      double clipped = judged > SETTLING ? Math.min(size, LARGEST_SCORE * known) : size;
      scale += Math.max(1 / scaled, 1 / SCALE_MEMORY) * (clipped - scale);
      learnQuantile();
    }
  }

  private void learnQuantile() {
    if (judged > SETTLING) {
      double step = Math.max(0.5 / Math.sqrt(judged), SLOWEST_STEP);
      quantile *= Math.exp(square > quantile ? step * (1 - RARE) : -step * RARE);
    } else if (judged > 0) {
      mean += (square - mean) / judged;
      quantile = FIRST_QUANTILE * mean;
    }
    quantile = Math.max(quantile, LEAST_QUANTILE);
  }

  /// Blocks on the way to the first verdict.
  double progressBlocks() {
    return Math.clamp(judged, 0, FIRST_VERDICT);
  }

  boolean hasVerdict() {
    return judged >= FIRST_VERDICT;
  }

  /// As a multiple of the threshold; 0 while there is no verdict.
  double strength() {
    return hasVerdict() ? square / (MARGIN * quantile) : 0;
  }

  void save(StateWriter writer) {
    writer.values(new double[] {scale, scaled, judged, square, mean, quantile});
  }

  void restore(StateReader reader) throws UnusableState {
    double[] values = new double[6];
    reader.values(values);
    scale = values[0];
    scaled = values[1];
    judged = values[2];
    square = values[3];
    mean = values[4];
    quantile = values[5];
  }

  /// Forgets what was usual; the verdict waits for so many blocks more than the first time.
  void restart(int waitBlocks) {
    judged = -waitBlocks;
    scaled = 0;
    scale = 0;
    square = 0;
    mean = 0;
    quantile = 0;
  }
}
