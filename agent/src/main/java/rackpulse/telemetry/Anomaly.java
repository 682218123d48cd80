package rackpulse.telemetry;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// Something abnormal about one channel, from the moment it is raised until it is over.
///
/// @param id stable from raise to clear
/// @param severity 0 (trifling) to 1 (act now)
/// @param since when it was raised
/// @param observed in the channel's unit; absent when the fault is the absence of a value
/// @param expected what the model or limit expects, in the channel's unit
/// @param low lower edge of what is normal, in the channel's unit
/// @param high upper edge of what is normal
/// @param shares the largest contributions to `expected`, at most three, largest first
/// @param outlook when a limit will be passed; null where that is not what it is about
/// @param text one English sentence for a person
public record Anomaly(
    String id,
    Channel channel,
    Stamp stamp,
    Kind kind,
    State state,
    double severity,
    Instant since,
    OptionalDouble observed,
    OptionalDouble expected,
    OptionalDouble low,
    OptionalDouble high,
    List<Share> shares,
    @Nullable Outlook outlook,
    String text)
    implements Report {
  private static final double MILLION = 1e6;

  public Anomaly {
    shares = List.copyOf(shares);
    if (!(severity >= 0 && severity <= 1)) {
      throw new IllegalArgumentException("severity is 0 to 1, got " + severity);
    }
  }

  /// An anomaly that is not about the future.
  public Anomaly(
      String id,
      Channel channel,
      Stamp stamp,
      Kind kind,
      State state,
      double severity,
      Instant since,
      OptionalDouble observed,
      OptionalDouble expected,
      OptionalDouble low,
      OptionalDouble high,
      List<Share> shares,
      String text) {
    this(
        id, channel, stamp, kind, state, severity, since, observed, expected, low, high, shares,
        null, text);
  }

  /// What is observed beyond what is expected; absent where either is.
  public OptionalDouble unexplained() {
    return observed.isPresent() && expected.isPresent()
        ? OptionalDouble.of(rounded(observed.getAsDouble() - expected.getAsDouble()))
        : OptionalDouble.empty();
  }

  /// Without the dust that a difference of decimals leaves in binary.
  private static double rounded(double difference) {
    return Math.rint(difference * MILLION) / MILLION;
  }

  /// What sort of abnormality it is.
  public enum Kind {
    RACK_MODEL,
    NOVELTY,
    APPROACHING_LIMIT,
    LIMIT,
    SENSOR_STUCK,
    SENSOR_SPIKE,
    SENSOR_NOISE,
    SENSOR_BIAS,
    SENSOR_DRIFT,
    MISSING;

    /// The name used in topics and messages, such as `rack-model`.
    public String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// Where it is in its life.
  public enum State {
    RAISED,
    CLEARED,
    /// Lasted so long that the model takes it for the new normal.
    ACCEPTED;

    /// The name used in messages, such as `raised`.
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// What one input contributes, in the unit of the anomaly's channel.
  public record Share(String name, double amount) {}

  /// When a limit will be passed if things go on as they do.
  ///
  /// @param limit in the channel's unit
  /// @param minutes until then
  /// @param earliest the fewest minutes that are likely
  /// @param latest the most that are likely; infinite where they cannot be told
  public record Outlook(double limit, double minutes, double earliest, double latest) {}
}
