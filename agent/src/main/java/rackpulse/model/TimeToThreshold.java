package rackpulse.model;

import java.util.Arrays;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// How soon a channel will pass a limit if it goes on as it does: three lines with exponentially
/// fading memory through the raw readings, each of which votes when it is sure of its slope.
///
/// Meant for readings every 10 to 60 s, such as inlet temperatures while cooling has failed. The
/// noise is learned slowly and not from the present window, where the bend at the onset of a
/// failure would hide the ramp.
public final class TimeToThreshold {
  /// A crossing further away than this is not announced.
  static final double HORIZON_MINUTES = 15;

  /// Readings from which the noise is learned before any line votes.
  static final int WARM_UP = 200;

  private static final double[] MEMORIES = {1.5, 4, 12};

  /// The line whose one-step errors are the noise.
  private static final int NOISE_LINE = 1;

  private static final double NOISE_RATE = 1.0 / 2000;
  private static final double NOISE_CLIP = 9;
  private static final double RANGE_FLOOR = 1e-3;
  private static final double SLOPE_RATE = 1.0 / 5000;
  private static final double SLOPE_CLIP = 5;
  private static final double SURE = 4;
  private static final double VERY_SURE = 8;
  private static final double UNUSUAL = 4;
  private static final double BAND = 2;
  private static final double DECAY = 1.05;
  private static final double REACH = 1.5;
  private static final int VOTES = 2;

  /// Below this share the readings lie at one time and have no slope.
  private static final double LEAST_DETERMINANT = 1e-9;

  private static final double GAP_INTERVALS = 3;
  private static final double NANOS_PER_MINUTE = 60e9;

  /// Longer absences count as 30 years; sums of them stay far from overflow.
  private static final long MOST_NANOS = 1_000_000_000_000_000_000L;

  private static final String SECTION = "time-to-threshold";
  private static final long CONSTANTS =
      StateWriter.hash(1, MEMORIES)
          ^ StateWriter.hash(2, WARM_UP, NOISE_LINE, NOISE_RATE, NOISE_CLIP)
          ^ StateWriter.hash(4, SLOPE_RATE, SLOPE_CLIP);

  private final Settings settings;
  private final double nominalMinutes;
  private final double noiseFloor;
  private final Line[] lines = new Line[MEMORIES.length];
  private long passedNanos;
  private long readings;
  private long errors;
  private double noise;
  private int votes;
  private long quiet;
  private boolean isApproaching;

  // of the present reading only
  private double minutes = Double.POSITIVE_INFINITY;
  private double earliestMinutes = Double.POSITIVE_INFINITY;
  private double latestMinutes = Double.POSITIVE_INFINITY;

  /// What is watched.
  ///
  /// @param limit in the channel's unit
  /// @param falling whether it is passed downwards
  /// @param intervalNanos between readings
  /// @param resolution the smallest step of the sensor; 0 where unknown
  /// @param usualRange how far the quantity usually ranges; a thousandth of it is no change
  public record Settings(
      double limit, boolean falling, long intervalNanos, double resolution, double usualRange) {}

  /// A model that knows nothing yet.
  public TimeToThreshold(Settings settings) {
    this.settings = settings;
    nominalMinutes = settings.intervalNanos / NANOS_PER_MINUTE;
    double range = RANGE_FLOOR * settings.usualRange;
    noiseFloor = settings.resolution * settings.resolution / 12 + range * range;
    Arrays.setAll(lines, i -> new Line(MEMORIES[i]));
  }

  /// Takes a reading; what is not usable counts as missing and lets time pass.
  ///
  /// @param stepNanos since the observation before, at least 0; a second reading of the same time
  ///   is ignored
  /// @return whether the limit is about to be passed
  public boolean observe(long stepNanos, double value) {
    passedNanos = Math.min(MOST_NANOS, passedNanos + Math.clamp(stepNanos, 0, MOST_NANOS));
    if (!Rls.isUsable(value) || (passedNanos == 0 && readings > 0)) {
      return isApproaching;
    }
    double stepMinutes = passedNanos / NANOS_PER_MINUTE;
    passedNanos = 0;
    if (readings == 0 || stepMinutes > GAP_INTERVALS * nominalMinutes) {
      forgetLines();
    }
    double y = settings.falling ? settings.limit - value : value - settings.limit;
    learnNoise(y, stepMinutes);
    readings++;
    for (Line line : lines) {
      line.add(y, stepMinutes);
      line.judgeSpread(usualNoise());
    }
    judge();
    for (Line line : lines) {
      line.learn();
    }
    return isApproaching;
  }

