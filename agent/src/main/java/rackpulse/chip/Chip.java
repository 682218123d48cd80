package rackpulse.chip;

import rackpulse.bus.BusException;

/// A chip that measures; called only by the thread that owns its bus.
public interface Chip {
  /// Sets the chip up and reads what is needed to understand it; called once after the bus was
  /// opened or the chip had been away.
  void prepare() throws BusException;

  /// Measures once.
  ///
  /// @return one value for each of the chip's outputs, in the unit of its quantity; not a number
  ///   where the chip has none, infinite where it cannot measure so much
  double[] measure() throws BusException;
}
