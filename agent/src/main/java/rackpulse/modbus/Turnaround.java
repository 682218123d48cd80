package rackpulse.modbus;

/// Learns when to wake for a unit's answers: just when they are complete. Waking early costs a
/// second look, waking late costs time on the line; neither is known beforehand, for devices differ
/// and change their minds. Pure.
///
/// An answer that was complete says only that one could have come sooner, so the expectation creeps
/// down, faster each time. An answer that was not says by how much, so the expectation follows,
/// though not all the way when that is far: one slow answer is no reason to wait long for the next
/// ones.
final class Turnaround {
  /// First step down, as a part of a character's time.
  private static final int CREEP_DIVISOR = 4;

  /// Delays of up to so many characters are followed all the way.
  private static final int NEAR_CHARACTERS = 4;

  /// The part of longer ones that is followed.
  private static final int FAR_DIVISOR = 4;

  private final long characterNanos;
  private final long maxNanos;
  private long expectedNanos;
  private long stepNanos;

  /// @param maxNanos never expects more, so that a silent device costs no more than its time-out
  Turnaround(long characterNanos, long expectedNanos, long maxNanos) {
    this.characterNanos = characterNanos;
    this.maxNanos = maxNanos;
    this.expectedNanos = Math.min(expectedNanos, maxNanos);
    this.stepNanos = characterNanos / CREEP_DIVISOR;
  }

  /// From the end of the request to the start of the answer, as far as is known.
  long expectedNanos() {
    return expectedNanos;
  }

  /// The answer was there when it was expected.
  void wasComplete() {
    expectedNanos = Math.max(0, expectedNanos - stepNanos);
    stepNanos = Math.min(2 * stepNanos, maxNanos);
  }

  /// The answer was complete `lateNanos` after it was expected.
  void wasLate(long lateNanos) {
    long nearNanos = Math.min(lateNanos, NEAR_CHARACTERS * characterNanos);
    long followNanos = Math.max(nearNanos, lateNanos / FAR_DIVISOR);
    expectedNanos = Math.min(expectedNanos + followNanos, maxNanos);
    stepNanos = characterNanos / CREEP_DIVISOR;
  }
}