  /// Minutes until the limit is passed; infinite while no line says so.
  public double minutes() {
    return minutes;
  }

  /// The earliest that is likely.
  public double earliestMinutes() {
    return earliestMinutes;
  }

  /// The latest that is likely.
  public double latestMinutes() {
    return latestMinutes;
  }

  /// Readings in a row in which no line voted.
  public long quietReadings() {
    return quiet;
  }

  /// Writes all that the model knows.
  public void save(StateWriter writer) {
    int section = writer.open(SECTION, constants());
    writer.number(passedNanos);
    writer.number(readings);
    writer.number(errors);
    writer.value(noise);
    writer.number(votes);
    writer.number(quiet);
    writer.flag(isApproaching);
    for (Line line : lines) {
      line.save(writer);
    }
    writer.close(section);
  }

  /// Fills a new model with what was saved of one with the same settings.
  public void restore(StateReader reader) throws UnusableState {
    int section = reader.open(SECTION, constants());
    passedNanos = reader.number();
    readings = reader.number();
    errors = reader.number();
    noise = reader.value();
    votes = reader.count(VOTES);
    quiet = reader.number();
    isApproaching = reader.flag();
    for (Line line : lines) {
      line.restore(reader);
    }
    reader.close(section);
  }

  /// Another limit or interval is another model.
  private long constants() {
    return CONSTANTS
        ^ StateWriter.hash(
            3,
            settings.limit,
            settings.falling ? 1 : 0,
            (double) settings.intervalNanos,
            settings.resolution,
            settings.usualRange);
  }

  private void forgetLines() {
    for (Line line : lines) {
      line.forget();
    }
    votes = 0;
  }

  /// The square of the one-step error of the middle line, slowly and robustly.
  private void learnNoise(double y, double stepMinutes) {
    Line line = lines[NOISE_LINE];
    if (line.count < 2) {
      return;
    }
    double error = y - (line.level + line.slope * stepMinutes);
    double square = error * error;
    errors++;
    if (errors <= WARM_UP) {
      noise += (square - noise) / errors;
    } else {
      noise += NOISE_RATE * (Math.min(square, NOISE_CLIP * usualNoise()) - noise);
    }
  }

  private double usualNoise() {
    return Math.max(noise, noiseFloor);
  }

  private void judge() {
    minutes = Double.POSITIVE_INFINITY;
    boolean isVerySure = false;
    boolean hasVote = false;
    for (Line line : lines) {
      double crossing = errors >= WARM_UP ? crossingMinutes(line) : Double.NaN;
      if (crossing >= 0) {
        hasVote = true;
        isVerySure |= line.slope > VERY_SURE * line.slopeSpread;
        if (crossing < minutes) {
          minutes = crossing;
          earliestMinutes = Math.max(0, line.earliestMinutes());
          latestMinutes = Math.max(crossing, line.latestMinutes());
        }
      }
    }
    votes = hasVote ? Math.min(VOTES, votes + 1) : 0;
    quiet = hasVote ? 0 : quiet + 1;
    isApproaching = votes >= VOTES || isVerySure;
  }

  /// When a line crosses the limit; not a number while it does not vote.
  private double crossingMinutes(Line line) {
    if (line.level >= 0) {
      return 0;
    }
    double slope = line.slope;
    double remaining = -line.level;
    boolean isSure = slope > SURE * line.slopeSpread && slope > UNUSUAL * line.usualSlope;
    if (!(slope > 0 && isSure && line.latestMinutes() <= HORIZON_MINUTES)) {
      return Double.NaN;
    }
    double before = line.slopeBefore();
    if (before <= DECAY * slope) {
      return remaining / slope;
    }
    // the slope decays: the channel settles, perhaps below the limit
    double settlingMinutes = line.lag() * nominalMinutes / Math.log(before / slope);
    double reach = REACH * slope * settlingMinutes;
    return remaining < reach ? -(reach / slope) * Math.log1p(-remaining / reach) : Double.NaN;
  }

