package rackpulse.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import rackpulse.model.Novelty.Symptom;
import rackpulse.model.Novelty.Term;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// From the evidence of one sample to a verdict: how far in the tail each kind of evidence is and
/// whether it is a record, held for a few samples, fused, and compared with a threshold that rises
/// with every alarm and with age.
final class EdgeScores {
  /// Samples before the first score.
  static final int WARM_UP = 100;

  /// After an alarm none follows for so many samples.
  static final int REFRACTORY = 100;

  private static final int TAILS_FROM = 10;
  private static final int RECORDS_FROM = 20;
  private static final double RECORD_MEMORY = 8000;

  private static final double HOLD = 4;
  private static final int HELD_AT_MOST = 48;
  private static final double THRESHOLD = 3.5;
  private static final double HABITUATION = 0.1;
  private static final double HABITUATION_MEMORY = 2000;
  private static final double AGEING = 0.5;
  private static final int OLD = 20_000;

  /// The largest terms that an alarm names.
  private static final int NAMED_TERMS = 3;

  private static final Symptom[] TAILS = {
    Symptom.TIME_OF_DAY,
    Symptom.LEVEL_SLOW,
    Symptom.QUIET,
    Symptom.SHIFT,
    Symptom.NOISE,
    Symptom.ONE_SIDED
  };
  private static final Symptom[] RECORDS = {
    Symptom.TIME_OF_DAY, Symptom.LEVEL_FAST, Symptom.SHIFT, Symptom.ROUGHNESS, Symptom.SPIKE
  };

  /// First those of the tails, then those of the records.
  private static final double[] WEIGHTS = {1, 0.75, 1, 0.25, 1, 0.25, 0.25, 1, 0.5, 0.75, 0.25};

  /// Changes whenever a constant of this class does.
  static final long CONSTANTS =
      StateWriter.hash(1, WEIGHTS)
          ^ Tail.CONSTANTS
          ^ StateWriter.hash(
              2,
              WARM_UP,
              REFRACTORY,
              RECORD_MEMORY,
              HOLD,
              HELD_AT_MOST,
              THRESHOLD,
              HABITUATION,
              HABITUATION_MEMORY,
              AGEING,
              OLD);

  private final Tail[] tails = new Tail[TAILS.length];
  private final double[] records = new double[RECORDS.length];
  private final double[] held = new double[WEIGHTS.length];
  private final long[] heldSince = new long[WEIGHTS.length];
  private long lastAlarm = -1_000_000_000;
  private double strongest;
  private long strongestAt;

  /// Samples in a row without any score.
  private long quiet;

  /// Of the sample seen last.
  private boolean scored;

  private double fused;
  private double threshold;

  EdgeScores() {
    Arrays.setAll(tails, _ -> new Tail());
  }

  /// Scores the evidence of sample `n`.
  ///
  /// @param evidence by ordinal; not a number where this sample says nothing
  /// @param holdBack whether an alarm must wait
  /// @return whether it is an alarm; then [#terms] explains it, and [#settle] must follow
  boolean isAlarm(long n, double[] evidence, boolean holdBack) {
    scored = false;
    if (n >= TAILS_FROM) {
      for (int i = 0; i < tails.length; i++) {
        double value = evidence[TAILS[i].ordinal()];
        if (value >= 0) {
          hold(n, i, tails[i].score(value, n >= WARM_UP));
        }
      }
    }
    if (n >= RECORDS_FROM) {
      for (int i = 0; i < records.length; i++) {
        double value = evidence[RECORDS[i].ordinal()];
        if (value >= 0) {
          hold(n, tails.length + i, record(i, value, n >= WARM_UP));
        }
      }
    }
    quiet = scored ? 0 : quiet + 1;
    return scored && !holdBack && n - lastAlarm > REFRACTORY && passesThreshold(n);
  }

  /// How far the fused evidence passes the threshold, plus one.
  double score() {
    return fused - threshold + 1;
  }

  double severity() {
    return 1 - 0.5 * Math.exp(threshold - fused);
  }

  long quietSamples() {
    return quiet;
  }

  /// The largest terms of the fused evidence, before [#settle].
  List<Term> terms(long n) {
    List<Term> terms = new ArrayList<>();
    for (int k = 0; k < WEIGHTS.length; k++) {
      double amount = term(n, k);
      if (amount > 0) {
        boolean isTail = k < tails.length;
        Symptom evidence = isTail ? TAILS[k] : RECORDS[k - tails.length];
        terms.add(new Term(isTail ? evidence.words() : "record " + evidence.words(), amount));
      }
    }
    terms.sort(Comparator.comparingDouble(Term::amount).reversed());
    return terms.subList(0, Math.min(NAMED_TERMS, terms.size()));
  }

  /// Makes the next alarm harder to raise.
  void settle(long n) {
    strongest = Math.max(habituated(n), fused);
    strongestAt = n;
    lastAlarm = n;
    Arrays.fill(held, 0);
  }

