package rackpulse.simulation;

import java.util.Random;

/// A small thermal model of one rack: air comes in at the front, servers heat it, fans move it, two
/// power feeds carry the load.
///
/// Air carries off `0.335 · flow · ΔT` watts (flow in m³/h, ΔT in K, sea level), and the outlet
/// follows with a first-order lag. Called by one thread at a time.
final class RackPhysics {
  private static final double AIR_WATT_HOURS_PER_CUBIC_METRE_KELVIN = 0.335;
  private static final double OUTLET_LAG_SECONDS = 8;
  private static final double FULL_FLOW_CUBIC_METRES_PER_HOUR = 1500;
  private static final double BASE_LOAD_WATTS = 3400;
  private static final double LOAD_SWING_WATTS = 500;
  private static final double SUPPLY_CELSIUS = 21.5;
  private static final double VAPOUR_GRAMS_PER_CUBIC_METRE = 8.4;

  private final Random random;
  private double seconds;
  private double supplyNoise;
  private double loadNoise;
  private double outletRise;
  private double fanShare = 1;

  RackPhysics(long seed) {
    random = new Random(seed);
    outletRise = steadyRise();
  }

  /// Lets `elapsedSeconds` of the rack's life pass, in steps short enough for the lag.
  void advance(double elapsedSeconds) {
    double left = elapsedSeconds;
    while (left > 0) {
      step(Math.min(left, 0.5));
      left -= 0.5;
    }
  }

  private void step(double dt) {
    seconds += dt;
    supplyNoise = wander(supplyNoise, 0.15, 60, dt);
    loadNoise = wander(loadNoise, 120, 20, dt);
    outletRise += (steadyRise() - outletRise) * Math.min(1, dt / OUTLET_LAG_SECONDS);
  }

  /// One step of noise that returns to 0 (Ornstein-Uhlenbeck).
  private double wander(double value, double deviation, double memorySeconds, double dt) {
    double pull = dt / memorySeconds;
    return value * (1 - pull) + deviation * Math.sqrt(2 * pull) * random.nextGaussian();
  }

  private double steadyRise() {
    double flow = FULL_FLOW_CUBIC_METRES_PER_HOUR * fanShare;
    return loadWatts() / (AIR_WATT_HOURS_PER_CUBIC_METRE_KELVIN * flow);
  }

  /// Sets the share of the full air flow, 0.05 to 1: a failed fan tray lowers it.
  void fans(double share) {
    fanShare = Math.clamp(share, 0.05, 1);
  }

  /// Front door, in degrees Celsius; the top of a rack breathes slightly warmer air.
  double inletCelsius(double height) {
    return SUPPLY_CELSIUS + supplyNoise + 1.6 * height + 0.4 * Math.sin(seconds / 45);
  }

  /// Rear door, in degrees Celsius.
  double outletCelsius(double height) {
    return inletCelsius(height) + outletRise * (0.9 + 0.2 * height);
  }

  /// Relative humidity at `celsius`, in percent: the air's vapour is the same everywhere.
  static double humidityPercent(double celsius) {
    double saturation =
        216.7 * 6.112 * Math.exp(17.62 * celsius / (243.12 + celsius)) / (273.15 + celsius);
    return Math.clamp(100 * VAPOUR_GRAMS_PER_CUBIC_METRE / saturation, 0, 100);
  }

  /// Both feeds together.
  double loadWatts() {
    return BASE_LOAD_WATTS + LOAD_SWING_WATTS * Math.sin(seconds / 30) + loadNoise;
  }

  /// Power of one feed; feed A carries a little more.
  ///
  /// @param feed 0 for A, 1 for B
  double feedWatts(int feed) {
    return loadWatts() * (feed == 0 ? 0.54 : 0.46);
  }

  /// Phase voltage of a feed.
  double feedVolts(int feed, int phase) {
    return 230 + 1.2 * Math.sin(seconds / 50 + feed + 2.1 * phase);
  }
}
