package rackpulse.chip;

import java.time.Duration;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;

/// The registers of a chip at an address, most significant byte first.
///
/// @param address 7-bit address
public record Registers(I2cBus bus, int address) {
  private static final byte[] NOTHING = {};

  /// How often a chip is asked whether it has finished, after the time it should take; by then it
  /// has taken twice as long and is broken.
  static final int MAX_ASKS = 5;

  /// Reads `count` bytes from `register` on.
  public byte[] bytes(int register, int count) throws BusException {
    byte[] bytes = new byte[count];
    bus.transfer(address, new byte[] {(byte) register}, bytes);
    return bytes;
  }

  /// Reads a 16-bit register, 0 to 0xFFFF.
  public int word(int register) throws BusException {
    byte[] bytes = bytes(register, 2);
    return (bytes[0] & 0xFF) << 8 | bytes[1] & 0xFF;
  }

  /// Writes an 8-bit register.
  public void setByte(int register, int value) throws BusException {
    bus.transfer(address, new byte[] {(byte) register, (byte) value}, NOTHING);
  }

  /// Writes a 16-bit register.
  public void setWord(int register, int value) throws BusException {
    byte[] write = {(byte) register, (byte) (value >> 8), (byte) value};
    bus.transfer(address, write, NOTHING);
  }

  /// Lets the chip work for at least `atLeast`.
  public void pause(Duration atLeast) {
    bus.pause(atLeast);
  }

  /// What to throw when the chip says that it is still busy after [#MAX_ASKS] questions.
  public BusException stillBusy(int last) {
    byte[] evidence = {(byte) (last >> 8), (byte) last};
    return new BusException.Refused(
        "0x" + Integer.toHexString(address) + " does not finish its measurement", 0, evidence);
  }
}
