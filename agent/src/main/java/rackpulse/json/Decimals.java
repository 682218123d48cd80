package rackpulse.json;

/// Decimal numbers as JSON text: always with a decimal point, so that a channel's type never
/// changes (`21.0`, not `21`), and without exponent in the range that measurements have.
final class Decimals {
  /// From 10^15 on, and below 10^-15, an exponent is written: longer digit strings only pretend to
  /// a precision that a double does not have.
  private static final int PLAIN_EXPONENT = 15;

  private Decimals() {}

  /// The shortest text that reads back as `value`.
  ///
  /// @throws IllegalArgumentException when `value` is not finite: JSON has no word for it
  static String text(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("not a JSON number: " + value);
    }
    if (value == 0) {
      return "0.0"; // also for -0.0, a sign that nobody has measured
    }
    String shortest = Double.toString(value);
    int mark = shortest.indexOf('E');
    if (mark < 0) {
      return shortest;
    }
    int exponent = Integer.parseInt(shortest, mark + 1, shortest.length(), 10);
    if (exponent >= PLAIN_EXPONENT || exponent < -PLAIN_EXPONENT) {
      return shortest;
    }
    return plain(shortest, mark, exponent);
  }

  /// Moves the point of `d.ddd` or `-d.ddd`, which ends at `mark`, by `exponent` digits.
  private static String plain(String scientific, int mark, int exponent) {
    int first = scientific.charAt(0) == '-' ? 1 : 0;
    int end = scientific.startsWith(".0", mark - 2) ? mark - 2 : mark;
    StringBuilder digits = new StringBuilder(end).append(scientific, first, first + 1);
    if (end > first + 2) {
      digits.append(scientific, first + 2, end);
    }
    StringBuilder text = new StringBuilder(mark + PLAIN_EXPONENT + 3);
    text.append(scientific, 0, first);
    if (exponent < 0) {
      return text.append("0.").repeat('0', -exponent - 1).append(digits).toString();
    }
    if (digits.length() <= exponent + 1) {
      return text.append(digits)
          .repeat('0', exponent + 1 - digits.length())
          .append(".0")
          .toString();
    }
    return text.append(digits, 0, exponent + 1)
        .append('.')
        .append(digits, exponent + 1, digits.length())
        .toString();
  }
}
