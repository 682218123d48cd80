package rackpulse.engine;

import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import rackpulse.telemetry.Stamp;

/// The machine's own clocks.
final class MachineClocks implements Clocks {
  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Stamp stamp() {
    return new Stamp(Instant.now(), System.nanoTime(), true);
  }

  @Override
  public Stamp corrected(Stamp stamp) {
    return stamp;
  }

  @Override
  public void sleepUntil(long deadlineNanos) throws InterruptedException {
    for (long left = deadlineNanos - nanos(); left > 0; left = deadlineNanos - nanos()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }
}
