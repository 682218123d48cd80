package rackpulse.model;

import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// Tells whether a sensor itself has failed, from its raw readings and those of its neighbours:
/// channels of the same quantity that see the same air. A fault of the rack moves the neighbours
/// too and is none of the sensor.
///
/// Not thread-safe; no garbage after construction.
public final class SensorFaults {
  /// More neighbours say nothing more.
  public static final int MAX_NEIGHBOURS = 4;

  /// Intervals without a value that make it missing, and values that make it present again.
  private static final int MISSING_INTERVALS = 3;

  private static final int SHORTEST_STUCK_RUN = 12;
  private static final int SHORT_RUN = 4;

  /// Nothing is said of a run before there was a history of so many times its length.
  private static final int HISTORY_RUNS = 5;

  /// A run so long has the probability of one in a million.
  private static final double STUCK_LOG_PROBABILITY = Math.log(1e-6);

  private static final double LEAST_SAME = 0.02;
  private static final double MOST_SAME = 0.98;
  private static final double SAME_MEMORY = 500;
  private static final double LONGEST_RUN_MARGIN = 1.5;
  private static final double LONGEST_RUN_DECAY = 1.0 / 20_000;

  /// A channel that has hardly ever changed cannot be told from one that is stuck.
  private static final int SETTLING_CHANGES = 20;

  /// Readings for which a test must be quiet before its fault is over.
  private static final int QUIET_READINGS = 60;

  /// A step that nothing can confirm any more is how the sensor is now: as long as the memory of
  /// the one-step prediction.
  private static final int LONGEST_BIAS = 2000;

  /// What can be wrong with a sensor.
  public enum Kind {
    /// No finite value for three intervals.
    MISSING,
    /// A value that is physically impossible.
    RANGE,
    /// The same value for so long that it cannot be chance.
    STUCK,
    SPIKE,
    NOISE,
    /// A step by itself.
    BIAS,
    /// Slowly away from its neighbours.
    DRIFT
  }

  /// @param low lowest value that is physically possible, in the channel's unit
  /// @param high highest one
  /// @param floor least deviation that counts, in the channel's unit: the accuracy class, 0.3 to
  ///   0.5 °C, 1 to 1.25 % relative humidity
  /// @param intervalMillis between readings
  /// @param neighbours how many are given with each reading, 0 to 4
  public record Settings(
      double low, double high, double floor, long intervalMillis, int neighbours) {
    public Settings {
      if (!(floor > 0) || !(intervalMillis > 0) || neighbours < 0 || neighbours > MAX_NEIGHBOURS) {
        throw new IllegalArgumentException("not settings of a sensor: " + floor);
      }
    }
  }

  private static final String SECTION = "sensor-faults";
  private static final int LAYOUT = 2;

  private final Settings settings;
  private final long constants;
  private final JumpTest jumps;
  private final DriftTest drift;

  /// One bit for each kind.
  private int raised;

  /// Readings for which the test of a kind has been quiet.
  private final int[] quiet = new int[Kind.values().length];

  private boolean started;
  private long presentMillis;
  private boolean interrupted;
  private double last;

  /// Identical values in a row, and the longest such run seen; probability of an identical value.
  private double run;

  private double longestRun;
  private double same = 0.5;

  /// How often a short run went on, and how often it ended: where rounding hides the noise for a
  /// while it goes on more often than any value is repeated.
  private double prolonged = 4;

  private double ended = 4;
  private double readings;
  private double compared;
  private double changes;
  private final double[] neighboursAtRunStart;

  /// Of the present reading; NaN where there is none.
  private final double[] around;

  private double before;
  private double jump;
  private double biasReadings;

  public SensorFaults(Settings settings) {
    this.settings = settings;
    constants =
        StateWriter.hash(
            LAYOUT,
            settings.low(),
            settings.high(),
            settings.floor(),
            (double) settings.intervalMillis(),
            settings.neighbours());
    jumps = new JumpTest(settings.neighbours(), settings.floor());
    drift = new DriftTest(settings.neighbours(), settings.floor());
    neighboursAtRunStart = new double[settings.neighbours()];
    around = new double[settings.neighbours()];
  }

