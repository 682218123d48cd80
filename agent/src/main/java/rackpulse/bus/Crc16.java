package rackpulse.bus;

/// CRC-16 of Modbus RTU: polynomial 0xA001 (reflected), initial value 0xFFFF, low byte sent first
/// (Modbus over Serial Line 1.02, 6.2.2).
public final class Crc16 {
  private static final char[] TABLE = new char[256];

  static {
    for (int value = 0; value < TABLE.length; value++) {
      int crc = value;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) != 0 ? crc >>> 1 ^ 0xA001 : crc >>> 1;
      }
      TABLE[value] = (char) crc;
    }
  }

  private Crc16() {}

  /// The CRC of `length` bytes from `offset`, 0 to 0xFFFF.
  public static int of(byte[] bytes, int offset, int length) {
    int crc = 0xFFFF;
    for (int i = offset; i < offset + length; i++) {
      crc = crc >>> 8 ^ TABLE[(crc ^ bytes[i]) & 0xFF];
    }
    return crc;
  }
}
