package rackpulse.simulation;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A TCA9548A: one control byte whose bits connect the eight branches.
final class MuxChip implements SimulatedChip {
  private final Map<Integer, Map<Integer, SimulatedChip>> branches = new HashMap<>();
  private int selected;

  /// Solders `chip` to a branch, 0 to 7.
  MuxChip with(int channel, int address, SimulatedChip chip) {
    branches.computeIfAbsent(channel, _ -> new HashMap<>()).put(address, chip);
    return this;
  }

  @Override
  public boolean transfer(byte[] write, byte[] read, long nowNanos) {
    if (write.length > 0) {
      selected = write[write.length - 1] & 0xFF;
    }
    for (int i = 0; i < read.length; i++) {
      read[i] = (byte) selected;
    }
    return true;
  }

  @Override
  public @Nullable SimulatedChip behind(int address) {
    for (Map.Entry<Integer, Map<Integer, SimulatedChip>> branch : branches.entrySet()) {
      SimulatedChip chip = branch.getValue().get(address);
      if (chip != null && (selected >> branch.getKey() & 1) == 1) {
        return chip;
      }
    }
    return null;
  }
}
