package rackpulse.bus;

/// CRC-8 as sensor chips use it: most significant bit first, no reflection, no final inversion.
public enum Crc8 {
  /// Polynomial 0x31, initial 0xFF: Sensirion SHT3x, SHT4x, SHTC3 and TI HDC302x words.
  SENSIRION(0x31, 0xFF),
  /// Polynomial 0x31, initial 0x00: HTU21D, Si7021, SHT2x.
  HTU(0x31, 0x00),
  /// Polynomial 0x07, initial 0x00: SMBus packet error code (SMBus 3.1, 6.4).
  SMBUS(0x07, 0x00);

  private final int polynomial;
  private final int initial;

  Crc8(int polynomial, int initial) {
    this.polynomial = polynomial;
    this.initial = initial;
  }

  /// The CRC of `length` bytes from `offset`, 0 to 0xFF.
  public int of(byte[] bytes, int offset, int length) {
    int crc = initial;
    for (int i = offset; i < offset + length; i++) {
      crc ^= bytes[i] & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x80) != 0 ? crc << 1 ^ polynomial : crc << 1;
      }
      crc &= 0xFF;
    }
    return crc;
  }
}
