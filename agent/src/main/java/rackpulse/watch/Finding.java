package rackpulse.watch;

import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import rackpulse.telemetry.Anomaly.Outlook;
import rackpulse.telemetry.Anomaly.Share;

/// What there is to say of an anomaly at one time; the parameters are those of the anomaly.
record Finding(
    double severity,
    OptionalDouble observed,
    OptionalDouble expected,
    OptionalDouble low,
    OptionalDouble high,
    List<Share> shares,
    @Nullable Outlook outlook,
    String text) {
  private static final OptionalDouble NONE = OptionalDouble.empty();

  /// Only what was observed; nothing where it is NaN.
  static Finding of(double severity, double observed, String text) {
    return new Finding(severity, known(observed), NONE, NONE, NONE, List.of(), null, text);
  }

  static OptionalDouble known(double value) {
    return Double.isFinite(value) ? OptionalDouble.of(value) : NONE;
  }
}
