package rackpulse.simulation;

import org.jspecify.annotations.Nullable;

/// A part on the simulated I2C bus, at the level of bytes.
interface SimulatedChip {
  /// Takes `write`, then fills `read`, as one transaction.
  ///
  /// @return false when the chip does not acknowledge
  boolean transfer(byte[] write, byte[] read, long nowNanos);

  /// The chip behind a multiplexer at `address`, when this is one and its branch is selected.
  default @Nullable SimulatedChip behind(int address) {
    return null;
  }
}
