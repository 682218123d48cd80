package rackpulse.telemetry;

import java.time.Instant;

/// When something was acquired.
///
/// @param at wall clock, UTC, published with milliseconds
/// @param monotonicNanos the machine's monotonic clock, comparable within one boot only
/// @param clockSynchronised whether the kernel called the wall clock synchronised at that time
public record Stamp(Instant at, long monotonicNanos, boolean clockSynchronised) {}
