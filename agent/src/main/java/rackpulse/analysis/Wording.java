package rackpulse.analysis;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import rackpulse.telemetry.Quantity;

/// How numbers are written in sentences for people.
final class Wording {
  /// Digits that people read in a measured value.
  private static final int SIGNIFICANT_DIGITS = 4;

  private static final int MOST_DECIMALS = 6;

  private Wording() {}

  /// `value` with its unit: `34.2 °C`, `1250.0 W`, `0.9871`.
  static String value(double value, Quantity quantity) {
    String unit = quantity.display();
    String number = number(value, quantity.integer());
    return unit.isEmpty() ? number : number + " " + unit;
  }

  /// A time in the unit that people would choose: `30 s`, `5 min`, `3 h`.
  static String duration(long durationNanos) {
    Duration duration = Duration.ofNanos(durationNanos);
    if (duration.toMinutes() < 2) {
      return duration.toSeconds() + " s";
    }
    return duration.toHours() < 2 ? duration.toMinutes() + " min" : duration.toHours() + " h";
  }

  private static String number(double value, boolean integer) {
    int magnitude = value == 0 ? 0 : (int) Math.floor(Math.log10(Math.abs(value)));
    int decimals = Math.clamp(SIGNIFICANT_DIGITS - 1L - magnitude, 1, MOST_DECIMALS);
    BigDecimal rounded =
        BigDecimal.valueOf(value).setScale(integer ? 0 : decimals, RoundingMode.HALF_EVEN);
    if (integer) {
      return rounded.toPlainString();
    }
    BigDecimal shortest = rounded.stripTrailingZeros();
    return shortest.setScale(Math.max(1, shortest.scale())).toPlainString();
  }
}
