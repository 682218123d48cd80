package rackpulse.bus;

import java.util.BitSet;
import java.util.Map;

/// A Modbus line or connection as its client (master) sees it. There is no method to write: that
/// the agent only reads is a type, not a flag.
///
/// One request is outstanding at a time. Addresses are 0-based, as on the wire.
public non-sealed interface ModbusBus extends Bus {
  /// The two tables of 16-bit registers.
  enum RegisterTable {
    /// Function code 3.
    HOLDING,
    /// Function code 4.
    INPUT
  }

  /// The two tables of single bits.
  enum BitTable {
    /// Function code 1.
    COIL,
    /// Function code 2.
    DISCRETE_INPUT
  }

  /// Most registers in one request (Modbus Application Protocol 1.1b3, 6.3 and 6.4).
  int MAX_REGISTERS = 125;

  /// Most bits in one request (6.1 and 6.2).
  int MAX_BITS = 2000;

  /// Reads consecutive registers in one request.
  ///
  /// @param unit unit id, 0 to 255 (1 to 247 on a serial line)
  /// @param address first register, 0 to 65535
  /// @param count how many, 1 to [#MAX_REGISTERS]
  /// @param into receives the registers from index 0, most significant byte first as sent; at least
  ///   `count` long and untouched on failure
  /// @throws BusException.NoAnswer when nothing came within the time-out
  /// @throws BusException.Corrupt when what came is damaged or cut short
  /// @throws BusException.WrongSender when an intact answer came from another unit or to another
  ///   request
  /// @throws BusException.Refused when the device answered with an exception code
  /// @throws BusException.Down when the line or connection is gone
  void readRegisters(int unit, RegisterTable table, int address, int count, short[] into)
      throws BusException;

  /// Reads consecutive bits in one request; bit 0 of the result is the bit at `address`.
  ///
  /// @param count how many, 1 to [#MAX_BITS]
  BitSet readBits(int unit, BitTable table, int address, int count) throws BusException;

  /// Reads the device identification (function code 43, MEI type 14, category basic): object id to
  /// text, such as 0 vendor name, 1 product code, 2 revision (6.21).
  Map<Integer, String> identify(int unit) throws BusException;
}
