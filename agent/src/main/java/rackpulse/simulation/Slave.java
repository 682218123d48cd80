package rackpulse.simulation;

import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;

/// A Modbus slave that knows some registers and refuses all others.
final class Slave {
  static final int READ_HOLDING = 3;
  static final int READ_INPUT = 4;
  static final int ILLEGAL_FUNCTION = 1;
  static final int ILLEGAL_ADDRESS = 2;

  private final int function;
  private final Object moment;
  private final TreeMap<Integer, IntSupplier> registers = new TreeMap<>();

  /// @param function the one function code it answers, 3 or 4
  /// @param moment the lock under which values change: an answer is that of one moment
  Slave(int function, Object moment) {
    this.function = function;
    this.moment = moment;
  }

  /// A 16-bit integer.
  Slave word(int address, DoubleSupplier value) {
    registers.put(address, () -> (int) Math.rint(value.getAsDouble()) & 0xFFFF);
    return this;
  }

  /// An IEEE 754 number in two registers, most significant word first.
  Slave single(int address, DoubleSupplier value) {
    registers.put(address, () -> Float.floatToIntBits((float) value.getAsDouble()) >>> 16);
    registers.put(address + 1, () -> Float.floatToIntBits((float) value.getAsDouble()) & 0xFFFF);
    return this;
  }

  /// The answer to a read request: function code and data, or function code with its highest bit
  /// set and an exception code. Holes between known registers read as 0.
  byte[] answer(int askedFunction, int address, int count) {
    if (askedFunction != function) {
      return new byte[] {(byte) (askedFunction | 0x80), ILLEGAL_FUNCTION};
    }
    if (registers.isEmpty()
        || address < registers.firstKey()
        || address + count - 1 > registers.lastKey()) {
      return new byte[] {(byte) (askedFunction | 0x80), ILLEGAL_ADDRESS};
    }
    byte[] answer = new byte[2 + 2 * count];
    answer[0] = (byte) askedFunction;
    answer[1] = (byte) (2 * count);
    synchronized (moment) {
      for (int i = 0; i < count; i++) {
        IntSupplier register = registers.get(address + i);
        int content = register == null ? 0 : register.getAsInt();
        answer[2 + 2 * i] = (byte) (content >> 8);
        answer[3 + 2 * i] = (byte) content;
      }
    }
    return answer;
  }
}
