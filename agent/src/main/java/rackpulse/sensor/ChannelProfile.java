package rackpulse.sensor;

import rackpulse.telemetry.Quantity;

/// What every channel of a part has, whatever the bus.
///
/// @param conversion from the raw number to the quantity's unit
/// @param low lowest value the part can measure, in the quantity's unit; −∞ when not known
/// @param high highest value the part can measure; +∞ when not known
public record ChannelProfile(
    String name, Quantity quantity, Conversion conversion, double low, double high) {}
