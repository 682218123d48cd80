package rackpulse.sensor;

/// How a number lies in consecutive 16-bit words.
///
/// @param format type and width
/// @param lowWordFirst whether the least significant word comes first
/// @param swapBytes whether the least significant byte of each word comes first
/// @param highBit highest bit used, counted from 0 in the whole number
/// @param lowBit lowest bit used; the field `highBit..lowBit` is shifted down, and sign-extended
///   when the format is signed
public record Encoding(
    Format format, boolean lowWordFirst, boolean swapBytes, int highBit, int lowBit) {
  public Encoding {
    if (lowBit < 0 || highBit < lowBit || highBit >= format.bits()) {
      throw new IllegalArgumentException(format + " has no bits " + highBit + ".." + lowBit);
    }
    if (format.floating() && (lowBit != 0 || highBit != format.bits() - 1)) {
      throw new IllegalArgumentException(format + " cannot be cut into bits");
    }
  }

  /// The whole number in `format`, most significant word and byte first.
  public static Encoding of(Format format) {
    return new Encoding(format, false, false, format.bits() - 1, 0);
  }

  /// The bits of the whole number that begins at `words[from]`, brought into order but not yet cut;
  /// the lowest [Format#bits()] of them count.
  public long raw(short[] words, int from) {
    long raw = 0;
    int count = format.words();
    for (int i = 0; i < count; i++) {
      short word = words[lowWordFirst ? from + count - 1 - i : from + i];
      raw = raw << 16 | Short.toUnsignedLong(swapBytes ? Short.reverseBytes(word) : word);
    }
    return raw;
  }

  /// The number that `raw` stands for: cut to `highBit..lowBit` and with its sign. Not finite when
  /// the part sent a floating number that is none.
  public double number(long raw) {
    if (format == Format.F32) {
      return shortest(Float.intBitsToFloat((int) raw));
    }
    if (format == Format.F64) {
      return Double.longBitsToDouble(raw);
    }
    int above = Long.SIZE - 1 - highBit;
    long left = raw << above;
    if (format.signed()) {
      return left >> above + lowBit;
    }
    long whole = left >>> above + lowBit;
    // a long is signed: halve, keep the lost bit for rounding, double again
    return whole >= 0 ? whole : (double) (whole >>> 1 | whole & 1) * 2;
  }

  /// The shortest decimal number that a 32-bit float stands for, so that 230.1 does not become
  /// 230.10000610351562.
  private static double shortest(float value) {
    for (double power = 1; power <= 1e6; power *= 10) {
      double candidate = Math.rint(value * power) / power;
      if ((float) candidate == value) {
        return candidate;
      }
    }
    return value;
  }

  /// Type and width of a number.
  public enum Format {
    /// One bit of a coil or discrete input.
    BIT(1, false, false),
    U16(16, false, false),
    S16(16, true, false),
    U32(32, false, false),
    S32(32, true, false),
    U64(64, false, false),
    S64(64, true, false),
    F32(32, true, true),
    F64(64, true, true);

    private final int bits;
    private final boolean signed;
    private final boolean floating;

    Format(int bits, boolean signed, boolean floating) {
      this.bits = bits;
      this.signed = signed;
      this.floating = floating;
    }

    /// Width in bits.
    public int bits() {
      return bits;
    }

    /// Width in 16-bit words; 1 for a single bit.
    public int words() {
      return Math.max(1, bits / 16);
    }

    /// Whether it has a sign.
    public boolean signed() {
      return signed;
    }

    /// Whether it is IEEE 754.
    public boolean floating() {
      return floating;
    }
  }
}
