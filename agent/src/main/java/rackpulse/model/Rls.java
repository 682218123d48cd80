package rackpulse.model;

import org.ejml.concurrency.EjmlConcurrency;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// Recursive least squares with forgetting, in the covariance form and only as guarded here: the
/// upper triangle is computed and mirrored, the trace is bounded, and a model that lost its
/// positive diagonal or its finiteness starts anew. Unguarded, the form diverges.
final class Rls {
  static {
    singleThreaded();
  }

  /// The bound of the covariance's trace, per feature: stops the wind-up while nothing is excited.
  private static final double TRACE_PER_FEATURE = 1e5;

  /// A petajoule, or a thousand terawatts.
  private static final double LARGEST = 1e15;

  /// No error of a sound model reaches it, since no usable value exceeds 1e15.
  private static final double ABSURD = 1e20;

  private final double forgetting;
  private final double[] startVariances;
  private final double[] startWeights;
  private final DMatrixRMaj features;
  private final DMatrixRMaj weights;
  private final DMatrixRMaj covariance;
  private final DMatrixRMaj gain;

  /// @param features a column, filled by the owner before each [#error]; models may share it
  /// @param forgetting what remains of the past after one step, at most 1
  /// @param startVariances the diagonal of the covariance at the start
  /// @param startWeights the weights at the start
  Rls(DMatrixRMaj features, double forgetting, double[] startVariances, double[] startWeights) {
    int size = features.numRows;
    this.features = features;
    this.forgetting = forgetting;
    this.startVariances = startVariances;
    this.startWeights = startWeights;
    weights = new DMatrixRMaj(size, 1);
    covariance = new DMatrixRMaj(size, size);
    gain = new DMatrixRMaj(size, 1);
    reset();
  }

  /// Keeps EJML from starting threads for matrices of a few rows; whoever uses EJML without this
  /// class calls it first.
  static void singleThreaded() {
    EjmlConcurrency.USE_CONCURRENT = false;
  }

  /// Whether a value can be a measurement at all: finite, and no larger than any quantity gets.
  static boolean isUsable(double value) {
    return Math.abs(value) <= LARGEST;
  }

  /// The weight of feature `i`.
  double weight(int i) {
    return weights.data[i];
  }

  /// What the weights make of the features.
  double predict() {
    return CommonOps_DDRM.dot(weights, features);
  }

  /// The error of the prediction before learning from `target`. A model whose weights have become
  /// absurd starts anew first, so that the error is always finite.
  double error(double target) {
    double error = target - predict();
    if (Math.abs(error) <= ABSURD) {
      return error;
    }
    reset();
    return target - predict();
  }

  /// Learns from the error of the present features.
  ///
  /// @param error from [#error]
  /// @param weight how much the sample counts, 0 to 1
  void learn(double error, double weight) {
    CommonOps_DDRM.mult(covariance, features, gain);
    double denominator = forgetting / weight + CommonOps_DDRM.dot(features, gain);
    int size = weights.numRows;
    double[] g = gain.data;
    double[] p = covariance.data;
    double step = error / denominator;
    double finite = 0; // stays 0 while all is finite, then is not a number for ever
    for (int i = 0; i < size; i++) {
      weights.data[i] += g[i] * step;
      finite += weights.data[i] * 0.0;
    }
    double trace = 0;
    double least = Double.MAX_VALUE;
    for (int i = 0; i < size; i++) {
      double share = g[i] / denominator;
      for (int j = i; j < size; j++) {
        double value = (p[i * size + j] - share * g[j]) / forgetting;
        finite += value * 0.0;
        p[i * size + j] = value;
        p[j * size + i] = value;
      }
      trace += p[i * size + i];
      least = Math.min(least, p[i * size + i]);
    }
    if (!(finite == 0 && least > 0)) {
      reset();
    } else {
      bound(trace);
    }
  }

  /// Makes the model as unsure as if `steps` had passed without data.
  void forget(int steps) {
    CommonOps_DDRM.scale(Math.pow(forgetting, -steps), covariance);
    bound(CommonOps_DDRM.trace(covariance));
  }

  void save(StateWriter writer) {
    writer.values(weights.data);
    writer.symmetric(covariance.data, covariance.numRows);
  }

  void restore(StateReader reader) throws UnusableState {
    reader.values(weights.data);
    reader.symmetric(covariance.data, covariance.numRows);
  }

  private void bound(double trace) {
    double most = TRACE_PER_FEATURE * weights.numRows;
    if (trace > most) {
      CommonOps_DDRM.scale(most / trace, covariance);
    }
  }

  private void reset() {
    int size = weights.numRows;
    System.arraycopy(startWeights, 0, weights.data, 0, size);
    covariance.zero();
    for (int i = 0; i < size; i++) {
      covariance.data[i * size + i] = startVariances[i];
    }
  }
}
