package rackpulse.trend;

import java.util.Locale;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/// Benign steps and failures of cooling before a channel with a limit: which are warned of, how
/// long, and how much of the time until the limit is passed is left.
///
/// Run by hand with the number of trials; prints tables.
final class ApproachBenchmark {
  static final long STEP_NANOS = 10_000_000_000L;
  static final double MINUTES = STEP_NANOS / 60e9;
  private static final double START = 24;
  private static final double LIMIT = 32;
  private static final int CALM_READINGS = 1000;
  private static final double NOISE = 0.05;
  private static final double[] LAG_MINUTES = {0.25, 0.5, 1, 2, 4, 8};

  private final double resolution;
  private final int trials;

  /// What came of one trial.
  ///
  /// @param warnedMinute when it was first warned, from the beginning; NaN if never
  /// @param warnedReadings with a warning before the limit was passed
  record Outcome(double warnedMinute, int warnedReadings) {
    boolean isWarned() {
      return warnedReadings > 0;
    }
  }

  ApproachBenchmark(double resolution, int trials) {
    this.resolution = resolution;
    this.trials = trials;
  }

  public static void main(String[] arguments) {
    int trials = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 50;
    for (double resolution : new double[] {0.01, 0.1}) {
      System.out.printf(
          Locale.ROOT,
          "every 10 s, noise %s K, resolution %s K, 8 K below the limit, %d trials each%n",
          NOISE,
          resolution,
          trials);
      ApproachBenchmark bench = new ApproachBenchmark(resolution, trials);
      bench.settlingBelow();
      bench.settlingAbove();
      bench.ramps();
    }
  }

  /// @param rise from the start, K, after so many minutes
  Outcome trial(DoubleUnaryOperator rise, long seed, double minutes) {
    Random random = new Random(seed);
    Approach model = new Approach(new Approach.Settings(LIMIT, false, STEP_NANOS, resolution, 30));
    for (int i = 0; i < CALM_READINGS; i++) {
      model.observe(STEP_NANOS, measured(random, START));
    }
    double warned = Double.NaN;
    int readings = 0;
    for (int i = 0; i * MINUTES < minutes; i++) {
      double truth = START + rise.applyAsDouble(i * MINUTES);
      if (truth >= LIMIT) {
        break;
      }
      if (model.observe(STEP_NANOS, measured(random, truth))) {
        warned = readings == 0 ? i * MINUTES : warned;
        readings++;
      }
    }
    return new Outcome(warned, readings);
  }

  /// A load that settles at a share of the way to the limit.
  static DoubleUnaryOperator settling(double share, double lagMinutes) {
    return minutes -> share * (LIMIT - START) * (1 - Math.exp(-minutes / lagMinutes));
  }

  private double measured(Random random, double value) {
    return Math.rint((value + NOISE * random.nextGaussian()) / resolution) * resolution;
  }

  private void settlingBelow() {
    System.out.println(
        "rests at a share of the way, by time constant: warned of, %; for so many readings");
    for (double share : new double[] {0.3, 0.5, 0.7, 0.85}) {
      System.out.printf(Locale.ROOT, "  %4.2f ", share);
      for (double lag : LAG_MINUTES) {
        int warned = 0;
        int readings = 0;
        for (int i = 0; i < trials; i++) {
          Outcome outcome = trial(settling(share, lag), i, 8 * lag);
          warned += outcome.isWarned() ? 1 : 0;
          readings += outcome.warnedReadings;
        }
        System.out.printf(
            Locale.ROOT,
            "  %5.2f min %3.0f %4.1f",
            lag,
            100.0 * warned / trials,
            warned == 0 ? 0.0 : (double) readings / warned);
      }
      System.out.println();
    }
  }

  private void settlingAbove() {
    System.out.println("heads beyond the limit: warned of, %; share of the time before that left");
    for (double share : new double[] {1.2, 1.5, 2, 4}) {
      System.out.printf(Locale.ROOT, "  %4.2f ", share);
      for (double lag : LAG_MINUTES) {
        failure(settling(share, lag), -lag * Math.log1p(-1 / share), lag + " min");
      }
      System.out.println();
    }
  }

  private void ramps() {
    System.out.println("ramps: warned of, %; share of the time (at most 15 min) before that left");
    System.out.print("       ");
    for (double perMinute : new double[] {0.3, 0.5, 1, 2, 4, 8}) {
      failure(minutes -> minutes * perMinute, (LIMIT - START) / perMinute, perMinute + " K/min");
    }
    System.out.println();
  }

  private void failure(DoubleUnaryOperator rise, double available, String name) {
    int warned = 0;
    double left = 0;
    for (int i = 0; i < trials; i++) {
      Outcome outcome = trial(rise, i, available + 1);
      if (outcome.isWarned()) {
        warned++;
        left +=
            (available - outcome.warnedMinute)
                / Math.min(available, TimeToThreshold.HORIZON_MINUTES);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "  %9s %3.0f %.2f",
        name,
        100.0 * warned / trials,
        warned == 0 ? 0.0 : left / warned);
  }
}
