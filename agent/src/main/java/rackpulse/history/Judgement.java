package rackpulse.history;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rackpulse.model.EdgeLs;
import rackpulse.model.Novelty;
import rackpulse.model.RackModel;
import rackpulse.model.RackModel.Trust;

/// What the models say of each sample of a recording: its own past, and the inputs if there are
/// any.
final class Judgement {
  /// Shares told, as in a message.
  private static final int MOST_SHARES = 3;

  /// Longer gaps change nothing more in a rack model: an anomaly is accepted after 864 blocks.
  private static final long LONGEST_GAP = 900;

  /// Smallest difference that means anything, when nothing is known of the sensor.
  private static final double RESOLUTION = 1e-3;

  private final String name;
  private final List<String> inputNames;
  private final EdgeLs past;
  private final @Nullable RackModel rack;
  private final double[] inputs;
  private final double[] nothing;
  private @Nullable Novelty novelty;
  private boolean hasValue;
  private double value;

  /// @param name of the value, for sentences
  /// @param inputNames of the inputs; none for no rack model
  Judgement(String name, List<String> inputNames) {
    this.name = name;
    this.inputNames = List.copyOf(inputNames);
    past = new EdgeLs(0);
    rack = inputNames.isEmpty() ? null : new RackModel(inputNames.size(), true, RESOLUTION);
    inputs = new double[inputNames.size()];
    nothing = new double[inputNames.size()];
    Arrays.fill(nothing, Double.NaN);
  }

  void observe(Samples samples) {
    value = samples.value();
    hasValue = !Double.isNaN(value);
    if (hasValue) {
      novelty = past.observe(samples.millis(), samples.intervals(), value);
    } else {
      novelty = null;
      past.pass(samples.hasGaps() ? samples.intervals() : 0);
    }
    if (rack != null) {
      for (long i = 1; i < Math.min(samples.intervals(), LONGEST_GAP); i++) {
        rack.observe(Double.NaN, nothing, Trust.SOUND);
      }
      samples.inputs(inputs);
      rack.observe(value, inputs, Trust.SOUND);
    }
  }

  boolean hasValue() {
    return hasValue;
  }

  /// `learning`, `ready` or `suspended`: that of the model that is furthest behind.
  String state() {
    if (past.progress() < 1 || rack != null && rack.state() == RackModel.State.LEARNING) {
      return "learning";
    }
    return rack != null && rack.state() == RackModel.State.SUSPENDED ? "suspended" : "ready";
  }

  /// The score of a novelty less its threshold, plus one; 0 when there is none.
  double alarm() {
    return novelty == null ? 0 : novelty.score();
  }

  /// Whether the rack model is what is to be told.
  private boolean isOfRack() {
    return isRackRaised() && (novelty == null || rackSeverity() >= novelty.severity());
  }

  private boolean isRackRaised() {
    return rack != null && rack.raised() && rack.explains() && hasValue;
  }

  private double rackSeverity() {
    return rack == null ? 0 : rack.severity();
  }

  /// The most severe anomaly of the sample; empty when there is none.
  String kind() {
    if (isOfRack()) {
      return "rack-model";
    }
    return novelty == null ? "" : "novelty";
  }

  /// 0 when there is no anomaly.
  double severity() {
    return isOfRack() ? rackSeverity() : novelty == null ? 0 : novelty.severity();
  }

  private boolean isExplained() {
    return rack != null && rack.explains() && (novelty == null || isOfRack());
  }

  /// What is expected: by the inputs, where they explain the value, else by its own past.
  double expected() {
    return rack != null && isExplained() ? rack.expected() : past.expected();
  }

  double low() {
    return rack != null && isExplained() ? rack.expected() - rack.band() : past.low();
  }

  double high() {
    return rack != null && isExplained() ? rack.expected() + rack.band() : past.high();
  }

  /// The largest shares of the inputs, or the terms of the novelty; empty without an anomaly.
  String shares() {
    StringBuilder text = new StringBuilder();
    if (rack != null && isOfRack()) {
      boolean[] told = new boolean[rack.inputs()];
      for (int i = 0; i < Math.min(MOST_SHARES, told.length); i++) {
        int largest = largest(rack, told);
        told[largest] = true;
        append(text, inputNames.get(rack.candidate(largest)), rack.share(largest));
      }
    } else if (novelty != null) {
      for (Novelty.Term term : novelty.terms()) {
        append(text, term.name(), term.amount());
      }
    }
    return text.toString();
  }

  private static int largest(RackModel rack, boolean[] told) {
    int largest = -1;
    for (int i = 0; i < told.length; i++) {
      if (!told[i] && (largest < 0 || Math.abs(rack.share(i)) > Math.abs(rack.share(largest)))) {
        largest = i;
      }
    }
    return largest;
  }

  private static void append(StringBuilder text, String name, double amount) {
    text.append(text.isEmpty() ? "" : "; ").append(name).append(' ');
    text.append(amount < 0 ? "" : "+").append(rounded(amount));
  }

  /// One sentence for a person; empty without an anomaly.
  String text() {
    if (rack != null && isOfRack()) {
      return "%s is %s, expected %s ± %s from %s"
          .formatted(
              name,
              rounded(value),
              rounded(rack.expected()),
              rounded(rack.band()),
              listed(inputNames));
    }
    if (novelty == null) {
      return "";
    }
    return "%s is %s, usually %s to %s at this time: %s"
        .formatted(
            name,
            rounded(value),
            rounded(novelty.low()),
            rounded(novelty.high()),
            listed(novelty.terms().stream().map(Novelty.Term::name).toList()));
  }

  private static String listed(List<String> words) {
    int last = words.size() - 1;
    return last < 1
        ? String.join("", words)
        : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }

  /// Four significant digits.
  private static String rounded(double number) {
    return NumberText.rounded(number, 4);
  }
}
