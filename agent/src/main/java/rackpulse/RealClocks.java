package rackpulse;

import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import rackpulse.engine.Clocks;
import rackpulse.telemetry.Stamp;

/// The machine's own clocks.
final class RealClocks implements Clocks {
  private final BooleanSupplier synchronised;

  /// @param synchronised whether the kernel calls the wall clock synchronised
  RealClocks(BooleanSupplier synchronised) {
    this.synchronised = synchronised;
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Stamp stamp() {
    return new Stamp(Instant.now(), System.nanoTime(), synchronised.getAsBoolean());
  }

  @Override
  public void sleepUntil(long deadlineNanos) throws InterruptedException {
    long leftNanos = deadlineNanos - System.nanoTime();
    while (leftNanos > 0) {
      LockSupport.parkNanos(this, leftNanos);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      leftNanos = deadlineNanos - System.nanoTime();
    }
  }
}
