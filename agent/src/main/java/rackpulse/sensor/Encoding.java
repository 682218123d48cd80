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
