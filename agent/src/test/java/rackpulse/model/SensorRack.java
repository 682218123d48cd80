package rackpulse.model;

import java.util.Random;

/// A rack with temperature sensors of its own, read every 10 s: inlets and outlets at three heights
/// breathe the same air, which follows load, fans and the time of day.
final class SensorRack {
  static final int INTERVAL_SECONDS = 10;
  static final int READINGS_PER_DAY = 86_400 / INTERVAL_SECONDS;
  static final int SENSORS = 6;

  private static final double WATTS_PER_KELVIN = 500;

  private final Random random;
  private final double noise;
  private final double resolution;
  private final double[] values = new double[SENSORS];
  private double supplyWander;
  private double loadWander;
  private double loadStep;
  private double supplyRise;
  private double rise = 7;
  private double flow = 1;
  private long reading;

  /// @param noise standard deviation of a sensor, K
  /// @param resolution what sensors round to, K
  SensorRack(long seed, double noise, double resolution) {
    random = new Random(seed);
    this.noise = noise;
    this.resolution = resolution;
  }

  /// Share of the full air flow: a failed fan lowers it.
  void flow(double share) {
    flow = share;
  }

  /// Adds to the load, W.
  void loadStep(double watts) {
    loadStep = watts;
  }

  /// Adds to the air that is supplied, K: a failed chiller lets it rise.
  void supplyRise(double kelvin) {
    supplyRise = kelvin;
  }

  long millis() {
    return 1000L * reading * INTERVAL_SECONDS;
  }

  /// Readings of the inlets at 0 to 2, of the outlets at 3 to 5.
  double[] advance() {
    reading++;
    double day = 2 * Math.PI * reading / READINGS_PER_DAY;
    supplyWander = wander(supplyWander, 0.25, 120);
    loadWander = wander(loadWander, 120, 60);
    double load = 3500 + 300 * Math.sin(day - 1) + loadWander + loadStep;
    rise += (load / (WATTS_PER_KELVIN * flow) - rise) / 30;
    double supply = 21.5 + 0.8 * Math.sin(day) + supplyWander + supplyRise;
    for (int height = 0; height < 3; height++) {
      double inlet = supply + 0.8 * height;
      values[height] = measured(inlet);
      values[3 + height] = measured(inlet + rise * (0.9 + 0.1 * height));
    }
    return values;
  }

  private double measured(double value) {
    double noisy = value + noise * random.nextGaussian();
    return Math.rint(noisy / resolution) * resolution;
  }

  private double wander(double value, double deviation, double memory) {
    double pull = 1 / memory;
    return value * (1 - pull) + deviation * Math.sqrt(2 * pull) * random.nextGaussian();
  }
}
