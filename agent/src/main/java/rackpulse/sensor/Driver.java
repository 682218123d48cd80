package rackpulse.sensor;

import java.util.List;
import rackpulse.bus.BusException;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// Reads one device. Drivers have no threads and no clocks; the thread that owns the bus calls
/// them.
public interface Driver {
  /// The device's channels, in the order of its samples.
  List<Channel> channels();

  /// Polls the device once: one sample for every channel. A channel that alone could not be read is
  /// a gap; the identity of the part is checked before its first values are believed.
  ///
  /// @param stamp put on every sample
  /// @throws BusException when the device as a whole could not be read: then every channel is a gap
  ///   with [Causes#of] it
  List<Sample> read(Stamp stamp) throws BusException;

  /// Forgets what was learnt from the device (identity, prepared state), because the bus was opened
  /// anew or the device had been away.
  void reset();
}
