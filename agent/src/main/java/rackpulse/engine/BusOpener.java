package rackpulse.engine;

import rackpulse.bus.Bus;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings;
import rackpulse.bus.I2cBus;
import rackpulse.bus.MuxChannel;
import rackpulse.bus.WireCounters;
import rackpulse.recorder.Tape;

/// Opens the wires; called by bus threads only.
public interface BusOpener {
  /// Opens the bus that `settings` describe, counting what is seen on it in `counters` and keeping
  /// what travels on it on `tape`.
  ///
  /// @throws BusException.Down when it cannot be opened: what, where and what to do
  OpenedBus open(BusSettings settings, WireCounters counters, Tape tape) throws BusException;

  /// The same bus with `channel` of its multiplexer selected around every transfer.
  I2cBus behind(I2cBus bus, MuxChannel channel);

  /// The time in which the devices behind these buses live, which dates and paces their polls: the
  /// machine's own, unless the rack is simulated and lives faster.
  default Clocks clocks(Clocks machine) {
    return machine;
  }

  /// A bus and the right to close it, which the holder of a bare [Bus] does not have.
  interface OpenedBus extends AutoCloseable {
    /// The open bus.
    Bus bus();

    @Override
    void close();
  }
}
