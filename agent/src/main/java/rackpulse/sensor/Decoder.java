package rackpulse.sensor;

import java.util.List;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// From 16-bit words, whatever bus they came over, to the sample of one channel.
///
/// Pure, and without garbage besides the sample itself.
public final class Decoder {
  /// Every whole number up to here has a double of its own; beyond, neighbours share one.
  private static final double MAX_EXACT_INTEGER = 9007199254740991.0; // 2^53 − 1

  /// 10^22 is the largest power of ten that a double holds exactly.
  private static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  /// A 32-bit float carries every number of 6 digits, and 9 digits name every 32-bit float.
  private static final int MIN_FLOAT_DIGITS = 6;

  private static final int MAX_FLOAT_DIGITS = 9;

  private final Channel channel;
  private final ChannelProfile profile;
  private final Encoding encoding;
  private final long[] undefined;

  /// @param undefined whole numbers, before bits are cut out, that mean "no value"; as in the data
  ///   sheet or, for signed formats, negative: 0x8000 and −32768 are the same `s16`, and −1 is the
  ///   `u64` of all ones
  public Decoder(Channel channel, ChannelProfile profile, Encoding encoding, List<Long> undefined) {
    this.channel = channel;
    this.profile = profile;
    this.encoding = encoding;
    this.undefined = undefined.stream().mapToLong(Long::longValue).toArray();
  }

  /// The sample whose number lies in `words` from `index` on; a coil or discrete input is a word of
  /// 0 or 1.
  public Sample sample(Stamp stamp, short[] words, int index) {
    long number = number(encoding, words, index);
    if (isUndefined(number)) {
      return new Gap(channel, stamp, Cause.UNDEFINED);
    }
    double raw = raw(encoding, number);
    if (!Double.isFinite(raw)) {
      return new Gap(channel, stamp, Cause.UNDEFINED);
    }
    return sample(channel, profile, stamp, profile.conversion().apply(raw));
  }

  /// The sample for a `value` already in the quantity's unit: a reading if the part can measure it,
  /// else a gap; NaN means that the part has no value.
  public static Sample sample(Channel channel, ChannelProfile profile, Stamp stamp, double value) {
    if (Double.isNaN(value)) {
      return new Gap(channel, stamp, Cause.UNDEFINED);
    }
    double limit = channel.quantity().integer() ? MAX_EXACT_INTEGER : Double.MAX_VALUE;
    if (value < profile.low() || value > profile.high() || Math.abs(value) > limit) {
      return new Gap(channel, stamp, Cause.OUT_OF_RANGE);
    }
    return new Reading(channel, stamp, value + 0.0); // −0 becomes 0
  }

  /// The bits of the whole number, most significant first, in the low end of a long.
  private static long number(Encoding encoding, short[] words, int index) {
    int count = encoding.format().words();
    long number = 0;
    for (int i = 0; i < count; i++) {
      short word = words[index + (encoding.lowWordFirst() ? count - 1 - i : i)];
      int value = (encoding.swapBytes() ? Short.reverseBytes(word) : word) & 0xFFFF;
      number = (number << 16) | value;
    }
    return number;
  }

  private boolean isUndefined(long number) {
    int unused = Long.SIZE - encoding.format().bits();
    for (long sentinel : undefined) {
      if ((sentinel ^ number) << unused == 0) {
        return true;
      }
    }
    return false;
  }

  private static double raw(Encoding encoding, long number) {
    return switch (encoding.format()) {
      case F32 -> shortest(Float.intBitsToFloat((int) number));
      case F64 -> Double.longBitsToDouble(number);
      case S16, S32, S64 -> cut(encoding, number) >> unused(encoding);
      case BIT, U16, U32, U64 -> unsigned(cut(encoding, number) >>> unused(encoding));
    };
  }

  /// The wanted bits at the high end, so that shifting back extends the sign or fills with zeros.
  private static long cut(Encoding encoding, long number) {
    return number << (Long.SIZE - 1 - encoding.highBit());
  }

  private static int unused(Encoding encoding) {
    return Long.SIZE - 1 - encoding.highBit() + encoding.lowBit();
  }

  private static double unsigned(long number) {
    if (number >= 0) {
      return number;
    }
    // Halved to fit the sign, the lost bit kept sticky so that rounding stays right.
    return ((number >>> 1) | (number & 1)) * 2.0;
  }

  /// The double that people would write for `value`: 230.1, where a plain cast is
  /// 230.10000610351562.
  ///
  /// Of 6 to 9 significant digits, the fewest that still name this very float; the quotient or
  /// product of two exact doubles is the double nearest to that decimal. Magnitudes beyond exact
  /// powers of ten (below 1e-14, above 1e27) are cast.
  static double shortest(float value) {
    double exact = value;
    if (value == 0 || !Float.isFinite(value)) {
      return exact;
    }
    int exponent = (int) Math.floor(Math.log10(Math.abs(exact)));
    for (int digits = MIN_FLOAT_DIGITS; digits <= MAX_FLOAT_DIGITS; digits++) {
      int decimals = digits - 1 - exponent;
      if (Math.abs(decimals) >= POWERS.length) {
        return exact;
      }
      double power = POWERS[Math.abs(decimals)];
      double rounded =
          decimals >= 0 ? Math.rint(exact * power) / power : Math.rint(exact / power) * power;
      if ((float) rounded == value) {
        return rounded;
      }
    }
    return exact;
  }

  /// The ASCII text in the first `count` words, two characters in each, without the spaces and NULs
  /// that pad it; what cannot be printed shows as a dot.
  static String text(short[] words, int count) {
    StringBuilder text = new StringBuilder(2 * count);
    for (int i = 0; i < 2 * count; i++) {
      int c = (words[i / 2] >> (i % 2 == 0 ? 8 : 0)) & 0xFF;
      text.append(c == 0 ? ' ' : c >= ' ' && c < 0x7F ? (char) c : '.');
    }
    return text.toString().strip();
  }
}