  /// Takes one poll of the channel; to be called for every poll, also those without a value.
  ///
  /// @param wallMillis since the epoch, always in the same zone
  /// @param value NaN where there is none
  /// @param neighbours their latest values; NaN where there is none or its sensor has failed itself
  /// @return whether a fault was raised or is over
  public boolean observe(long wallMillis, double value, double[] neighbours) {
    int raisedBefore = raised;
    boolean isImpossible = value < settings.low() || value > settings.high();
    if (!started || wallMillis < presentMillis || isImpossible) {
      presentMillis = wallMillis;
      started = true;
    }
    if (isImpossible) {
      raise(Kind.RANGE);
      interrupted = true;
    } else if (!Rls.isUsable(value)) {
      observeAbsence(wallMillis);
    } else {
      interrupted |= isMissing(wallMillis);
      presentMillis = wallMillis;
      settle(Kind.MISSING, false, MISSING_INTERVALS);
      settle(Kind.RANGE, false, MISSING_INTERVALS);
      for (int i = 0; i < around.length; i++) {
        around[i] = Rls.isUsable(neighbours[i]) ? neighbours[i] : Double.NaN;
      }
      observePresent(wallMillis, value);
    }
    return raised != raisedBefore;
  }

  private boolean isMissing(long wallMillis) {
    return wallMillis - presentMillis >= MISSING_INTERVALS * settings.intervalMillis();
  }

  private void observeAbsence(long wallMillis) {
    if (isMissing(wallMillis)) {
      raise(Kind.MISSING);
      interrupted = true;
    }
  }

  private void observePresent(long wallMillis, double value) {
    if (interrupted) {
      jumps.resume(value);
      interrupted = false;
    }
    settle(Kind.STUCK, isStuck(value), QUIET_READINGS);
    boolean isSuspicious = raised != 0 || 2 * run > stuckRun();
    JumpTest.Verdict verdict = jumps.observe(value, around, !isSuspicious);
    settle(Kind.SPIKE, verdict == JumpTest.Verdict.SPIKE, QUIET_READINGS);
    settle(Kind.NOISE, jumps.isNoisy(), QUIET_READINGS);
    observeBias(value, verdict == JumpTest.Verdict.STEP);
    drift.observe(wallMillis, value, around, isSuspicious || jumps.isPending());
    boolean isExplained =
        raised(Kind.STUCK) || raised(Kind.BIAS) || jumps.isPending() || 2 * run > stuckRun();
    settle(Kind.DRIFT, !isExplained && drift.isDrifting(), QUIET_READINGS);
  }

  private boolean isStuck(double value) {
    longestRun *= 1 - LONGEST_RUN_DECAY;
    readings++;
    boolean isSame = run > 0 && value == last;
    last = value;
    if (2 * run <= stuckRun()) {
      compared++;
      same += ((isSame ? 1 : 0) - same) / Math.min(compared + 1, SAME_MEMORY);
    }
    if (isSame) {
      run++;
      return changes >= SETTLING_CHANGES
          && readings >= HISTORY_RUNS * run
          && run >= stuckRun()
          && neighboursMoved();
    }
    changes++;
    if (!raised(Kind.STUCK)) {
      learnRun();
    }
    run = 1;
    System.arraycopy(around, 0, neighboursAtRunStart, 0, around.length);
    return false;
  }

  private void learnRun() {
    longestRun = Math.max(longestRun, run);
    if (run >= SHORT_RUN) {
      prolonged += run - SHORT_RUN;
      ended++;
      double kept = Math.min(1, SAME_MEMORY / (prolonged + ended));
      prolonged *= kept;
      ended *= kept;
    }
  }

  private double stuckRun() {
    double lasting = prolonged / (prolonged + ended);
    double likely = Math.clamp(Math.max(same, lasting), LEAST_SAME, MOST_SAME);
    double byChance = STUCK_LOG_PROBABILITY / Math.log(likely);
    return Math.max(SHORTEST_STUCK_RUN, Math.max(byChance, LONGEST_RUN_MARGIN * longestRun));
  }

