package rackpulse.model;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// Level and daily shape of a channel, and how the size of their error depends on the time of day:
/// two slow least-squares models over the same harmonics.
final class DailyShape {
  private static final double FORGETTING = 0.9998;
  private static final int HARMONICS = 3;
  private static final double LEVEL_VARIANCE = 100;
  private static final double HARMONIC_VARIANCE = 0.1;
  private static final double SPREAD_VARIANCE = 0.3 * HARMONIC_VARIANCE;
  private static final double SPREAD_APPLIED = 0.5;
  private static final double MOST_SPREAD = 2.5;
  private static final double LEAST_ERROR_SCALES = 0.05;
  private static final double HUBER_SCALES = 5;
  private static final int HUBER_AFTER = 30;
  private static final long MOST_FORGOTTEN = 2000;
  private static final long DAY_MILLIS = 86_400_000;

  /// Changes whenever a constant of this class does.
  static final long CONSTANTS =
      StateWriter.hash(
          4,
          FORGETTING,
          HARMONICS,
          LEVEL_VARIANCE,
          HARMONIC_VARIANCE,
          SPREAD_VARIANCE,
          SPREAD_APPLIED,
          MOST_SPREAD,
          LEAST_ERROR_SCALES,
          HUBER_SCALES,
          HUBER_AFTER);

  /// 1 and the harmonics of the time of day, shared by the two models.
  private final DMatrixRMaj features = new DMatrixRMaj(1 + 2 * HARMONICS, 1);

  private final Rls shape = model(HARMONIC_VARIANCE);
  private final Rls spread = model(SPREAD_VARIANCE);
  private double scale;

  // of the present sample only
  private double error;
  private double factor = 1;
  private double usual;

  /// Compares a sample with what the models expect, then learns from it.
  ///
  /// @param wallMillis since the epoch; only the time of day matters
  /// @param n the sample's number
  /// @param channelScale the usual deviation of the channel from its mean
  /// @param floor added to scales that may be zero
  void observe(long wallMillis, double target, long n, double channelScale, double floor) {
    features.data[0] = 1;
    fillHarmonics(features.data, 1, HARMONICS, wallMillis);
    double logFactor = scale > 0 ? spread.predict() - spread.weight(0) : 0;
    factor = Math.exp(Math.clamp(SPREAD_APPLIED * logFactor, -MOST_SPREAD, MOST_SPREAD));
    error = shape.error(target);
    usual = scale * factor;
    double size = Math.abs(error);
    boolean isLarge = n > HUBER_AFTER && size > HUBER_SCALES * usual;
    shape.learn(error, isLarge ? HUBER_SCALES * usual / size : 1);
    if (scale > 0) {
      double least = LEAST_ERROR_SCALES * scale + floor;
      spread.learn(spread.error(Math.log(Math.max(size, least) / (scale + floor))), 1);
    }
    double counted =
        n > HUBER_AFTER ? EdgeLs.clipped(size / factor, scale, channelScale) : size / factor;
    scale += EdgeLs.rate(n, EdgeLs.LONG_MEMORY) * (counted - scale);
  }

  /// The error of the present sample before learning.
  double error() {
    return error;
  }

  /// That error as it would be at a time of day of usual spread.
  double evenError() {
    return error / factor;
  }

  /// The size of error that was usual at this time of day, before learning.
  double usual() {
    return usual;
  }

  /// The usual size of [#evenError].
  double scale() {
    return scale;
  }

  /// Makes the shape as unsure as if `samples` had been missed.
  void forget(long samples) {
    shape.forget((int) Math.min(samples, MOST_FORGOTTEN));
  }

  void save(StateWriter writer) {
    shape.save(writer);
    spread.save(writer);
    writer.value(scale);
  }

  void restore(StateReader reader) throws UnusableState {
    shape.restore(reader);
    spread.restore(reader);
    scale = reader.value();
  }

  /// Writes sine and cosine of the time of day and of its multiples.
  ///
  /// @param from where in `features` they begin
  /// @param wallMillis since the epoch
  static void fillHarmonics(double[] features, int from, int harmonics, long wallMillis) {
    double angle = 2 * Math.PI * Math.floorMod(wallMillis, DAY_MILLIS) / DAY_MILLIS;
    double sine = Math.sin(angle);
    double cosine = Math.cos(angle);
    features[from] = sine;
    features[from + 1] = cosine;
    for (int i = from + 2; i < from + 2 * harmonics; i += 2) {
      features[i] = features[i - 2] * cosine + features[i - 1] * sine;
      features[i + 1] = features[i - 1] * cosine - features[i - 2] * sine;
    }
  }

  private Rls model(double harmonicVariance) {
    double[] variances = new double[features.numRows];
    Arrays.fill(variances, harmonicVariance);
    variances[0] = LEVEL_VARIANCE;
    return new Rls(features, FORGETTING, variances, new double[features.numRows]);
  }
}
