package rackpulse.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import rackpulse.telemetry.Stamp;

/// The machine's own clocks, of which the wall clock may be wrong.
final class MachineClocks implements Clocks {
  private volatile Duration error = Duration.ZERO;

  /// Sets the wall clock wrong, and synchronised only when it is not.
  void error(Duration wrongBy) {
    error = wrongBy;
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Stamp stamp() {
    Duration wrongBy = error;
    return new Stamp(Instant.now().plus(wrongBy), System.nanoTime(), wrongBy.isZero());
  }

  @Override
  public Stamp corrected(Stamp stamp) {
    return stamp.datedBy(stamp());
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
