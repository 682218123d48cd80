package rackpulse.model;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// Weighted least squares with forgetting and a ridge, in information form: nothing is inverted
/// until somebody asks for the solution, so nothing can run away in between.
///
/// `S = forgetting·S + w·f·fᵀ`, `s = forgetting·s + w·f·y`, and `(S + ridge·diag(0,1,…,1))·θ = s`.
/// The first feature is the constant, which the ridge leaves alone. No garbage after construction.
final class RidgeRegression {
  static {
    Rls.singleThreaded();
  }

  /// Below this the features cannot be told apart with the digits of a double. The diagonal is
  /// scaled to 1 first, so the quality is the root of the determinant of their correlations.
  static final double LEAST_QUALITY = 1e-12;

  private final int size;
  private final double forgetting;
  private final double ridge;

  /// `S` row by row, of which only the upper triangle is kept.
  private final double[] information;

  private final double[] moments;
  private final double[] solution;
  private double quality;

  private final double[] scale;
  private final DMatrixRMaj scaled;
  private final DMatrixRMaj right;
  private final DMatrixRMaj unknown;
  private final LinearSolverDense<DMatrixRMaj> solver;

  /// @param size number of features
  /// @param forgetting in (0, 1]; 1 forgets nothing
  /// @param ridge at least 0, in units of one sample of a feature of size 1
  RidgeRegression(int size, double forgetting, double ridge) {
    this.size = size;
    this.forgetting = forgetting;
    this.ridge = ridge;
    information = new double[size * size];
    moments = new double[size];
    solution = new double[size];
    scale = new double[size];
    scaled = new DMatrixRMaj(size, size);
    right = new DMatrixRMaj(size, 1);
    unknown = new DMatrixRMaj(size, 1);
    solver = LinearSolverFactory_DDRM.symmPosDef(size);
  }

  void add(double[] features, double target, double weight) {
    for (int i = 0; i < size; i++) {
      double weighted = weight * features[i];
      moments[i] = forgetting * moments[i] + weighted * target;
      for (int j = i; j < size; j++) {
        int at = i * size + j;
        information[at] = forgetting * information[at] + weighted * features[j];
      }
    }
  }

  /// Lets everything learned so far count only this share of what it did.
  void fade(double share) {
    for (int i = 0; i < information.length; i++) {
      information[i] *= share;
    }
    for (int i = 0; i < size; i++) {
      moments[i] *= share;
    }
  }

  /// Computes the coefficients.
  ///
  /// @return false, and the coefficients stay as they were, when the features cannot be told apart
  boolean solve() {
    return solveFirst(size, 0);
  }

  /// Computes the coefficients of all features but the last, whose coefficient is given.
  boolean solveWithLast(double coefficient) {
    return solveFirst(size - 1, coefficient);
  }

  private boolean solveFirst(int unknowns, double lastCoefficient) {
    scaled.reshape(unknowns, unknowns);
    right.reshape(unknowns, 1);
    unknown.reshape(unknowns, 1);
    for (int i = 0; i < unknowns; i++) {
      double diagonal = information[i * size + i] + (i == 0 ? 0 : ridge);
      scale[i] = diagonal > 0 ? 1 / Math.sqrt(diagonal) : 0;
    }
    for (int i = 0; i < unknowns; i++) {
      for (int j = i + 1; j < unknowns; j++) {
        double element = information[i * size + j] * scale[i] * scale[j];
        scaled.set(i, j, element);
        scaled.set(j, i, element);
      }
      scaled.set(i, i, scale[i] > 0 ? 1 : 0);
      double known = unknowns < size ? information[i * size + size - 1] * lastCoefficient : 0;
      right.set(i, 0, (moments[i] - known) * scale[i]);
    }
    quality = solver.setA(scaled) ? solver.quality() : 0;
    if (!(quality >= LEAST_QUALITY)) {
      quality = 0;
      return false;
    }
    solver.solve(right, unknown);
    for (int i = 0; i < unknowns; i++) {
      solution[i] = unknown.get(i, 0) * scale[i];
    }
    if (unknowns < size) {
      solution[size - 1] = lastCoefficient;
    }
    return true;
  }

  double coefficient(int feature) {
    return solution[feature];
  }

  double predict(double[] features) {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += solution[i] * features[i];
    }
    return sum;
  }

  /// How well the features can be told apart: 1 when they are unrelated, 0 when they cannot be and
  /// the last solution was refused.
  double quality() {
    return quality;
  }

  void save(StateWriter writer) {
    writer.symmetric(information, size);
    writer.values(moments);
    writer.values(solution);
    writer.value(quality);
  }

  void restore(StateReader reader) throws UnusableState {
    reader.symmetric(information, size);
    reader.values(moments);
    reader.values(solution);
    quality = reader.value();
  }

  void clear() {
    Arrays.fill(information, 0);
    Arrays.fill(moments, 0);
    Arrays.fill(solution, 0);
    quality = 0;
  }
}
