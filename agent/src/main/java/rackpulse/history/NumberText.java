package rackpulse.history;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// Decimal numbers as recordings write them, read without making objects of the common ones.
final class NumberText {
  /// Mantissas up to here and powers of ten up to 1e22 are exact in a double, so that one
  /// multiplication or division of both rounds only once: the result is the nearest double.
  private static final long LARGEST_EXACT = 1L << 53;

  private static final double[] POWERS = new double[23];

  static {
    double power = 1;
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = power;
      power *= 10;
    }
  }

  private NumberText() {}

  /// @return NaN when the text is empty, `nan`, or no number
  static double value(byte[] text, int start, int end) {
    int at = start;
    boolean isNegative = at < end && text[at] == '-';
    at += isNegative || at < end && text[at] == '+' ? 1 : 0;
    long mantissa = 0;
    int digits = 0;
    int decimals = -1;
    for (; at < end; at++) {
      int digit = text[at] - '0';
      if (digit >= 0 && digit <= 9) {
        mantissa = 10 * mantissa + digit;
        digits++;
        decimals += decimals >= 0 ? 1 : 0;
      } else if (text[at] == '.' && decimals < 0) {
        decimals = 0;
      } else {
        return slowly(text, start, end);
      }
      if (mantissa > LARGEST_EXACT) {
        return slowly(text, start, end);
      }
    }
    if (digits == 0 || decimals >= POWERS.length) {
      return slowly(text, start, end);
    }
    double value = decimals > 0 ? mantissa / POWERS[decimals] : mantissa;
    return isNegative ? -value : value;
  }

  /// `number` with so many significant digits, at most six decimals and no exponent.
  static String rounded(double number, int digits) {
    if (!Double.isFinite(number)) {
      return Double.toString(number);
    }
    int magnitude = number == 0 ? 0 : (int) Math.floor(Math.log10(Math.abs(number)));
    int decimals = Math.clamp(digits - 1L - magnitude, 0, 6);
    BigDecimal rounded = BigDecimal.valueOf(number).setScale(decimals, RoundingMode.HALF_EVEN);
    return decimals == 0 ? rounded.toPlainString() : rounded.stripTrailingZeros().toPlainString();
  }

  /// With an exponent, with many digits, or no number at all.
  private static double slowly(byte[] text, int start, int end) {
    for (int i = start; i < end; i++) {
      boolean isOfNumber =
          text[i] >= '0' && text[i] <= '9' || "+-.eE ".indexOf((char) text[i]) >= 0;
      if (!isOfNumber) {
        return Double.NaN;
      }
    }
    try {
      return Double.parseDouble(new String(text, start, end - start, US_ASCII));
    } catch (NumberFormatException _) {
      return Double.NaN;
    }
  }
}
