package rackpulse.telemetry;

import java.util.List;

/// One poll of one device: the unit from the driver to the broker, one message.
///
/// @param sequence counts the polls of this device since the agent started, from 1 and without
///   holes, so that a consumer can find losses and drop repeats
/// @param samples one for every channel of the device, in the device's order
public record Poll(String device, Stamp stamp, long sequence, List<Sample> samples)
    implements Report {
  public Poll {
    samples = List.copyOf(samples);
    if (sequence < 1) {
      throw new IllegalArgumentException("sequence starts at 1, got " + sequence);
    }
  }
}
