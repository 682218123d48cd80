package rackpulse.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;

class RidgeRegressionTest {
  private static final double FORGETTING = 0.99;
  private static final double RIDGE = 1;
  private static final int SIZE = 5;

  @Test
  void recursiveSolutionEqualsTheBatchOne() {
    int samples = 300;
    Random random = new Random(7);
    RidgeRegression recursive = new RidgeRegression(SIZE, FORGETTING, RIDGE);
    SimpleMatrix design = new SimpleMatrix(samples, SIZE);
    SimpleMatrix weights = new SimpleMatrix(samples, samples);
    SimpleMatrix targets = new SimpleMatrix(samples, 1);
    for (int i = 0; i < samples; i++) {
      double[] features = {1, random.nextGaussian(), 0, random.nextDouble(), 0};
      features[2] = features[1] + 0.01 * random.nextGaussian();
      features[4] = 10 * random.nextGaussian();
      double target = 3 - features[1] + 0.5 * features[3] + 0.1 * random.nextGaussian();
      double weight = 0.2 + 0.8 * random.nextDouble();
      recursive.add(features, target, weight);
      design.setRow(i, 0, features);
      targets.set(i, 0, target);
      weights.set(i, i, weight * Math.pow(FORGETTING, samples - 1 - i));
    }
    assertTrue(recursive.solve());
    SimpleMatrix penalty = SimpleMatrix.identity(SIZE).scale(RIDGE);
    penalty.set(0, 0, 0);
    SimpleMatrix weighted = design.transpose().mult(weights);
    SimpleMatrix batch = weighted.mult(design).plus(penalty).solve(weighted.mult(targets));
    for (int i = 0; i < SIZE; i++) {
      assertEquals(batch.get(i, 0), recursive.coefficient(i), 1e-10);
    }
  }

  @Test
  void lastCoefficientCanBeGiven() {
    RidgeRegression given = new RidgeRegression(3, 1, 0);
    RidgeRegression reduced = new RidgeRegression(2, 1, 0);
    Random random = new Random(8);
    for (int i = 0; i < 50; i++) {
      double x = random.nextGaussian();
      double z = x + random.nextGaussian();
      double y = 2 + 3 * x + 0.7 * z + random.nextGaussian();
      given.add(new double[] {1, x, z}, y, 1);
      reduced.add(new double[] {1, x}, y - 0.5 * z, 1);
    }
    assertTrue(given.solveWithLast(0.5) && reduced.solve());
    assertEquals(reduced.coefficient(0), given.coefficient(0), 1e-12);
    assertEquals(reduced.coefficient(1), given.coefficient(1), 1e-12);
    assertEquals(0.5, given.coefficient(2));
  }

  @Test
  void meanIsTheSolutionForAConstant() {
    RidgeRegression mean = new RidgeRegression(1, 1, RIDGE);
    for (double value : new double[] {4, 8, 6}) {
      mean.add(new double[] {1}, value, 1);
    }
    assertTrue(mean.solve());
    assertEquals(6, mean.coefficient(0), 1e-14);
    assertEquals(1, mean.quality());
  }

  @Test
  void refusesWhatCannotBeToldApartAndKeepsTheOldSolution() {
    RidgeRegression twins = new RidgeRegression(2, 1, 0);
    twins.add(new double[] {1, 2}, 3, 1);
    assertFalse(twins.solve());
    assertEquals(0, twins.quality());
    assertEquals(0, twins.coefficient(1));
    twins.add(new double[] {1, 4}, 5, 1);
    assertTrue(twins.solve());
    assertEquals(1, twins.coefficient(0), 1e-12);
    assertEquals(1, twins.coefficient(1), 1e-12);
  }
}
