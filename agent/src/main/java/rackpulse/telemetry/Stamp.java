package rackpulse.telemetry;

import java.time.Instant;

/// When something was acquired.
///
/// @param at wall clock, UTC, published with milliseconds
/// @param monotonicNanos the machine's monotonic clock, comparable within one boot only
/// @param clockSynchronised whether the kernel called the wall clock synchronised at that time
public record Stamp(Instant at, long monotonicNanos, boolean clockSynchronised) {
  /// The same moment as `reference` dates it: what was taken before the wall clock was synchronised
  /// gets its true time. NTP slews both clocks alike and steps the wall clock alone
  /// (clock_gettime(2)), so the monotonic distance between the two is the true one.
  ///
  /// @param reference taken in the same boot
  public Stamp datedBy(Stamp reference) {
    if (clockSynchronised || !reference.clockSynchronised) {
      return this;
    }
    Instant trueAt = reference.at.plusNanos(monotonicNanos - reference.monotonicNanos);
    return new Stamp(trueAt, monotonicNanos, true);
  }
}
