package rackpulse.schedule;

import java.time.Duration;

/// Pauses that double from failure to failure, within bounds.
///
/// @param floor after the first failure, longer than 0
/// @param ceiling the longest, at least `floor`
public record Backoff(Duration floor, Duration ceiling) {
  public Backoff {
    if (!floor.isPositive() || ceiling.compareTo(floor) < 0) {
      throw new IllegalArgumentException("pauses of " + floor + " to " + ceiling);
    }
  }

  /// @param failuresInARow at least 1
  public long afterNanos(int failuresInARow) {
    long pauseNanos = floor.toNanos();
    long ceilingNanos = ceiling.toNanos();
    for (int i = 1; i < failuresInARow && pauseNanos < ceilingNanos; i++) {
      pauseNanos = pauseNanos > ceilingNanos / 2 ? ceilingNanos : pauseNanos * 2;
    }
    return pauseNanos;
  }
}
