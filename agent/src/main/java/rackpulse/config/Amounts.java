package rackpulse.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Durations, sizes, frequencies and shares as people write them: a number and its unit, such as `9
/// ms` or `256 MiB`.
public final class Amounts {
  private static final Map<String, Double> NANOS =
      Map.of(
          "us", 1e3,
          "µs", 1e3,
          "ms", 1e6,
          "s", 1e9,
          "min", 60e9,
          "h", 3600e9,
          "d", 86_400e9);

  private static final Map<String, Double> BYTES =
      Map.of(
          "B", 1.0,
          "kB", 1e3,
          "MB", 1e6,
          "GB", 1e9,
          "KiB", 1024.0,
          "MiB", 1048576.0,
          "GiB", 1073741824.0);

  private static final Map<String, Double> HERTZ = Map.of("Hz", 1.0, "kHz", 1e3, "MHz", 1e6);

  private static final Map<String, Double> SHARES = Map.of("%", 0.01);

  /// How durations are written, for messages.
  public static final String DURATION_FORM =
      "a number and a unit of us, ms, s, min, h or d, such as \"5 s\"";

  /// How sizes are written, for messages.
  public static final String BYTES_FORM =
      "a number and a unit of B, kB, MB, GB, KiB, MiB or GiB, such as \"256 MiB\"";

  /// How frequencies are written, for messages.
  public static final String HERTZ_FORM =
      "a number and a unit of Hz, kHz or MHz, such as \"100 kHz\"";

  /// How shares are written, for messages.
  public static final String SHARE_FORM = "a number and %, such as \"5 %\"";

  /// Below 2^53 every whole number is exact; as nanoseconds that is 104 days.
  private static final double MAX_EXACT = 9.007199254740992e15;

  /// A year holds every duration of this program; beyond, nanoseconds would overflow.
  private static final double MAX_NANOS = 366 * 86_400e9;

  private Amounts() {}

  /// The duration written as `text`, to the nanosecond; empty when it is none, or longer than a
  /// year.
  public static Optional<Duration> duration(String text) {
    double nanos = parse(text, NANOS);
    return nanos >= 0 && nanos <= MAX_NANOS
        ? Optional.of(Duration.ofNanos(Math.round(nanos)))
        : Optional.empty();
  }

  /// The size in bytes written as `text`; empty when it is none, or beyond 2^53.
  public static Optional<Long> bytes(String text) {
    double bytes = parse(text, BYTES);
    return bytes >= 0 && bytes <= MAX_EXACT ? Optional.of(Math.round(bytes)) : Optional.empty();
  }

  /// The frequency in hertz written as `text`; empty when it is none, or beyond 2 GHz.
  public static Optional<Integer> hertz(String text) {
    double hertz = parse(text, HERTZ);
    return hertz >= 0 && hertz <= Integer.MAX_VALUE
        ? Optional.of((int) Math.round(hertz))
        : Optional.empty();
  }

  /// The share of a whole written as `text`, where 100 % is 1; empty when it is none.
  public static Optional<Double> share(String text) {
    double share = parse(text, SHARES);
    return share >= 0 ? Optional.of(share) : Optional.empty();
  }

  /// `duration` as it would be written in a file, in the largest unit that leaves no fraction.
  public static String text(Duration duration) {
    long nanos = duration.toNanos();
    String[] units = {"d", "h", "min", "s", "ms"};
    for (String unit : units) {
      long one = (long) (double) NANOS.getOrDefault(unit, 1.0);
      if (nanos != 0 && nanos % one == 0) {
        return nanos / one + " " + unit;
      }
    }
    return nanos == 0 ? "0 s" : nanos / 1000 + " us";
  }

  /// `bytes` as they would be written in a file, in the largest binary unit that leaves no rest.
  public static String text(long bytes) {
    String[] units = {"GiB", "MiB", "KiB"};
    for (String unit : units) {
      long one = (long) (double) BYTES.getOrDefault(unit, 1.0);
      if (bytes != 0 && bytes % one == 0) {
        return bytes / one + " " + unit;
      }
    }
    return bytes + " B";
  }

  /// `number` with the digits it needs and no exponent.
  public static String text(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }

  /// The amount in the base unit; negative when `text` is not a non-negative number and a unit.
  private static double parse(String text, Map<String, Double> units) {
    int end = 0;
    while (end < text.length() && (isDigit(text.charAt(end)) || text.charAt(end) == '.')) {
      end++;
    }
    Double one = units.get(text.substring(end).strip());
    boolean number =
        end > 0 && end <= 18 && isDigit(text.charAt(0)) && isDigit(text.charAt(end - 1));
    if (one == null || !number || text.indexOf('.') != text.lastIndexOf('.', end)) {
      return -1;
    }
    return Double.parseDouble(text.substring(0, end)) * one;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
