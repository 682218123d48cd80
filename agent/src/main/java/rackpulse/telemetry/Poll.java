package rackpulse.telemetry;

import java.util.List;

/// One poll of one device: the unit from the driver to the broker, one message.
///
/// @param sequence counts the polls of this device since the agent started, from 1 and without
///   holes, so that a consumer can find losses and drop repeats
/// @param samples one for every channel of the device, in the device's order
/// @param forecasts what channels of it will be; told with live readings only
public record Poll(
    String device, Stamp stamp, long sequence, List<Sample> samples, List<Forecast> forecasts)
    implements Report {
  public Poll {
    samples = List.copyOf(samples);
    forecasts = List.copyOf(forecasts);
    if (sequence < 1) {
      throw new IllegalArgumentException("sequence starts at 1, got " + sequence);
    }
  }

  /// A poll without forecasts.
  public Poll(String device, Stamp stamp, long sequence, List<Sample> samples) {
    this(device, stamp, sequence, samples, List.of());
  }

  /// What a channel will be, in its unit.
  ///
  /// @param channel its name within the device
  /// @param minutes how far ahead
  /// @param low lower edge of the band in which nine of ten values will be
  /// @param high its upper edge
  public record Forecast(String channel, int minutes, double value, double low, double high) {}
}
