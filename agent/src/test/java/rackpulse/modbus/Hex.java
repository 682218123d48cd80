package rackpulse.modbus;

import java.util.HexFormat;
import rackpulse.bus.Crc16;

/// Bytes as people write them.
final class Hex {
  private Hex() {}

  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  /// `hex` with the CRC that an RTU frame has.
  static String withCrc(String hex) {
    byte[] bytes = bytes(hex);
    int crc = Crc16.of(bytes, 0, bytes.length);
    return hex + " " + HexFormat.of().toHexDigits((short) (crc << 8 | crc >> 8));
  }
}
