package rackpulse.simulation;

import java.util.Random;

/// A small thermal model of one rack: air comes in at the front, servers heat it, fans move it, two
/// power feeds carry the load. Air and load wander as they do over a day: by minutes and hours, and
/// back again.
///
/// Air carries off `0.335 · flow · ΔT` watts (flow in m³/h, ΔT in K, sea level). The metal of the
/// servers follows with a first-order lag, and so does the air that leaves them. Called by one
/// thread at a time.
final class RackPhysics {
  private static final double AIR_WATT_HOURS_PER_CUBIC_METRE_KELVIN = 0.335;
  private static final double OUTLET_LAG_SECONDS = 600;
  private static final double FULL_FLOW_CUBIC_METRES_PER_HOUR = 1500;

  /// Much shorter than anything that happens, so that the steps do not show.
  private static final double STEP_SECONDS = 5;

  /// What a job adds while it runs, and for how long it runs or rests on average.
  private static final double JOB_WATTS = 100;

  private static final double JOB_SECONDS = 5400;
  private static final double DAY_SECONDS = 86_400;
  private static final double SUPPLY_CELSIUS = 21.5;
  private static final double VAPOUR_GRAMS_PER_CUBIC_METRE = 8.4;

  private final Random random;
  private final Wandering supply = new Wandering(0.25, 1800);
  private final Feed[] feeds = {new Feed(1840, 220, 0.2), new Feed(1560, 160, 0.3)};
  private double seconds;
  private double outletRise;
  private double fanShare = 1;

  RackPhysics(long seed) {
    random = new Random(seed);
    outletRise = steadyRise();
  }

  /// Lets `elapsedSeconds` of the rack's life pass.
  void advance(double elapsedSeconds) {
    double left = elapsedSeconds;
    while (left > 0) {
      step(Math.min(left, STEP_SECONDS));
      left -= STEP_SECONDS;
    }
  }

  private void step(double dt) {
    seconds += dt;
    supply.step(dt);
    for (Feed feed : feeds) {
      feed.step(dt);
    }
    outletRise += (steadyRise() - outletRise) * Math.min(1, dt / OUTLET_LAG_SECONDS);
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
    return SUPPLY_CELSIUS + supply.value + 0.4 * timeOfDay(0.4) + 1.6 * height;
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
    return feedWatts(0) + feedWatts(1);
  }

  /// Power of one feed; feed A carries a little more.
  ///
  /// @param feed 0 for A, 1 for B
  double feedWatts(int feed) {
    Feed of = feeds[feed];
    return of.baseWatts + of.swingWatts * timeOfDay(of.phase) + of.load.value + of.jobWatts;
  }

  /// Phase voltage of a feed.
  double feedVolts(int feed, int phase) {
    return 230 + 0.4 * phase + feeds[feed].mains.value;
  }

  /// -1 to 1 over a day.
  ///
  /// @param phase where in the day it begins to rise, 0 to 1
  private double timeOfDay(double phase) {
    return Math.sin(2 * Math.PI * (seconds / DAY_SECONDS - phase));
  }

  private final class Feed {
    final double baseWatts;
    final double swingWatts;
    final double phase;
    final Wandering load = new Wandering(45, 2400);
    final Wandering mains = new Wandering(0.6, 900);
    double jobWatts;

    void step(double dt) {
      load.step(dt);
      mains.step(dt);
      if (random.nextDouble() < dt / JOB_SECONDS) {
        jobWatts = JOB_WATTS - jobWatts;
      }
    }

    Feed(double baseWatts, double swingWatts, double phase) {
      this.baseWatts = baseWatts;
      this.swingWatts = swingWatts;
      this.phase = phase;
    }
  }

  /// Noise that returns to 0 (Ornstein-Uhlenbeck).
  private final class Wandering {
    final double deviation;
    final double memorySeconds;
    double value;

    Wandering(double deviation, double memorySeconds) {
      this.deviation = deviation;
      this.memorySeconds = memorySeconds;
    }

    void step(double dt) {
      double pull = dt / memorySeconds;
      value += deviation * Math.sqrt(2 * pull) * random.nextGaussian() - pull * value;
    }
  }
}
