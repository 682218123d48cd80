package rackpulse.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import rackpulse.model.SensorFaults.Kind;

/// Faults injected into the sensors of a simulated rack: which are found, with the right name, and
/// how soon; and what is claimed of sensors that are sound. Also failures of the rack itself, which
/// are no fault of any sensor.
///
/// Run by hand with the number of trials; prints a table.
final class FaultBenchmark {
  private static final double FLOOR = 0.4;
  private static final int WARM_UP = 2 * SensorRack.READINGS_PER_DAY;

  /// From one injection to the next, long enough for the slowest drift and for calm afterwards.
  private static final int TRIAL = SensorRack.READINGS_PER_DAY / 2;

  /// A claim counts as found until so long after the fault ended.
  private static final int AFTERMATH = 120;

  /// What was counted for one kind.
  static final class Count {
    int injected;
    int found;
    int claimed;
    int wrong;
    final List<Integer> delays = new ArrayList<>();

    double recall() {
      return (double) found / injected;
    }

    /// Of the claims of this kind; 1 when there are none.
    double precision() {
      return claimed == 0 ? 1 : 1 - (double) wrong / claimed;
    }

    double medianDelaySeconds() {
      delays.sort(null);
      return delays.isEmpty()
          ? Double.NaN
          : delays.get(delays.size() / 2) * SensorRack.INTERVAL_SECONDS;
    }
  }

  private final Random random;
  private final int neighbours;
  private final SensorRack rack;
  private final SensorFaults[] sensors = new SensorFaults[SensorRack.SENSORS];
  private final double[] heldValue = new double[SensorRack.SENSORS];

  /// What was raised of each sensor after the reading before.
  private final int[] masks = new int[SensorRack.SENSORS];

  final Map<Kind, Count> counts = new EnumMap<>(Kind.class);

  /// Failures of the rack in which something was claimed of a sensor.
  private int mistaken;

  /// Readings of sound sensors, and those at which one was taken to be faulty.
  private long sound;

  private long blind;

  /// @param neighbours how many of its two neighbours a sensor is compared with, 0 to 2
  FaultBenchmark(long seed, double noise, double resolution, int neighbours) {
    random = new Random(seed);
    this.neighbours = neighbours;
    rack = new SensorRack(seed, noise, resolution);
    Arrays.setAll(
        sensors,
        _ ->
            new SensorFaults(
                new SensorFaults.Settings(
                    -40, 125, FLOOR, 1000 * SensorRack.INTERVAL_SECONDS, neighbours)));
  }

  public static void main(String[] arguments) {
    int trials = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 30;
    for (double resolution : new double[] {0.01, 0.1}) {
      for (int neighbours : new int[] {2, 0}) {
        FaultBenchmark benchmark = new FaultBenchmark(1, 0.04, resolution, neighbours);
        benchmark.run(trials);
        System.out.printf(
            Locale.ROOT,
            "six temperature sensors with %d neighbours each, every 10 s, noise 0.04 K, resolution"
                + " %s K, %d trials a kind, and %d failures of the rack%n",
            neighbours,
            resolution,
            trials,
            4 * trials);
        benchmark.print();
      }
    }
  }

  private void print() {
    System.out.println("kind      recall  precision  median delay");
    counts.forEach((kind, count) ->
        System.out.printf(
            Locale.ROOT,
            "%-8s  %6.2f  %9.2f  %10.0f s%n",
            kind.name().toLowerCase(Locale.ROOT),
            count.recall(),
            count.precision(),
            count.medianDelaySeconds()));
    System.out.printf(
        Locale.ROOT,
        "of the failures of the rack %d were taken for a fault of a sensor; without any fault"
            + " %.1f %% of the readings were not learned from%n",
        mistaken,
        100.0 * blind / sound);
  }

