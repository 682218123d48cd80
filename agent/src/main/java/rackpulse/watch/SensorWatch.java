package rackpulse.watch;

import java.util.ArrayList;
import java.util.List;
import rackpulse.analysis.Wording;
import rackpulse.model.SensorFaults;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// Watches one sensor for faults of its own.
final class SensorWatch {
  /// Readings without the fault that end one which the restored state does not know.
  private static final int PATIENCE = 60;

  private static final double PHYSICAL_MARGIN = 0.05;

  private final Channel channel;
  private final boolean isSlow;
  private final SensorFaults.Settings settings;
  private final List<Latest> neighbours;
  private final double[] around;
  private final List<Test> tests = new ArrayList<>();
  private SensorFaults faults;
  private boolean isFaulty;

  private static final class Test {
    final SensorFaults.Kind kind;
    final double severity;
    final Episode episode;

    /// Whether it began while the channel ran towards a limit, and is not over.
    boolean isExcused;

    Test(SensorFaults.Kind kind, double severity, Episode episode) {
      this.kind = kind;
      this.severity = severity;
      this.episode = episode;
    }
  }

  /// @param everyMillis between readings
  /// @param neighbours channels of the same quantity that see the same air, at most four
  SensorWatch(ChannelDescription described, long everyMillis, List<Latest> neighbours) {
    channel = described.channel();
    Traits traits = Traits.of(channel.quantity());
    isSlow = traits.isSlow();
    this.neighbours = List.copyOf(neighbours);
    around = new double[neighbours.size()];
    double margin = PHYSICAL_MARGIN * (described.high() - described.low());
    boolean isBounded = Double.isFinite(margin);
    settings =
        new SensorFaults.Settings(
            isBounded ? described.low() - margin : -Double.MAX_VALUE,
            isBounded ? described.high() + margin : Double.MAX_VALUE,
            traits.floor(),
            everyMillis,
            neighbours.size());
    faults = new SensorFaults(settings);
    test(SensorFaults.Kind.MISSING, Anomaly.Kind.MISSING, 0.7);
    test(SensorFaults.Kind.STUCK, Anomaly.Kind.SENSOR_STUCK, 0.7);
    test(SensorFaults.Kind.SPIKE, Anomaly.Kind.SENSOR_SPIKE, 0.4);
    test(SensorFaults.Kind.NOISE, Anomaly.Kind.SENSOR_NOISE, 0.5);
    test(SensorFaults.Kind.BIAS, Anomaly.Kind.SENSOR_BIAS, 0.6);
    test(SensorFaults.Kind.DRIFT, Anomaly.Kind.SENSOR_DRIFT, 0.6);
  }

  private void test(SensorFaults.Kind kind, Anomaly.Kind told, double severity) {
    tests.add(new Test(kind, severity, new Episode(channel, told, PATIENCE)));
  }

  /// Takes one sample.
  ///
  /// @param isRunning whether the channel runs towards a limit: while cooling fails every sensor
  ///   does what it never did, and none of that is its fault
  /// @param tellsMissing whether a missing value is to be told of this channel
  void observe(Sample sample, boolean isRunning, boolean tellsMissing, List<Report> reports) {
    Stamp stamp = sample.stamp();
    double value =
        switch (sample) {
          case Reading reading -> reading.value();
          case Gap _ -> Double.NaN;
        };
    for (int i = 0; i < around.length; i++) {
      around[i] = neighbours.get(i).value;
    }
    faults.observe(stamp.at().toEpochMilli(), value, around);
    isFaulty = false;
    for (Test test : tests) {
      boolean isClaimed = isClaimed(test, value, isRunning);
      isFaulty |= isClaimed;
      boolean isTold = test.kind != SensorFaults.Kind.MISSING || tellsMissing(sample, tellsMissing);
      // of a fault that is fading, nothing that is said would be true of the present reading
      boolean isTrue = !isClaimed || isPresent(test.kind);
      if (isTold && test.episode.wants(stamp, isClaimed) && isTrue) {
        reports.add(told(test, sample, isClaimed));
      }
    }
  }

  /// That a bus is down is said of the bus, once.
  private static boolean tellsMissing(Sample sample, boolean tellsMissing) {
    return sample instanceof Gap gap ? tellsMissing && gap.cause() != Cause.BUS_DOWN : true;
  }

