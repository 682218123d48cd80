package rackpulse.trend;

import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// How soon a channel will pass one limit if it goes on as it does: each line of its trend votes
/// when it is sure of its slope, and none does while the channel may settle before the limit.
public final class TimeToThreshold {
  /// A crossing further away than this is not announced.
  static final double HORIZON_MINUTES = 15;

  private static final double SURE = 4;
  private static final double UNUSUAL = 4;
  private static final double BAND = 2;

  private static final String SECTION = "limit";

  private final Trend trend;
  private final double limit;
  private final int way;
  private long quiet;
  private boolean isApproaching;

  // of the present reading only
  private double minutes = Double.POSITIVE_INFINITY;
  private double earliestMinutes = Double.POSITIVE_INFINITY;
  private double latestMinutes = Double.POSITIVE_INFINITY;

  /// @param trend which is given the readings; others may share it
  /// @param limit in the channel's unit
  /// @param falling whether it is passed downwards
  public TimeToThreshold(Trend trend, double limit, boolean falling) {
    this.trend = trend;
    this.limit = limit;
    way = falling ? -1 : 1;
  }

  /// Judges the reading that the trend has taken; to be called for each.
  ///
  /// @return whether the limit is about to be passed
  public boolean judge() {
    minutes = Double.POSITIVE_INFINITY;
    isApproaching = false;
    for (TrendLine line : trend.lines()) {
      double crossing = trend.isReady() ? crossingMinutes(line) : Double.NaN;
      if (crossing >= 0) {
        isApproaching = true;
        if (crossing < minutes) {
          minutes = crossing;
          earliestMinutes = Math.clamp(minutes(line, -1), 0, crossing);
          latestMinutes = Math.max(crossing, minutes(line, 1));
        }
      }
    }
    quiet = isApproaching ? 0 : quiet + 1;
    return isApproaching;
  }

  /// When a line crosses the limit; not a number while it does not vote.
  private double crossingMinutes(TrendLine line) {
    double remaining = remaining(line);
    if (remaining <= 0) {
      return 0;
    }
    double slope = way * line.slope();
    boolean isSure = slope > SURE * line.slopeSpread() && slope > UNUSUAL * line.usualSlope();
    boolean isSoon = slope > BAND * line.slopeSpread() && minutes(line, 1) <= HORIZON_MINUTES;
    Settling settling = trend.settling();
    if (!(isSure && isSoon && remaining < settling.reach(way))) {
      return Double.NaN;
    }
    double settlingMinutes = settling.minutes(way, remaining);
    return Double.isFinite(settlingMinutes) ? settlingMinutes : remaining / slope;
  }

  private double remaining(TrendLine line) {
    return way * (limit - line.level());
  }

  /// When a line crosses the limit at the latest, or at the earliest.
  private double minutes(TrendLine line, int later) {
    double remaining = remaining(line);
    double slope = way * line.slope() - later * BAND * line.slopeSpread();
    return remaining <= 0 ? 0 : (remaining + later * line.levelSpread()) / slope;
  }

  /// Whether the limit is about to be passed, as judged last.
  public boolean isApproaching() {
    return isApproaching;
  }

  /// Whether the channel seems to come to rest before the limit.
  public boolean settles() {
    TrendLine[] lines = trend.lines();
    return trend.settling().rests(way, remaining(lines[0]));
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

  /// Writes what is known besides the trend.
  public void save(StateWriter writer) {
    int section = writer.open(SECTION, constants());
    writer.number(quiet);
    writer.flag(isApproaching);
    writer.close(section);
  }

  /// Fills a new one with what was saved of one with the same limit.
  public void restore(StateReader reader) throws UnusableState {
    int section = reader.open(SECTION, constants());
    quiet = reader.number();
    isApproaching = reader.flag();
    reader.close(section);
  }

  private long constants() {
    return StateWriter.hash(6, limit, way, SURE, UNUSUAL, BAND, HORIZON_MINUTES);
  }
}
