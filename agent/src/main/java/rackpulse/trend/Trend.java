package rackpulse.trend;

import java.util.Arrays;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// How the raw readings of a channel move: three lines with exponentially fading memory, the noise
/// about them, and whether a movement settles. What that means for a limit says [TimeToThreshold].
///
/// Meant for readings every 10 to 60 s, such as inlet temperatures while cooling has failed. The
/// noise is learned slowly and not from the present window, where the bend at the onset of a
/// failure would hide the ramp. Not thread-safe; no garbage after construction.
public final class Trend {
  /// Readings from which the noise is learned before any line votes.
  static final int WARM_UP = 200;

  private static final double[] MEMORIES = {1.5, 4, 12};

  /// The line whose one-step errors are the noise.
  private static final int NOISE_LINE = 1;

  private static final double NOISE_RATE = 1.0 / 2000;
  private static final double NOISE_CLIP = 9;
  private static final double RANGE_FLOOR = 1e-3;

  /// Spreads of its slope by which a line says that the channel moves.
  private static final double MOVING = 2;

  private static final double GAP_INTERVALS = 3;
  private static final double NANOS_PER_MINUTE = 60e9;

  /// Longer absences count as 30 years; sums of them stay far from overflow.
  private static final long MOST_NANOS = 1_000_000_000_000_000_000L;

  /// Nothing that is measured in a rack is larger: a petajoule, a thousand terawatts.
  private static final double LARGEST = 1e15;

  private static final String SECTION = "trend";
  private static final long CONSTANTS =
      TrendLine.CONSTANTS
          ^ Settling.CONSTANTS
          ^ StateWriter.hash(1, MEMORIES)
          ^ StateWriter.hash(2, WARM_UP, NOISE_LINE, NOISE_RATE, NOISE_CLIP, MOVING);

  private final Settings settings;
  private final double nominalMinutes;
  private final double noiseFloor;
  private final TrendLine[] lines = new TrendLine[MEMORIES.length];
  private final Settling settling;
  private long passedNanos;
  private long readings;
  private long errors;
  private double noise;

  /// What is watched.
  ///
  /// @param intervalNanos between readings
  /// @param resolution the smallest step of the sensor; 0 where unknown
  /// @param usualRange how far the quantity usually ranges; a thousandth of it is no change
  public record Settings(long intervalNanos, double resolution, double usualRange) {}

  /// A trend of which nothing is known yet.
  public Trend(Settings settings) {
    this.settings = settings;
    nominalMinutes = settings.intervalNanos / NANOS_PER_MINUTE;
    double range = RANGE_FLOOR * settings.usualRange;
    noiseFloor = settings.resolution * settings.resolution / 12 + range * range;
    Arrays.setAll(lines, i -> new TrendLine(MEMORIES[i] * nominalMinutes));
    settling = new Settling(nominalMinutes);
  }

  /// Takes a reading; what is not usable counts as missing and lets time pass.
  ///
  /// @param stepNanos since the observation before, at least 0; a second reading of the same time
  ///   is ignored
  /// @return whether it was taken, so that limits are to be judged
  public boolean observe(long stepNanos, double value) {
    passedNanos = Math.min(MOST_NANOS, passedNanos + Math.clamp(stepNanos, 0, MOST_NANOS));
    if (!(Math.abs(value) <= LARGEST) || (passedNanos == 0 && readings > 0)) {
      return false;
    }
    double stepMinutes = passedNanos / NANOS_PER_MINUTE;
    passedNanos = 0;
    if (readings == 0 || stepMinutes > GAP_INTERVALS * nominalMinutes) {
      forgetReadings();
    }
    learnNoise(value, stepMinutes);
    readings++;
    boolean isMoving = false;
    for (TrendLine line : lines) {
      line.learn(WARM_UP);
      line.add(value, stepMinutes);
      line.judgeSpread(usualNoise());
      isMoving |= Math.abs(line.slope()) > MOVING * line.slopeSpread();
    }
    settling.add(value, stepMinutes, usualNoise(), isMoving);
    return true;
  }

  private void forgetReadings() {
    for (TrendLine line : lines) {
      line.forget();
    }
    settling.forget();
  }

  /// The square of the one-step error of the middle line, slowly and robustly.
  private void learnNoise(double value, double stepMinutes) {
    TrendLine line = lines[NOISE_LINE];
    if (!line.predicts()) {
      return;
    }
    double error = value - (line.level() + line.slope() * stepMinutes);
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

  /// Whether the noise is known.
  boolean isReady() {
    return errors >= WARM_UP;
  }

  TrendLine[] lines() {
    return lines;
  }

  Settling settling() {
    return settling;
  }

  /// Writes all that is known.
  public void save(StateWriter writer) {
    int section = writer.open(SECTION, constants());
    writer.number(passedNanos);
    writer.number(readings);
    writer.number(errors);
    writer.value(noise);
    for (TrendLine line : lines) {
      line.save(writer);
    }
    settling.save(writer);
    writer.close(section);
  }

  /// Fills a new trend with what was saved of one with the same settings.
  public void restore(StateReader reader) throws UnusableState {
    int section = reader.open(SECTION, constants());
    passedNanos = reader.number();
    readings = reader.number();
    errors = reader.number();
    noise = reader.value();
    for (TrendLine line : lines) {
      line.restore(reader);
      line.judgeSpread(usualNoise());
    }
    settling.restore(reader);
    reader.close(section);
  }

  /// Another interval is another trend.
  private long constants() {
    return CONSTANTS
        ^ StateWriter.hash(
            3, (double) settings.intervalNanos, settings.resolution, settings.usualRange);
  }
}
