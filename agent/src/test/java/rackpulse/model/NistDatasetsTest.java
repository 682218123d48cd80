package rackpulse.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;
import org.junit.jupiter.api.Test;

/// The linear problems of NIST's Statistical Reference Datasets.
///
/// Digits are `−log10` of the largest relative error of a coefficient. Stated are the digits that
/// are reached; asserted is half a digit less, since the order of additions may differ elsewhere.
class NistDatasetsTest {
  private static final double SLACK = 0.5;

  /// A problem with its certified solution; a row holds the features of one observation.
  private record Dataset(List<double[]> rows, double[] targets, double[] certified) {}

  @Test
  void qrReachesItsDigits() {
    assertDigits(13.3, byQr(polynomial("norris", 1)));
    assertDigits(12.5, byQr(polynomial("pontius", 2)));
    assertDigits(14.7, byQr(proportional("noint1")));
    assertDigits(15.3, byQr(proportional("noint2")));
    assertDigits(13.0, byQr(longley()));
    assertDigits(7.3, byQr(polynomial("filip", 10)));
  }

  @Test
  void qrReachesItsDigitsForWampler() {
    assertDigits(9.0, byQr(wampler(1)));
    assertDigits(12.4, byQr(wampler(2)));
    assertDigits(9.6, byQr(wampler(3)));
    assertDigits(8.3, byQr(wampler(4)));
    assertDigits(6.3, byQr(wampler(5)));
  }

  @Test
  void ridgeReachesItsDigits() {
    assertDigits(13.3, byRidge(polynomial("norris", 1)));
    assertDigits(11.5, byRidge(polynomial("pontius", 2)));
    assertDigits(14.7, byRidge(proportional("noint1")));
    assertDigits(15.3, byRidge(proportional("noint2")));
    assertDigits(6.8, byRidge(longley()));
    assertDigits(6.1, byRidge(wampler(1)));
    assertDigits(9.0, byRidge(wampler(2)));
    assertDigits(6.1, byRidge(wampler(3)));
    assertDigits(6.1, byRidge(wampler(4)));
    assertDigits(6.1, byRidge(wampler(5)));
  }

  @Test
  void ridgeRefusesFilipThroughItsQuality() {
    RidgeRegression regression = ridge(polynomial("filip", 10));
    assertFalse(regression.solve());
    assertEquals(0, regression.quality());
  }

  @Test
  void qualityFallsWithTheDifficulty() {
    RidgeRegression easy = ridge(polynomial("norris", 1));
    RidgeRegression hard = ridge(longley());
    assertTrue(easy.solve() && hard.solve());
    assertTrue(easy.quality() > 0.5, () -> "norris " + easy.quality());
    assertTrue(hard.quality() < 1e-9, () -> "longley " + hard.quality());
  }

  private static Dataset polynomial(String name, int degree) {
    return read(name, row -> powers(row[1], degree));
  }

  private static Dataset proportional(String name) {
    return read(name, row -> Arrays.copyOfRange(row, 1, row.length));
  }

  private static Dataset longley() {
    return read(
        "longley",
        row -> {
          double[] features = row.clone();
          features[0] = 1;
          return features;
        });
  }

  /// `y = Σ bᵢ·xⁱ` over x = 0…20 plus, from the third set on, a pattern orthogonal to all powers.
  private static Dataset wampler(int number) {
    double[] pattern = read("wampler", UnaryOperator.identity()).targets;
    double amplitude = number < 3 ? 0 : Math.pow(100, number - 3);
    double base = number == 2 ? 0.1 : 1;
    double[] coefficients = powers(base, 5);
    List<double[]> rows = new ArrayList<>();
    double[] targets = new double[pattern.length];
    for (int x = 0; x < targets.length; x++) {
      double[] row = powers(x, 5);
      for (int i = 0; i < row.length; i++) {
        targets[x] += coefficients[i] * row[i];
      }
      targets[x] += amplitude * pattern[x];
      rows.add(row);
    }
    return new Dataset(rows, targets, coefficients);
  }

  private static double[] powers(double x, int degree) {
    double[] powers = new double[degree + 1];
    powers[0] = 1;
    for (int i = 1; i <= degree; i++) {
      powers[i] = powers[i - 1] * x;
    }
    return powers;
  }

  private static Dataset read(String name, UnaryOperator<double[]> features) {
    List<double[]> rows = new ArrayList<>();
    List<Double> targets = new ArrayList<>();
    double[] certified = {};
    for (String line : text(name).lines().filter(text -> !text.startsWith("#")).toList()) {
      if (line.startsWith("certified ")) {
        certified = numbers(line.substring("certified ".length()));
      } else {
        double[] row = numbers(line);
        targets.add(row[0]);
        rows.add(features.apply(row));
      }
    }
    return new Dataset(
        rows, targets.stream().mapToDouble(Double::doubleValue).toArray(), certified);
  }

  private static double[] numbers(String line) {
    return Arrays.stream(line.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  private static String text(String name) {
    try (InputStream in = NistDatasetsTest.class.getResourceAsStream("/nist/" + name + ".txt")) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double byQr(Dataset dataset) {
    int unknowns = dataset.certified.length;
    DMatrixRMaj design = new DMatrixRMaj(dataset.rows.toArray(double[][]::new));
    DMatrixRMaj right = new DMatrixRMaj(dataset.targets.length, 1, true, dataset.targets);
    DMatrixRMaj found = new DMatrixRMaj(unknowns, 1);
    LinearSolverDense<DMatrixRMaj> solver =
        LinearSolverFactory_DDRM.qr(dataset.targets.length, unknowns);
    assertTrue(solver.setA(design));
    solver.solve(right, found);
    return digits(found.getData(), dataset);
  }

  private static double byRidge(Dataset dataset) {
    RidgeRegression regression = ridge(dataset);
    assertTrue(regression.solve());
    double[] found = new double[dataset.certified.length];
    Arrays.setAll(found, regression::coefficient);
    return digits(found, dataset);
  }

  private static RidgeRegression ridge(Dataset dataset) {
    RidgeRegression regression = new RidgeRegression(dataset.certified.length, 1, 0);
    for (int i = 0; i < dataset.targets.length; i++) {
      regression.add(dataset.rows.get(i), dataset.targets[i], 1);
    }
    return regression;
  }

  private static double digits(double[] found, Dataset dataset) {
    double worst = Double.POSITIVE_INFINITY;
    for (int i = 0; i < found.length; i++) {
      double right = dataset.certified[i];
      worst = Math.min(worst, -Math.log10(Math.abs((found[i] - right) / right)));
    }
    return worst;
  }

  private static void assertDigits(double reached, double digits) {
    assertTrue(digits >= reached - SLACK, () -> "only " + digits + " digits, not " + reached);
  }
}
