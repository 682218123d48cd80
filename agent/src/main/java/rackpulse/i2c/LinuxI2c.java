package rackpulse.i2c;

import com.pi4j.io.i2c.I2CBase;
import com.pi4j.io.i2c.I2CConfig;
import com.pi4j.io.i2c.I2CProvider;
import java.util.Arrays;
import rackpulse.bus.BusException;

/// One device address as Pi4J offers it to applications. Bytes are unsigned, a failure is a
/// [CarriedFailure], and a register is read by repeated start.
final class LinuxI2c extends I2CBase<LinuxI2cBus> {
  private static final byte[] NOTHING = {};

  private final int address;

  LinuxI2c(I2CProvider provider, I2CConfig config, LinuxI2cBus bus) {
    super(provider, config, bus);
    address = config.device();
    isOpen = true;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    transfer(NOTHING, one);
    return one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    return readRegister(NOTHING, buffer, offset, length);
  }

  @Override
  public int write(byte value) {
    transfer(new byte[] {value}, NOTHING);
    return 1;
  }

  @Override
  public int write(byte[] data, int offset, int length) {
    transfer(slice(data, offset, length), NOTHING);
    return length;
  }

  @Override
  public int readRegister(int register) {
    byte[] one = new byte[1];
    transfer(new byte[] {(byte) register}, one);
    return one[0] & 0xFF;
  }

  @Override
  public int readRegister(int register, byte[] buffer, int offset, int length) {
    return readRegister(new byte[] {(byte) register}, buffer, offset, length);
  }

  @Override
  public int readRegister(byte[] register, byte[] buffer, int offset, int length) {
    if (offset == 0 && length == buffer.length) {
      transfer(register, buffer);
    } else {
      byte[] part = new byte[length];
      transfer(register, part);
      System.arraycopy(part, 0, buffer, offset, length);
    }
    return length;
  }

  @Override
  public int writeRegister(int register, byte value) {
    transfer(new byte[] {(byte) register, value}, NOTHING);
    return 1;
  }

  @Override
  public int writeRegister(int register, byte[] data, int offset, int length) {
    return writeRegister(new byte[] {(byte) register}, data, offset, length);
  }

  @Override
  public int writeRegister(byte[] register, byte[] data, int offset, int length) {
    byte[] message = Arrays.copyOf(register, register.length + length);
    System.arraycopy(data, offset, message, register.length, length);
    transfer(message, NOTHING);
    return length;
  }

  private void transfer(byte[] write, byte[] read) {
    try {
      i2CBus.adapter().transfer(address, write, read);
    } catch (BusException failure) {
      throw new CarriedFailure(failure);
    }
  }

  /// The array itself where it is all of it, so that the agent's own transfers copy nothing.
  private static byte[] slice(byte[] data, int offset, int length) {
    return offset == 0 && length == data.length
        ? data
        : Arrays.copyOfRange(data, offset, offset + length);
  }
}
