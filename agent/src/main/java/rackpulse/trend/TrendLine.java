package rackpulse.trend;

import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// A straight line through readings with exponentially fading memory: sums of weights, times and
/// values, times counted from the present reading in minutes.
final class TrendLine {
  /// Below this share the readings lie at one time and have no slope.
  static final double LEAST_DETERMINANT = 1e-9;

  private static final double SLOPE_RATE = 1.0 / 5000;
  private static final double SLOPE_CLIP = 5;

  /// Changes whenever a constant of this class does.
  static final long CONSTANTS = StateWriter.hash(5, SLOPE_RATE, SLOPE_CLIP);

  private final double memoryMinutes;
  private long count;
  private double s0;
  private double s1;
  private double s2;
  private double y0;
  private double y1;
  private double level;
  private double slope;
  private long slopesSeen;
  private double usualSlope;

  // of the present reading only
  private double slopeSpread;
  private double levelSpread;

  TrendLine(double memoryMinutes) {
    this.memoryMinutes = memoryMinutes;
  }

  void add(double value, double stepMinutes) {
    double fade = Math.exp(-stepMinutes / memoryMinutes);
    // the origin moves to now before the past fades
    s2 = fade * (s2 - 2 * stepMinutes * s1 + stepMinutes * stepMinutes * s0);
    s1 = fade * (s1 - stepMinutes * s0);
    y1 = fade * (y1 - stepMinutes * y0);
    s0 = fade * s0 + 1;
    y0 = fade * y0 + value;
    count++;
    double determinant = s0 * s2 - s1 * s1;
    if (count >= 2 && determinant > LEAST_DETERMINANT * s0 * s2) {
      slope = (s0 * y1 - s1 * y0) / determinant;
      level = (y0 - slope * s1) / s0;
    } else {
      slope = 0;
      level = y0 / s0;
    }
  }

  /// Nominal scales, about twice the standard error: the thresholds are tuned to them.
  void judgeSpread(double variance) {
    double determinant = s0 * s2 - s1 * s1;
    boolean hasSlope = count >= 2 && determinant > LEAST_DETERMINANT * s0 * s2;
    slopeSpread = hasSlope ? Math.sqrt(variance * s0 / determinant) : 0;
    levelSpread = hasSlope ? Math.sqrt(variance * s2 / determinant) : Math.sqrt(variance);
  }

  /// Learns how steep it usually is, after the reading was judged.
  ///
  /// @param firstReadings of which the plain mean is taken
  void learn(int firstReadings) {
    if (count < 2) {
      return;
    }
    double size = Math.abs(slope);
    slopesSeen++;
    if (slopesSeen <= firstReadings) {
      usualSlope += (size - usualSlope) / slopesSeen;
    } else {
      double most = SLOPE_CLIP * usualSlope + slopeSpread;
      usualSlope += SLOPE_RATE * (Math.min(size, most) - usualSlope);
    }
  }

  void forget() {
    s0 = 0;
    s1 = 0;
    s2 = 0;
    y0 = 0;
    y1 = 0;
    count = 0;
  }

  /// Whether it has two readings, so that it predicts the next.
  boolean predicts() {
    return count >= 2;
  }

  /// Where it is now.
  double level() {
    return level;
  }

  /// How fast it moves, per minute.
  double slope() {
    return slope;
  }

  double slopeSpread() {
    return slopeSpread;
  }

  double levelSpread() {
    return levelSpread;
  }

  double usualSlope() {
    return usualSlope;
  }

  void save(StateWriter writer) {
    writer.values(new double[] {s0, s1, s2, y0, y1, level, slope, usualSlope});
    writer.number(count);
    writer.number(slopesSeen);
  }

  void restore(StateReader reader) throws UnusableState {
    double[] values = new double[8];
    reader.values(values);
    s0 = values[0];
    s1 = values[1];
    s2 = values[2];
    y0 = values[3];
    y1 = values[4];
    level = values[5];
    slope = values[6];
    usualSlope = values[7];
    count = reader.number();
    slopesSeen = reader.number();
  }
}
