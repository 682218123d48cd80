package rackpulse.demo;

import java.time.Duration;

/// How much of the rack's time is to pass now: so many seconds in one, in steps that are short
/// beside the time between polls. A machine that is too slow for that is waited for.
public final class Pacing {
  private static final long SHORTEST_NANOS = Duration.ofSeconds(3).toNanos();
  private static final long LONGEST_NANOS = Duration.ofSeconds(15).toNanos();

  /// More is not made up for: the machine stood still, and nobody polled meanwhile.
  private static final long MOST_OWED_NANOS = Duration.ofSeconds(90).toNanos();

  /// After so long the rack goes on, whoever is silent.
  private static final long LONGEST_WAIT_NANOS = Duration.ofSeconds(5).toNanos();

  private final int pace;
  private long lastNanos;
  private long movedNanos;
  private long owedNanos;

  /// @param pace seconds of the rack in one of the machine
  /// @param nowNanos the machine's monotonic clock
  public Pacing(int pace, long nowNanos) {
    this.pace = pace;
    lastNanos = nowNanos;
    movedNanos = nowNanos;
  }

  /// What is to pass now.
  ///
  /// @param nowNanos the machine's monotonic clock
  /// @param isFollowed whether the audience has heard of what has passed
  public Duration step(long nowNanos, boolean isFollowed) {
    owedNanos = Math.min(MOST_OWED_NANOS, owedNanos + pace * (nowNanos - lastNanos));
    lastNanos = nowNanos;
    boolean mayPass = isFollowed || nowNanos - movedNanos > LONGEST_WAIT_NANOS;
    if (!mayPass || owedNanos < SHORTEST_NANOS) {
      return Duration.ZERO;
    }
    long stepNanos = Math.min(owedNanos, LONGEST_NANOS);
    owedNanos -= stepNanos;
    movedNanos = nowNanos;
    return Duration.ofNanos(stepNanos);
  }

  /// Whether there is more to pass than has been.
  public boolean isBehind() {
    return owedNanos >= SHORTEST_NANOS;
  }
}
