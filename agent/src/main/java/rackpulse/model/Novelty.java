package rackpulse.model;

import java.util.List;

/// One alarm of [EdgeLs]: a channel does what it has not done before.
///
/// @param score how far the fused evidence passes the threshold, plus one: at least 1
/// @param severity 0.5 to 1
/// @param observed in the channel's unit
/// @param expected what level and daily shape predict, in the channel's unit
/// @param low lower edge of what is normal at this time of day
/// @param high upper edge of it
/// @param terms the largest terms of the evidence, at most three, largest first
public record Novelty(
    double score,
    double severity,
    double observed,
    double expected,
    double low,
    double high,
    List<Term> terms) {
  public Novelty {
    terms = List.copyOf(terms);
  }

  /// What a term contributes to the evidence.
  ///
  /// @param amount roughly the −log10 of how often such a value comes
  public record Term(String name, double amount) {}

  /// What speaks for an alarm; each is at least 0, and near 1 while all is usual.
  enum Symptom {
    SPIKE("jump"),
    TIME_OF_DAY("unusual at this time of day"),
    LEVEL_FAST("level"),
    LEVEL_SLOW("lasting level"),
    ROUGHNESS("roughness"),
    QUIET("too quiet"),
    SHIFT("shift"),
    NOISE("noise"),
    ONE_SIDED("drift");

    private final String words;

    Symptom(String words) {
      this.words = words;
    }

    /// As an operator reads it.
    String words() {
      return words;
    }
  }
}
