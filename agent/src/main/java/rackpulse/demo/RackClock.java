package rackpulse.demo;

import java.time.Duration;
import java.time.Instant;
import rackpulse.engine.Clocks;
import rackpulse.telemetry.Stamp;

/// The time of the simulated rack, which passes only when and as fast as it is told to. Any thread
/// may call.
public final class RackClock implements Clocks {
  private final Instant start;
  private long nanos;

  public RackClock(Instant start) {
    this.start = start;
  }

  /// Lets time pass.
  public synchronized void advance(Duration time) {
    nanos += time.toNanos();
    notifyAll();
  }

  @Override
  public synchronized long nanos() {
    return nanos;
  }

  @Override
  public synchronized Stamp stamp() {
    return new Stamp(start.plusNanos(nanos), nanos, true);
  }

  /// The rack's date is always right.
  @Override
  public Stamp corrected(Stamp stamp) {
    return stamp;
  }

  @Override
  public synchronized void sleepUntil(long deadlineNanos) throws InterruptedException {
    while (deadlineNanos - nanos > 0) {
      wait();
    }
  }
}
