package rackpulse.analysis;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Quantity;

/// How numbers are written in sentences for people.
public final class Wording {
  /// Digits that people read in a measured value.
  private static final int SIGNIFICANT_DIGITS = 4;

  private static final int MOST_DECIMALS = 6;

  private Wording() {}

  /// `value` with its unit: `34.2 °C`, `1250.0 W`, `0.9871`.
  public static String value(double value, Quantity quantity) {
    String unit = quantity.display();
    String number = number(value, quantity.integer());
    return unit.isEmpty() ? number : number + " " + unit;
  }

  /// `inlet-top temperature`; of a computed device its name alone.
  public static String name(Channel channel) {
    return channel.name().equals("value")
        ? channel.device()
        : channel.device() + " " + channel.name();
  }

  /// `a, b and c`.
  public static String listed(List<String> words) {
    int last = words.size() - 1;
    return last < 1
        ? String.join("", words)
        : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }

  /// A time in the unit that people would choose: `30 s`, `5 min`, `3 h`.
  public static String duration(long durationNanos) {
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