  /// A channel that stands still with all its neighbours is in a rack that stands still.
  private boolean neighboursMoved() {
    boolean isAlone = true;
    for (int i = 0; i < around.length; i++) {
      if (!Double.isNaN(around[i])) {
        isAlone = false;
        if (around[i] != neighboursAtRunStart[i]) {
          return true;
        }
      }
    }
    return isAlone;
  }

  private void observeBias(double value, boolean stepped) {
    // a step of a channel that has a fault already may well be its end
    boolean isFresh = (raised & ~(1 << Kind.SPIKE.ordinal())) == 0;
    if (stepped && isFresh) {
      before = jumps.before();
      jump = jumps.jump();
      biasReadings = 0;
      raise(Kind.BIAS);
    }
    if (raised(Kind.BIAS)) {
      biasReadings++;
      boolean isConfirmed =
          drift.hasNeighbours()
              ? !drift.isBack() || biasReadings < QUIET_READINGS
              : !isBackFromBias(value) && biasReadings < LONGEST_BIAS;
      settle(Kind.BIAS, isConfirmed, QUIET_READINGS);
    }
  }

  private boolean isBackFromBias(double value) {
    return Math.abs(value - before) <= Math.max(settings.floor(), Math.abs(jump) / 2);
  }

  private void raise(Kind kind) {
    raised |= 1 << kind.ordinal();
    quiet[kind.ordinal()] = 0;
  }

  private void settle(Kind kind, boolean claimed, int window) {
    if (claimed) {
      raise(kind);
    } else if (raised(kind) && ++quiet[kind.ordinal()] >= window) {
      raised &= ~(1 << kind.ordinal());
    }
  }

  /// Writes all that is known of the sensor.
  public void save(StateWriter writer) {
    int section = writer.open(SECTION, constants);
    jumps.save(writer);
    drift.save(writer);
    writer.number(raised);
    for (int readingsQuiet : quiet) {
      writer.number(readingsQuiet);
    }
    writer.flag(started);
    writer.number(presentMillis);
    writer.flag(interrupted);
    writer.values(
        new double[] {
          last,
          run,
          longestRun,
          same,
          compared,
          changes,
          prolonged,
          ended,
          readings,
          before,
          jump,
          biasReadings
        });
    JumpTest.saveKnown(writer, neighboursAtRunStart);
    writer.close(section);
  }

  /// Goes on where the saved one stopped; to be called on a new one with the same settings.
  public void restore(StateReader reader) throws UnusableState {
    int section = reader.open(SECTION, constants);
    jumps.restore(reader);
    drift.restore(reader);
    raised = reader.count((1 << quiet.length) - 1);
    for (int i = 0; i < quiet.length; i++) {
      quiet[i] = reader.count(QUIET_READINGS);
    }
    started = reader.flag();
    presentMillis = reader.number();
    interrupted = reader.flag();
    double[] values = new double[12];
    reader.values(values);
    last = values[0];
    run = values[1];
    longestRun = values[2];
    same = values[3];
    compared = values[4];
    changes = values[5];
    prolonged = values[6];
    ended = values[7];
    readings = values[8];
    before = values[9];
    jump = values[10];
    biasReadings = values[11];
    JumpTest.restoreKnown(reader, neighboursAtRunStart);
    reader.close(section);
  }

  /// Whether a fault of this kind is raised.
  public boolean raised(Kind kind) {
    return (raised & 1 << kind.ordinal()) != 0;
  }

  /// Whether the test of this kind claimed its fault with the reading taken last; a fault without
  /// its test is still raised until that has been quiet for its window.
  public boolean claimed(Kind kind) {
    return raised(kind) && quiet[kind.ordinal()] == 0;
  }

  /// Whether any fault is raised, so that no model may learn from the channel.
  public boolean faulty() {
    return raised != 0;
  }

  /// For how many readings in a row the value has been the same.
  public double run() {
    return run;
  }

  /// The size of the step that was taken for a bias, in the channel's unit.
  public double jump() {
    return jump;
  }
}
