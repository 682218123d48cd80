package rackpulse.trend;

import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// Where a movement that has begun may come to rest: a parabola through the readings since it
/// began.
///
/// A step of load and a failed fan begin alike; they differ in whether they bend. What slows down
/// as fast as its own speed does, settles: with speed v and its change -v/T, v·T further on. As
/// long as the readings do not tell whether it bends, it is taken to bend as much as they leave
/// open, so that a movement must have lasted for the longer the further away the limit is.
final class Settling {
  /// Readings at the nominal interval.
  private static final double MEMORY = 40;

  /// A reading so many standard deviations of the noise ahead of the movement begins another one.
  private static final double KINK = 4;

  /// Standard errors of the bend that are left open: more spares steps of load their warning, and
  /// takes failures their time.
  private static final double OPEN = 0.8;

  /// Changes whenever a constant of this class does.
  static final long CONSTANTS = StateWriter.hash(6, MEMORY, KINK, OPEN);

  /// Readings without which nothing bends.
  private static final int LEAST_READINGS = 3;

  private final double memoryMinutes;
  private long count;

  /// Sums of the powers of time, 0 to 4, and of those times the value, 0 to 2.
  private final double[] s = new double[5];

  private final double[] y = new double[3];
  private double before;

  private double level;
  private double slope;
  private double curvature;

  // of the present reading only
  private double curvatureSpread;

  /// @param nominalMinutes between readings
  Settling(double nominalMinutes) {
    memoryMinutes = MEMORY * nominalMinutes;
  }

  /// Takes a reading.
  ///
  /// @param isMoving whether the channel moves at all
  void add(double value, double stepMinutes, double variance, boolean isMoving) {
    if (count > 0 && isKink(value, stepMinutes, Math.sqrt(variance))) {
      double last = before;
      forget();
      put(last, stepMinutes);
    }
    put(value, stepMinutes);
    fit(variance);
    if (!isMoving && count >= LEAST_READINGS) {
      forget();
      put(value, stepMinutes);
    }
    before = value;
  }

  private boolean isKink(double value, double stepMinutes, double deviation) {
    double most = KINK * deviation;
    double moved = value - before;
    if (count < LEAST_READINGS && Math.abs(slope) * stepMinutes <= most) {
      return Math.abs(moved) > most;
    }
    double way = Math.signum(slope);
    double start = count < LEAST_READINGS ? before : level;
    double speedUp = Math.max(0, way * curvature) * stepMinutes * stepMinutes;
    double ahead = way * (value - start) - Math.abs(slope) * stepMinutes - speedUp;
    return ahead > most || way * moved < -most;
  }

  private void put(double value, double stepMinutes) {
    double fade = Math.exp(-stepMinutes / memoryMinutes);
    double d = stepMinutes;
    // the origin moves to now before the past fades
    s[4] = fade * (s[4] - d * (4 * s[3] - d * (6 * s[2] - d * (4 * s[1] - d * s[0]))));
    s[3] = fade * (s[3] - d * (3 * s[2] - d * (3 * s[1] - d * s[0])));
    s[2] = fade * (s[2] - d * (2 * s[1] - d * s[0]));
    s[1] = fade * (s[1] - d * s[0]);
    s[0] = fade * s[0] + 1;
    y[2] = fade * (y[2] - d * (2 * y[1] - d * y[0]));
    y[1] = fade * (y[1] - d * y[0]);
    y[0] = fade * y[0] + value;
    count++;
  }

  private void fit(double variance) {
    curvature = 0;
    curvatureSpread = Double.POSITIVE_INFINITY;
    double determinant = s[0] * s[2] - s[1] * s[1];
    if (count < 2 || !(determinant > TrendLine.LEAST_DETERMINANT * s[0] * s[2])) {
      slope = 0;
      level = y[0] / s[0];
      return;
    }
    slope = (s[0] * y[1] - s[1] * y[0]) / determinant;
    level = (y[0] - slope * s[1]) / s[0];
    // cofactors of the symmetric matrix of the three normal equations
    double c00 = s[2] * s[4] - s[3] * s[3];
    double c01 = s[2] * s[3] - s[1] * s[4];
    double c02 = s[1] * s[3] - s[2] * s[2];
    double c11 = s[0] * s[4] - s[2] * s[2];
    double c12 = s[1] * s[2] - s[0] * s[3];
    double whole = s[0] * c00 + s[1] * c01 + s[2] * c02;
    boolean bends = whole > TrendLine.LEAST_DETERMINANT * s[0] * s[2] * s[4];
    if (count >= LEAST_READINGS && bends) {
      level = (c00 * y[0] + c01 * y[1] + c02 * y[2]) / whole;
      slope = (c01 * y[0] + c11 * y[1] + c12 * y[2]) / whole;
      curvature = (c02 * y[0] + c12 * y[1] + determinant * y[2]) / whole;
      curvatureSpread = Math.sqrt(variance * determinant / whole);
    }
  }

  /// How far the channel will still go for sure.
  ///
  /// @param way 1 upwards, -1 downwards
  /// @return at least 0; infinite when it goes on as it does
  double reach(int way) {
    double speed = way * slope;
    double bend = way * curvature - OPEN * curvatureSpread;
    if (!(speed > 0) || count < LEAST_READINGS) {
      return 0;
    }
    return bend < 0 ? speed * speed / (-2 * bend) : Double.POSITIVE_INFINITY;
  }

  /// Minutes until the channel is so much further on, if it settles as it seems to; infinite when
  /// it settles before, and not a number where nothing bends.
  double minutes(int way, double remaining) {
    double speed = way * slope;
    double bend = way * curvature;
    if (!(speed > 0) || !(bend < -OPEN * curvatureSpread)) {
      return Double.NaN;
    }
    double settlingMinutes = speed / (-2 * bend);
    double reach = speed * settlingMinutes;
    return remaining < reach
        ? -settlingMinutes * Math.log1p(-remaining / reach)
        : Double.POSITIVE_INFINITY;
  }

  /// Whether the channel comes to rest for sure before it is so much further on.
  boolean rests(int way, double remaining) {
    double speed = way * slope;
    double bend = way * curvature + OPEN * curvatureSpread;
    return count >= LEAST_READINGS
        && (speed <= 0 || (bend < 0 && speed * speed / (-2 * bend) < remaining));
  }

  void forget() {
    for (int i = 0; i < s.length; i++) {
      s[i] = 0;
    }
    for (int i = 0; i < y.length; i++) {
      y[i] = 0;
    }
    count = 0;
    slope = 0;
    curvature = 0;
  }

  void save(StateWriter writer) {
    writer.number(count);
    writer.values(s);
    writer.values(y);
    writer.values(new double[] {before, level, slope, curvature});
  }

  void restore(StateReader reader) throws UnusableState {
    count = reader.number();
    reader.values(s);
    reader.values(y);
    double[] values = new double[4];
    reader.values(values);
    before = values[0];
    level = values[1];
    slope = values[2];
    curvature = values[3];
  }
}
