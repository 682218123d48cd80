package rackpulse.bus;

import java.time.Duration;

/// An I2C bus as its master sees it.
public non-sealed interface I2cBus extends Bus {
  /// Writes, then reads, as one transaction: where both are present they are joined by a repeated
  /// start, so no other master comes between. Both empty is a bare address probe.
  ///
  /// @param address 7-bit address, 0x08 to 0x77
  /// @param write bytes to send; may be empty
  /// @param read filled completely on success; may be empty
  /// @throws BusException.NoAnswer when the address is not acknowledged or the clock is stretched
  ///   beyond the adapter's limit
  /// @throws BusException.Refused when a data byte is not acknowledged
  /// @throws BusException.Corrupt when arbitration was lost
  /// @throws BusException.Down when the adapter is gone or the bus is stuck
  void transfer(int address, byte[] write, byte[] read) throws BusException;

  /// Lets the chip work for at least `atLeast` before the next transfer.
  void pause(Duration atLeast);
}