  /// One line: sums of weights, times and values, times counted from the present reading in
  /// minutes, values from the limit.
  private final class Line {
    private final double memory;

    /// Slopes of the last readings, one memory back.
    private final double[] slopes;

    private int at;
    private long count;
    private double s0;
    private double s1;
    private double s2;
    private double y0;
    private double y1;
    private double level;
    private double slope;
    private long slopesSeen;
    private double usualSlope;

    // of the present reading only
    private double slopeSpread;
    private double levelSpread;

    Line(double memory) {
      this.memory = memory;
      slopes = new double[(int) Math.ceil(memory)];
    }

    void add(double y, double stepMinutes) {
      double fade = Math.exp(-stepMinutes / (memory * nominalMinutes));
      // the origin moves to now before the past fades
      s2 = fade * (s2 - 2 * stepMinutes * s1 + stepMinutes * stepMinutes * s0);
      s1 = fade * (s1 - stepMinutes * s0);
      y1 = fade * (y1 - stepMinutes * y0);
      s0 = fade * s0 + 1;
      y0 = fade * y0 + y;
      count++;
      double determinant = s0 * s2 - s1 * s1;
      if (count >= 2 && determinant > LEAST_DETERMINANT * s0 * s2) {
        slope = (s0 * y1 - s1 * y0) / determinant;
        level = (y0 - slope * s1) / s0;
      } else {
        slope = 0;
        level = y0 / s0;
      }
    }

    /// Nominal scales, about twice the standard error: the thresholds are tuned to them.
    void judgeSpread(double variance) {
      double determinant = s0 * s2 - s1 * s1;
      boolean hasSlope = count >= 2 && determinant > LEAST_DETERMINANT * s0 * s2;
      slopeSpread = hasSlope ? Math.sqrt(variance * s0 / determinant) : 0;
      levelSpread = hasSlope ? Math.sqrt(variance * s2 / determinant) : Math.sqrt(variance);
    }

    double slopeBefore() {
      return slopes[at];
    }

    int lag() {
      return slopes.length;
    }

    double latestMinutes() {
      return level >= 0 ? 0 : (levelSpread - level) / (slope - BAND * slopeSpread);
    }

    double earliestMinutes() {
      return level >= 0 ? 0 : (-levelSpread - level) / (slope + BAND * slopeSpread);
    }

    /// Remembers the slope, after it was judged.
    void learn() {
      slopes[at] = slope;
      at = (at + 1) % slopes.length;
      double size = Math.abs(slope);
      if (count < 2) {
        return;
      }
      slopesSeen++;
      if (slopesSeen <= WARM_UP) {
        usualSlope += (size - usualSlope) / slopesSeen;
      } else {
        double most = SLOPE_CLIP * usualSlope + slopeSpread;
        usualSlope += SLOPE_RATE * (Math.min(size, most) - usualSlope);
      }
    }

    void forget() {
      s0 = 0;
      s1 = 0;
      s2 = 0;
      y0 = 0;
      y1 = 0;
      count = 0;
      Arrays.fill(slopes, 0);
    }

    void save(StateWriter writer) {
      writer.values(new double[] {s0, s1, s2, y0, y1, level, slope, usualSlope});
      writer.values(slopes);
      writer.number(at);
      writer.number(count);
      writer.number(slopesSeen);
    }

    void restore(StateReader reader) throws UnusableState {
      double[] values = new double[8];
      reader.values(values);
      s0 = values[0];
      s1 = values[1];
      s2 = values[2];
      y0 = values[3];
      y1 = values[4];
      level = values[5];
      slope = values[6];
      usualSlope = values[7];
      reader.values(slopes);
      at = reader.count(slopes.length - 1);
      count = reader.number();
      slopesSeen = reader.number();
    }
  }
}
