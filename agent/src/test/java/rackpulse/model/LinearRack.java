package rackpulse.model;

import java.util.Random;

/// A rack that obeys known coefficients, seen as means over 5 minutes: `outlet = 34 + 0.9·(inlet −
/// 22) + 0.004·(load − 3400) − 0.12·(fan − 60)`, reached with a lag.
final class LinearRack {
  static final double INLET_GAIN = 0.9;
  static final double LOAD_GAIN = 0.004;
  static final double FAN_GAIN = -0.12;
  static final double LAG = 0.4;
  static final int BLOCKS_PER_DAY = 288;

  private final Random random;
  private final double noise;
  private double inletWander;
  private double loadWander;
  private double loadStep;
  private double fanWander;
  private double settled = 34;
  private long block;

  double inlet;
  double load;
  double fan;
  double outlet;

  /// @param noise standard deviation of the outlet's sensor, K
  LinearRack(long seed, double noise) {
    random = new Random(seed);
    this.noise = noise;
  }

  void advance() {
    double day = 2 * Math.PI * block++ / BLOCKS_PER_DAY;
    inletWander = wander(inletWander, 0.4, 60);
    loadWander = wander(loadWander, 150, 20);
    fanWander = wander(fanWander, 4, 40);
    if (random.nextInt(100) == 0) {
      loadStep = 600 * random.nextDouble() - 300;
    }
    inlet = 22 + Math.sin(day) + inletWander;
    load = 3400 + 300 * Math.sin(day - 1) + loadWander + loadStep;
    fan = 60 + fanWander;
    double goal =
        34 + INLET_GAIN * (inlet - 22) + LOAD_GAIN * (load - 3400) + FAN_GAIN * (fan - 60);
    settled += (1 - LAG) * (goal - settled);
    outlet = settled + noise * random.nextGaussian();
  }

  /// The outlet as a sensor without noise would read it.
  double settled() {
    return settled;
  }

  double[] inputs() {
    return new double[] {inlet, load, fan};
  }

  /// A channel that has nothing to do with the rack.
  double unrelated() {
    return random.nextGaussian();
  }

  private double wander(double value, double deviation, double memory) {
    double pull = 1 / memory;
    return value * (1 - pull) + deviation * Math.sqrt(2 * pull) * random.nextGaussian();
  }
}