  void save(StateWriter writer) {
    for (Tail tail : tails) {
      tail.save(writer);
    }
    writer.values(records);
    writer.values(held);
    for (long since : heldSince) {
      writer.number(since);
    }
    writer.number(lastAlarm);
    writer.value(strongest);
    writer.number(strongestAt);
    writer.number(quiet);
  }

  void restore(StateReader reader) throws UnusableState {
    for (Tail tail : tails) {
      tail.restore(reader);
    }
    reader.values(records);
    reader.values(held);
    for (int i = 0; i < heldSince.length; i++) {
      heldSince[i] = reader.number();
    }
    lastAlarm = reader.number();
    strongest = reader.value();
    strongestAt = reader.number();
    quiet = reader.number();
  }

  private double record(int i, double value, boolean counts) {
    double most = records[i];
    double score = counts && most > 0 && value > most ? 0.5 + Math.log(value / most) : 0;
    records[i] = Math.max(most * (1 - 1 / RECORD_MEMORY), value);
    return score;
  }

  private void hold(long n, int k, double score) {
    if (score > 0) {
      held[k] = Math.max(held[k] * Math.exp((heldSince[k] - n) / HOLD), score);
      heldSince[k] = n;
      scored = true;
    }
  }

  private boolean passesThreshold(long n) {
    fused = 0;
    for (int k = 0; k < WEIGHTS.length; k++) {
      fused += term(n, k);
    }
    threshold =
        THRESHOLD
            + HABITUATION * habituated(n)
            + AGEING * Math.log10((Math.min(n, OLD) + 1) / 1000.0);
    return fused >= threshold;
  }

  private double term(long n, int k) {
    boolean isFresh = held[k] > 0 && n - heldSince[k] < HELD_AT_MOST;
    return isFresh ? WEIGHTS[k] * held[k] * Math.exp((heldSince[k] - n) / HOLD) : 0;
  }

  private double habituated(long n) {
    return strongest * Math.exp((strongestAt - n) / HABITUATION_MEMORY);
  }

  /// How improbable a value of one kind of evidence is: beyond a tracked high quantile a Pareto
  /// tail is fitted.
  ///
  /// The quantile follows deliberately fast: it gets used to a burst while the burst lasts.
  private static final class Tail {
    private static final double PRIOR_SHAPE = 0.15;
    private static final double PRIOR_COUNT = 40;
    private static final double TAIL_SHARE = 0.0025;
    private static final double SLOWEST_STEP = 0.016;
    private static final double SHAPE_MEMORY = 20;
    private static final double FIRST_QUANTILE = 3;
    private static final int FIRST_CALLS = 30;
    private static final double MOST = 100;

    /// The quantile of a channel that never moves falls for ever; from zero it could not rise.
    private static final double LEAST_QUANTILE = 1e-12;

    static final long CONSTANTS =
        StateWriter.hash(
            3,
            PRIOR_SHAPE,
            PRIOR_COUNT,
            TAIL_SHARE,
            SLOWEST_STEP,
            SHAPE_MEMORY,
            FIRST_QUANTILE,
            FIRST_CALLS,
            MOST);

    private long calls;
    private double mean;
    private double quantile;
    private double shapeSum = PRIOR_SHAPE * PRIOR_COUNT;
    private double shapeCount = PRIOR_COUNT;

    /// @param counts whether scores are wanted yet
    double score(double value, boolean counts) {
      double score = 0;
      if (counts && quantile > 0 && value > quantile) {
        double tail = Math.log(value / quantile) / (shapeSum / shapeCount) - Math.log(TAIL_SHARE);
        score = Math.min(MOST, tail / Math.log(10));
      }
      learn(value);
      return score;
    }

    private void learn(double value) {
      calls++;
      if (calls <= FIRST_CALLS) {
        mean += (value - mean) / calls;
      }
      if (calls == FIRST_CALLS) {
        quantile = FIRST_QUANTILE * mean + LEAST_QUANTILE;
      }
      if (!(quantile > 0)) {
        return;
      }
      double step = Math.max(0.5 / Math.sqrt((double) calls), SLOWEST_STEP);
      if (value > quantile) {
        shapeSum = shapeSum * (1 - 1 / SHAPE_MEMORY) + Math.log(value / quantile);
        shapeCount = shapeCount * (1 - 1 / SHAPE_MEMORY) + 1;
        if (shapeCount < PRIOR_COUNT) {
          shapeSum += PRIOR_SHAPE * (PRIOR_COUNT - shapeCount);
          shapeCount = PRIOR_COUNT;
        }
        quantile *= Math.exp(step * (1 - TAIL_SHARE));
      } else {
        quantile = Math.max(LEAST_QUANTILE, quantile * Math.exp(-step * TAIL_SHARE));
      }
    }

    void save(StateWriter writer) {
      writer.number(calls);
      writer.value(mean);
      writer.value(quantile);
      writer.value(shapeSum);
      writer.value(shapeCount);
    }

    void restore(StateReader reader) throws UnusableState {
      calls = reader.number();
      mean = reader.value();
      quantile = reader.value();
      shapeSum = reader.value();
      shapeCount = reader.value();
    }
  }
}
