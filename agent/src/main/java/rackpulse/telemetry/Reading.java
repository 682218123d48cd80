package rackpulse.telemetry;

/// A value that was acquired.
///
/// @param value in the quantity's unit, always finite
public record Reading(Channel channel, Stamp stamp, double value) implements Sample {
  public Reading {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(channel.path() + " is not finite: " + value);
    }
  }
}
