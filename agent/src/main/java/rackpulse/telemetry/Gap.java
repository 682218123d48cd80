package rackpulse.telemetry;

/// A value that could not be acquired; published like a value, so that nothing is ever silent.
public record Gap(Channel channel, Stamp stamp, Cause cause) implements Sample {}
