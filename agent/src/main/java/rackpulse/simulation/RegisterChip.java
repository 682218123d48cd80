package rackpulse.simulation;

import java.util.function.DoubleSupplier;
import java.util.function.IntUnaryOperator;

/// A part whose 16-bit registers are chosen by a pointer byte, such as the TMP117: a write of one
/// byte sets the pointer, reads return the register, most significant byte first.
final class RegisterChip implements SimulatedChip {
  private final IntUnaryOperator registers;
  private int pointer;

  /// @param registers from register number to its content; negative where there is none
  RegisterChip(IntUnaryOperator registers) {
    this.registers = registers;
  }

  /// A TMP117: register 00h is the temperature in 1/128 °C, 0Fh the device id 0117h.
  static RegisterChip tmp117(DoubleSupplier celsius) {
    return new RegisterChip(register ->
        switch (register) {
          case 0x00 -> (int) Math.rint(celsius.getAsDouble() * 128) & 0xFFFF;
          case 0x01 -> 0x2220;
          case 0x0F -> 0x0117;
          default -> -1;
        });
  }

  @Override
  public boolean transfer(byte[] write, byte[] read, long nowNanos) {
    if (write.length > 0) {
      pointer = write[0] & 0xFF;
    }
    int content = registers.applyAsInt(pointer);
    if (content < 0) {
      return read.length == 0;
    }
    for (int i = 0; i < read.length; i++) {
      read[i] = (byte) (i % 2 == 0 ? content >> 8 : content);
    }
    return true;
  }
}
