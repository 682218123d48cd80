package rackpulse.bus;

/// One branch of an I2C multiplexer such as the TCA9548A.
///
/// @param address the multiplexer's 7-bit address, 0x70 to 0x77
/// @param channel 0 to 7
public record MuxChannel(int address, int channel) {
  static final int FIRST_ADDRESS = 0x70;
  static final int LAST_ADDRESS = 0x77;

  public MuxChannel {
    if (!isMux(address) || channel < 0 || channel > 7) {
      throw new IllegalArgumentException(
          "not a multiplexer channel: 0x" + Integer.toHexString(address) + " " + channel);
    }
  }

  /// Whether a multiplexer may have `address`; other chips may, too.
  static boolean isMux(int address) {
    return address >= FIRST_ADDRESS && address <= LAST_ADDRESS;
  }
}
