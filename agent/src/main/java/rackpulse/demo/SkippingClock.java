package rackpulse.demo;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import rackpulse.simulation.WireClock;

/// The time that the simulated wires take: none while days shall pass in seconds, and as long as
/// real ones after that. Used by one thread while it skips.
public final class SkippingClock implements WireClock {
  private final LongSupplier machine;
  private final AtomicLong skippedNanos = new AtomicLong();
  private volatile boolean isSkipping;

  /// @param machine the monotonic clock
  public SkippingClock(LongSupplier machine) {
    this.machine = machine;
  }

  /// Whether nobody really waits from now on.
  public void skip(boolean skips) {
    isSkipping = skips;
  }

  @Override
  public long nanoTime() {
    return machine.getAsLong() + skippedNanos.get();
  }

  @Override
  public void sleepUntil(long deadlineNanos) {
    if (isSkipping) {
      skippedNanos.addAndGet(Math.max(0, deadlineNanos - nanoTime()));
    } else {
      WireClock.super.sleepUntil(deadlineNanos);
    }
  }
}
