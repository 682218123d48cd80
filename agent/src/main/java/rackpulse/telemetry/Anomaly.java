package rackpulse.telemetry;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

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
    String text)
    implements Report {
  public Anomaly {
    shares = List.copyOf(shares);
    if (!(severity >= 0 && severity <= 1)) {
      throw new IllegalArgumentException("severity is 0 to 1, got " + severity);
    }
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
}
