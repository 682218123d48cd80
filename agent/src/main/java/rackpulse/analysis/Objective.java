package rackpulse.analysis;

import java.util.List;
import java.util.OptionalDouble;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Channel;

/// How far the rack is from what its operator wants: `J = Σ wᵢ·((Eᵢ − targetᵢ)/toleranceᵢ)²`, with
/// each term's share, and for how much of the day all terms were within their tolerances.
///
/// It is fed with means over blocks. Not thread-safe.
public final class Objective {
  /// More terms than this are no objective that anybody can act on.
  public static final int MAX_TERMS = 64;

  private static final long DAY_MILLIS = 86_400_000;
  private static final String SECTION = "objective";
  private static final int LAYOUT = 1;

  /// One target.
  ///
  /// @param weight 0 or more
  /// @param target in the channel's unit
  /// @param tolerance in the channel's unit, above 0
  public record Term(Channel channel, double weight, double target, double tolerance) {
    public Term {
      if (!(weight >= 0) || !(tolerance > 0) || !Double.isFinite(target)) {
        throw new IllegalArgumentException("not a term of an objective: " + channel.path());
      }
    }

    /// A term that wants the middle of an envelope and tolerates half its width.
    ///
    /// @throws IllegalArgumentException when the envelope says nothing of the channel
    public static Term of(Channel channel, double weight, Envelope envelope) {
      Envelope.Range range =
          envelope
              .range(channel)
              .orElseThrow(() -> new IllegalArgumentException(channel.path() + " is no climate"));
      return new Term(channel, weight, range.middle(), range.tolerance());
    }
  }

  private final List<Term> terms;
  private final double[] contributions;
  private boolean known;
  private boolean inRange;
  private long day;
  private double knownMillis;
  private double inRangeMillis;
  private double lastKnownMillis;
  private double lastInRangeMillis;

  public Objective(List<Term> terms) {
    if (terms.isEmpty() || terms.size() > MAX_TERMS) {
      throw new IllegalArgumentException(terms.size() + " terms");
    }
    this.terms = List.copyOf(terms);
    contributions = new double[terms.size()];
  }

  /// The terms, in their order.
  public List<Term> terms() {
    return terms;
  }

  /// Takes the means of one block.
  ///
  /// @param startMillis of the block, since the epoch; days begin at midnight UTC
  /// @param lengthMillis of the block, above 0
  /// @param values one for each term; NaN where there is none
  public void observe(long startMillis, long lengthMillis, double[] values) {
    long today = Math.floorDiv(startMillis, DAY_MILLIS);
    if (today != day) {
      boolean isNext = today == day + 1;
      lastKnownMillis = isNext ? knownMillis : 0;
      lastInRangeMillis = isNext ? inRangeMillis : 0;
      knownMillis = 0;
      inRangeMillis = 0;
      day = today;
    }
    known = true;
    inRange = true;
    for (int i = 0; i < contributions.length; i++) {
      Term term = terms.get(i);
      double strayed = (values[i] - term.target()) / term.tolerance();
      contributions[i] = term.weight() * strayed * strayed;
      known &= Double.isFinite(contributions[i]);
      inRange &= Math.abs(strayed) <= 1;
    }
    if (known) {
      knownMillis += lengthMillis;
      inRangeMillis += inRange ? lengthMillis : 0;
    }
  }

  /// J of the last block; absent when any term had no value, since a part of it would look like the
  /// whole.
  public OptionalDouble value() {
    double sum = 0;
    for (double contribution : contributions) {
      sum += contribution;
    }
    return known ? OptionalDouble.of(sum) : OptionalDouble.empty();
  }

  /// What a term contributes to J; means something when J is there.
  public double share(int term) {
    return contributions[term];
  }

  /// Percent of today's known time so far in which all terms were within their tolerances.
  public OptionalDouble inRangeToday() {
    return percent(inRangeMillis, knownMillis);
  }

  /// The same of the day before; absent when nothing is known of it.
  public OptionalDouble inRangeYesterday() {
    return percent(lastInRangeMillis, lastKnownMillis);
  }

  private static OptionalDouble percent(double part, double whole) {
    return whole > 0 ? OptionalDouble.of(100 * part / whole) : OptionalDouble.empty();
  }

  /// Writes the times in range.
  public void save(StateWriter writer) {
    int section = writer.open(SECTION, constants());
    writer.number(day);
    writer.values(new double[] {knownMillis, inRangeMillis, lastKnownMillis, lastInRangeMillis});
    writer.close(section);
  }

  /// Goes on where the saved one stopped; to be called on a new one with the same terms.
  public void restore(StateReader reader) throws UnusableState {
    int section = reader.open(SECTION, constants());
    day = reader.number();
    double[] values = new double[4];
    reader.values(values);
    knownMillis = values[0];
    inRangeMillis = values[1];
    lastKnownMillis = values[2];
    lastInRangeMillis = values[3];
    reader.close(section);
  }

  private long constants() {
    double[] constants = new double[3 * terms.size()];
    for (int i = 0; i < terms.size(); i++) {
      constants[3 * i] = terms.get(i).target();
      constants[3 * i + 1] = terms.get(i).tolerance();
      constants[3 * i + 2] = terms.get(i).channel().path().hashCode();
    }
    return StateWriter.hash(LAYOUT, constants);
  }
}
