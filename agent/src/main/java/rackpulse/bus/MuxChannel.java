package rackpulse.bus;

/// One branch of an I2C multiplexer such as the TCA9548A.
///
/// @param address the multiplexer's 7-bit address, 0x70 to 0x77
/// @param channel 0 to 7
public record MuxChannel(int address, int channel) {
  public MuxChannel {
    if (address < 0x70 || address > 0x77 || channel < 0 || channel > 7) {
      throw new IllegalArgumentException(
          "not a multiplexer channel: 0x" + Integer.toHexString(address) + " " + channel);
    }
  }
}