  private boolean isClaimed(Test test, double value, boolean isRunning) {
    SensorFaults.Kind kind = test.kind;
    boolean isRaised = faults.raised(kind) || (isMissing(kind) && isOutOfRange());
    test.isExcused = isRaised && (test.isExcused || (isRunning && isOfMotion(kind)));
    boolean isOff = kind == SensorFaults.Kind.STUCK && isSwitchedOff(test, value);
    return isRaised && !test.isExcused && !isOff;
  }

  /// A load that is switched off reads zero for as long as it is, and is not stuck when it is
  /// switched on again.
  private boolean isSwitchedOff(Test test, double value) {
    return !isSlow && (value == 0 || !(isPresent(test.kind) || test.episode.isRaised()));
  }

  /// Whether the present reading shows it.
  private boolean isPresent(SensorFaults.Kind kind) {
    return faults.claimed(kind) || (isMissing(kind) && faults.claimed(SensorFaults.Kind.RANGE));
  }

  /// An impossible value is told as none.
  private static boolean isMissing(SensorFaults.Kind kind) {
    return kind == SensorFaults.Kind.MISSING;
  }

  private boolean isOutOfRange() {
    return faults.raised(SensorFaults.Kind.RANGE);
  }

  private static boolean isOfMotion(SensorFaults.Kind kind) {
    return switch (kind) {
      case MISSING, RANGE, STUCK -> false;
      case SPIKE, NOISE, BIAS, DRIFT -> true;
    };
  }

  private Anomaly told(Test test, Sample sample, boolean isClaimed) {
    double value = sample instanceof Reading reading ? reading.value() : Double.NaN;
    String text = Wording.name(channel) + (isClaimed ? fault(test.kind, sample) : over(test.kind));
    return test.episode.tell(
        sample.stamp(),
        isClaimed ? Anomaly.State.RAISED : Anomaly.State.CLEARED,
        Finding.of(test.severity, value, text));
  }

  private String fault(SensorFaults.Kind kind, Sample sample) {
    String value =
        sample instanceof Reading reading
            ? Wording.value(reading.value(), channel.quantity())
            : "without a value";
    return switch (kind) {
      case MISSING, RANGE ->
          sample instanceof Gap gap
              ? " gives no value (" + gap.cause().id() + "): check the sensor and its wiring"
              : " reads " + value + ", which is physically impossible: check the sensor";
      case STUCK ->
          " has been exactly "
              + value
              + " for "
              + Wording.duration((long) (faults.run() * settings.intervalMillis() * 1e6))
              + ": the sensor seems to be stuck";
      case SPIKE -> " jumps for single readings, which air does not: check the sensor's cable";
      case NOISE -> " is much noisier than it was (" + value + "): check the sensor and its cable";
      case BIAS ->
          " stepped by "
              + Wording.value(faults.jump(), channel.quantity())
              + " at once and stays at "
              + value
              + ": was the sensor moved or replaced?";
      case DRIFT ->
          " (" + value + ") drifts away from its neighbours: compare the sensor with another one";
    };
  }

  private static String over(SensorFaults.Kind kind) {
    return switch (kind) {
      case MISSING, RANGE -> " has values again";
      case STUCK -> " changes again: the sensor is no longer stuck";
      case SPIKE -> " has not jumped any more";
      case NOISE -> " is no noisier than usual any more";
      case BIAS -> " has no unexplained step any more";
      case DRIFT -> " agrees with its neighbours again";
    };
  }

  /// Learns anew; what is raised ends with the next reading that does not show it.
  void forget() {
    faults = new SensorFaults(settings);
    isFaulty = false;
    tests.forEach(test -> test.isExcused = false);
  }

  /// Whether nothing may learn from the sensor.
  boolean isFaulty() {
    return isFaulty;
  }

  /// Whether the quantity can have this value at all.
  boolean isPossible(double value) {
    return value >= settings.low() && value <= settings.high();
  }

  /// Whether single readings of it mean nothing.
  boolean isErratic() {
    return faults.raised(SensorFaults.Kind.SPIKE) || faults.raised(SensorFaults.Kind.NOISE);
  }

  /// Adds the episodes of all kinds.
  void episodes(List<Episode> into) {
    tests.forEach(test -> into.add(test.episode));
  }

  void save(StateWriter writer) {
    faults.save(writer);
    for (Test test : tests) {
      writer.flag(test.isExcused);
    }
  }

  void restore(StateReader reader) throws UnusableState {
    SensorFaults restored = new SensorFaults(settings);
    restored.restore(reader);
    faults = restored;
    for (Test test : tests) {
      test.isExcused = reader.flag();
    }
  }
}
