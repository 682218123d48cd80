package rackpulse.engine;

import java.util.BitSet;
import java.util.Map;
import rackpulse.bus.ModbusBus;

/// A Modbus connection on which everything is zero.
final class Wire implements ModbusBus {
  @Override
  public void readRegisters(int unit, RegisterTable table, int address, int count, short[] into) {}

  @Override
  public BitSet readBits(int unit, BitTable table, int address, int count) {
    return new BitSet();
  }

  @Override
  public Map<Integer, String> identify(int unit) {
    return Map.of();
  }
}
