package rackpulse.engine;

import java.time.Instant;
import rackpulse.telemetry.Stamp;

/// A clock that moves when somebody sleeps or moves it.
final class ManualClock implements Clocks {
  private long nanos;

  ManualClock(long startNanos) {
    nanos = startNanos;
  }

  void advance(double seconds) {
    nanos += Math.round(seconds * 1e9);
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public Stamp stamp() {
    return new Stamp(Instant.EPOCH.plusNanos(nanos), nanos, true);
  }

  @Override
  public Stamp corrected(Stamp stamp) {
    return stamp;
  }

  @Override
  public void sleepUntil(long deadlineNanos) {
    nanos = Math.max(nanos, deadlineNanos);
  }
}
