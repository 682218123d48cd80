package rackpulse.terminal;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import rackpulse.telemetry.Quantity;

/// Values as people read them: few digits, and a unit of a size that fits.
public final class Display {
  private static final double JOULES_PER_KILOWATT_HOUR = 3.6e6;

  private Display() {}

  /// `value` with its unit, such as `21.46 °C`, `3.42 kW`, `812.4 kWh`.
  public static String of(Quantity quantity, double value) {
    return switch (quantity) {
      case ENERGY -> number(value / JOULES_PER_KILOWATT_HOUR, 2) + " kWh";
      case REACTIVE_ENERGY -> number(value / JOULES_PER_KILOWATT_HOUR, 2) + " kvarh";
      case APPARENT_ENERGY -> number(value / JOULES_PER_KILOWATT_HOUR, 2) + " kVAh";
      case POWER, APPARENT_POWER, REACTIVE_POWER, PRESSURE -> thousands(quantity, value);
      case COUNT, RAW, STATE -> number(value, 0);
      case TEMPERATURE,
          RELATIVE_HUMIDITY,
          ABSOLUTE_HUMIDITY,
          VOLTAGE,
          CURRENT,
          POWER_FACTOR,
          ELECTRIC_CHARGE,
          FREQUENCY,
          ANGLE,
          FRACTION,
          ROTATIONAL_SPEED,
          VOLUME_FLOW,
          DURATION,
          NUMBER ->
          (number(value, 2) + " " + quantity.display()).strip();
    };
  }

  /// A duration in the one unit that reads best, such as `340 ms`, `2.5 s`, `4 min`, `3 h`.
  public static String of(Duration duration) {
    double seconds = duration.toNanos() / 1e9;
    if (seconds < 1) {
      return number(seconds * 1e3, seconds < 0.01 ? 2 : 0) + " ms";
    }
    if (seconds < 120) {
      return number(seconds, seconds < 10 ? 1 : 0) + " s";
    }
    return seconds < 7200 ? number(seconds / 60, 0) + " min" : number(seconds / 3600, 1) + " h";
  }

  private static String thousands(Quantity quantity, double value) {
    return Math.abs(value) < 1000
        ? number(value, 1) + " " + quantity.display()
        : number(value / 1000, 2) + " k" + quantity.display();
  }

  private static String number(double value, int decimals) {
    return BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
  }
}
