package rackpulse.sensor;

import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// What every channel of a part has, whatever the bus.
///
/// @param conversion from the raw number to the quantity's unit
/// @param low lowest value the part can measure, in the quantity's unit; −∞ when not known
/// @param high highest value the part can measure; +∞ when not known
public record ChannelProfile(
    String name, Quantity quantity, Conversion conversion, double low, double high) {
  /// What is published of `value`: a gap when it is not a number (the part has none) or infinite or
  /// outside what the part can measure.
  ///
  /// @param value in the quantity's unit
  public Sample sample(Channel channel, Stamp stamp, double value) {
    if (Double.isNaN(value)) {
      return new Gap(channel, stamp, Cause.UNDEFINED);
    }
    if (Double.isInfinite(value) || value < low || value > high) {
      return new Gap(channel, stamp, Cause.OUT_OF_RANGE);
    }
    return new Reading(channel, stamp, value);
  }
}
