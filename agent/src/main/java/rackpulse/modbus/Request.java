package rackpulse.modbus;

import java.nio.ByteBuffer;
import java.util.Objects;
import rackpulse.bus.ModbusBus;
import rackpulse.bus.ModbusBus.BitTable;
import rackpulse.bus.ModbusBus.RegisterTable;

/// What is asked of a device. Reused from poll to poll, so that a poll leaves no garbage.
///
/// ```
/// functions 1 to 4 | function | address (2) | count (2) |
/// function 43      | 2B | 0E | 01 basic | first object  |
/// ```
final class Request {
  /// Largest body in any envelope (Modbus Application Protocol 1.1b3, 4.1).
  static final int MAX_BODY_BYTES = 253;

  /// MODBUS Encapsulated Interface for device identification (6.21).
  static final int MEI_TYPE = 14;

  /// Vendor name, product code, revision.
  private static final int BASIC_CATEGORY = 1;

  private static final int ADDRESSES = 0x10000;

  /// The function codes that the agent uses; all of them read (Modbus Application Protocol 1.1b3,
  /// 6).
  enum Function {
    READ_COILS(1, "coils"),
    READ_DISCRETE_INPUTS(2, "discrete inputs"),
    READ_HOLDING_REGISTERS(3, "holding registers"),
    READ_INPUT_REGISTERS(4, "input registers"),
    /// With MEI type 14.
    READ_DEVICE_IDENTIFICATION(43, "device identification");

    private final int code;
    private final String subject;

    Function(int code, String subject) {
      this.code = code;
      this.subject = subject;
    }

    /// The code on the wire, 1 to 127.
    int code() {
      return code;
    }

    /// What is read, in the plural, as an operator calls it.
    String subject() {
      return subject;
    }
  }

  private Function function = Function.READ_HOLDING_REGISTERS;
  private int unit;
  private int address;
  private int count = 1;

  Request registers(int unit, RegisterTable table, int address, int count) {
    Function function =
        switch (table) {
          case HOLDING -> Function.READ_HOLDING_REGISTERS;
          case INPUT -> Function.READ_INPUT_REGISTERS;
        };
    check(unit, address, count, ModbusBus.MAX_REGISTERS);
    return set(function, unit, address, count);
  }

  Request bits(int unit, BitTable table, int address, int count) {
    Function function =
        switch (table) {
          case COIL -> Function.READ_COILS;
          case DISCRETE_INPUT -> Function.READ_DISCRETE_INPUTS;
        };
    check(unit, address, count, ModbusBus.MAX_BITS);
    return set(function, unit, address, count);
  }

  /// @param firstObject where the answer shall begin, 0 to 255
  Request identification(int unit, int firstObject) {
    check(unit, firstObject, 1, 1);
    return set(Function.READ_DEVICE_IDENTIFICATION, unit, firstObject, 1);
  }

  private static void check(int unit, int address, int count, int maxCount) {
    Objects.checkIndex(unit, 256);
    if (count < 1 || count > maxCount) {
      throw new IllegalArgumentException("count " + count + " is not 1 to " + maxCount);
    }
    Objects.checkFromIndexSize(address, count, ADDRESSES);
  }

  private Request set(Function function, int unit, int address, int count) {
    this.function = function;
    this.unit = unit;
    this.address = address;
    this.count = count;
    return this;
  }

  Function function() {
    return function;
  }

  /// Unit id, 0 to 255.
  int unit() {
    return unit;
  }

  /// Puts the body, function code and data, into `frame`.
  void encode(ByteBuffer frame) {
    frame.put((byte) function.code());
    if (function == Function.READ_DEVICE_IDENTIFICATION) {
      frame.put((byte) MEI_TYPE).put((byte) BASIC_CATEGORY).put((byte) address);
    } else {
      frame.putShort((short) address).putShort((short) count);
    }
  }

  /// Data bytes that a good answer announces in its second byte; -1 for device identification,
  /// whose length only the device knows.
  int answerDataBytes() {
    return switch (function) {
      case READ_COILS, READ_DISCRETE_INPUTS -> (count + 7) / 8;
      case READ_HOLDING_REGISTERS, READ_INPUT_REGISTERS -> 2 * count;
      case READ_DEVICE_IDENTIFICATION -> -1;
    };
  }

  /// Bytes of a good answer's body; the least there can be for device identification.
  int answerBodyBytes() {
    return function == Function.READ_DEVICE_IDENTIFICATION
        ? AnswerForm.IDENTIFICATION_HEADER_BYTES
        : 2 + answerDataBytes();
  }

  /// As an operator reads it: `50 holding registers from 0 of unit 3`.
  @Override
  public String toString() {
    String what =
        function == Function.READ_DEVICE_IDENTIFICATION
            ? function.subject()
            : count + " " + function.subject() + " from " + address;
    return what + " of unit " + unit;
  }
}
