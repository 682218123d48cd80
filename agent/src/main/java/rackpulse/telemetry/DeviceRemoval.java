package rackpulse.telemetry;

/// A device that left the configuration: its retained messages are emptied.
public record DeviceRemoval(String device, Stamp stamp) implements Report {}