  /// Every kind `trials` times, in turn, and as often a failing fan, a step of the load, and a
  /// chiller that fails and comes back.
  void run(int trials) {
    for (int i = 0; i < WARM_UP; i++) {
      step(null, -1, 0);
    }
    for (int trial = 0; trial < trials; trial++) {
      for (Kind kind : Kind.values()) {
        if (kind != Kind.DRIFT || neighbours > 0) {
          inject(kind);
        }
      }
      failRack(i -> rack.flow(i > TRIAL / 4 && i < TRIAL / 2 ? 0.6 : 1));
      failRack(i -> rack.loadStep(i > TRIAL / 4 && i < TRIAL / 2 ? 1200 : 0));
      double perReading = 0.05 + 0.3 * random.nextDouble();
      failRack(i -> rack.supplyRise(Math.clamp((i - TRIAL / 4) * perReading, 0, 6)));
      failRack(i -> rack.supplyRise(Math.clamp((TRIAL / 4 - i) * perReading + 6, 0, 6)));
    }
  }

  private void inject(Kind kind) {
    int victim = random.nextInt(SensorRack.SENSORS);
    int from = TRIAL / 4 + random.nextInt(TRIAL / 8);
    int length =
        switch (kind) {
          case SPIKE -> 1 + random.nextInt(2);
          case RANGE, MISSING -> 10;
          case NOISE -> 200;
          case STUCK, BIAS -> 1000;
          case DRIFT -> TRIAL / 2;
        };
    Count count = count(kind);
    count.injected++;
    boolean wasFound = false;
    for (int i = 0; i < TRIAL; i++) {
      boolean isOn = i >= from && i < from + length;
      boolean isAftermath = i >= from && i < from + length + AFTERMATH;
      step(isOn ? kind : null, victim, i - from);
      if (!wasFound && isAftermath && sensors[victim].raised(kind)) {
        wasFound = true;
        count.found++;
        count.delays.add(i - from);
      }
      judge(isAftermath ? kind : null, victim);
    }
  }

  /// What happens to the rack itself is no fault of a sensor.
  private void failRack(IntConsumer failure) {
    int before = claims();
    for (int i = 0; i < TRIAL; i++) {
      failure.accept(i);
      step(null, -1, 0);
      judge(null, -1);
      for (SensorFaults sensor : sensors) {
        sound++;
        blind += sensor.faulty() ? 1 : 0;
      }
    }
    mistaken += claims() > before ? 1 : 0;
  }

  private int claims() {
    return counts.values().stream().mapToInt(count -> count.claimed).sum();
  }

  private Count count(Kind kind) {
    return counts.computeIfAbsent(kind, _ -> new Count());
  }

  private int mask(int sensor) {
    int mask = 0;
    for (Kind kind : Kind.values()) {
      mask |= sensors[sensor].raised(kind) ? 1 << kind.ordinal() : 0;
    }
    return mask;
  }

  private void judge(@Nullable Kind kind, int victim) {
    for (int i = 0; i < sensors.length; i++) {
      int now = mask(i);
      int fresh = now & ~masks[i];
      masks[i] = now;
      for (Kind claimed : Kind.values()) {
        if ((fresh & 1 << claimed.ordinal()) != 0) {
          Count count = count(claimed);
          count.claimed++;
          count.wrong += i == victim && claimed == kind ? 0 : 1;
        }
      }
    }
  }

  private void step(@Nullable Kind kind, int victim, int since) {
    double[] values = rack.advance();
    if (kind != null) {
      values[victim] = corrupted(kind, victim, values[victim], since);
    }
    double[] around = new double[neighbours];
    for (int i = 0; i < sensors.length; i++) {
      int group = i / 3 * 3;
      for (int j = 1; j <= neighbours; j++) {
        int neighbour = group + (i - group + j) % 3;
        around[j - 1] = sensors[neighbour].faulty() ? Double.NaN : values[neighbour];
      }
      sensors[i].observe(rack.millis(), values[i], around);
    }
  }

  private double corrupted(Kind kind, int victim, double value, int since) {
    if (since == 0) {
      heldValue[victim] = value;
    }
    return switch (kind) {
      case MISSING -> Double.NaN;
      case RANGE -> 300;
      case STUCK -> heldValue[victim];
      case SPIKE -> value + 5;
      case NOISE -> value + 0.8 * random.nextGaussian();
      case BIAS -> value + 2;
      case DRIFT -> value + 3.0 * since / (TRIAL / 2);
    };
  }
}
