package rackpulse;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.engine.Clocks;
import rackpulse.telemetry.Stamp;

/// The machine's own clocks.
final class RealClocks implements Clocks {
  /// Both clocks are read within this time, or read again: a thread may be made to wait in between.
  private static final long CLOSE_NANOS = 1_000_000;

  /// On a machine so busy that this is not enough, a stamp is as good as it gets.
  private static final int MAX_READINGS = 5;

  private final InstantSource wall;
  private final LongSupplier monotonic;
  private final BooleanSupplier synchronised;

  /// The first stamp since the wall clock was synchronised, which dates those before.
  private volatile @Nullable Stamp reference;

  private volatile boolean wasSynchronised;

  /// @param synchronised whether the kernel calls the wall clock synchronised
  RealClocks(BooleanSupplier synchronised) {
    this(InstantSource.system(), System::nanoTime, synchronised);
  }

  RealClocks(InstantSource wall, LongSupplier monotonic, BooleanSupplier synchronised) {
    this.wall = wall;
    this.monotonic = monotonic;
    this.synchronised = synchronised;
  }

  @Override
  public long nanos() {
    return monotonic.getAsLong();
  }

  @Override
  public Stamp stamp() {
    boolean believed = synchronised.getAsBoolean();
    long beforeNanos = nanos();
    Instant at = wall.instant();
    long afterNanos = nanos();
    for (int i = 1; i < MAX_READINGS && afterNanos - beforeNanos > CLOSE_NANOS; i++) {
      beforeNanos = nanos();
      at = wall.instant();
      afterNanos = nanos();
    }
    // asked on both sides: a clock that is set right or wrong just now proves nothing
    Stamp stamp = new Stamp(at, beforeNanos, believed && synchronised.getAsBoolean());
    note(stamp);
    return stamp;
  }

  @Override
  public Stamp corrected(Stamp stamp) {
    Stamp first = reference;
    return first == null ? stamp : stamp.datedBy(first);
  }

  private void note(Stamp stamp) {
    if (stamp.clockSynchronised() != wasSynchronised) {
      change(stamp);
    }
  }

  private synchronized void change(Stamp stamp) {
    if (stamp.clockSynchronised() == wasSynchronised) {
      return; // another thread has seen it, too
    }
    wasSynchronised = stamp.clockSynchronised();
    if (wasSynchronised) {
      reference = stamp;
      Logger.info("the wall clock is synchronised: {}", stamp.at());
    } else {
      Logger.warn("the wall clock is no longer synchronised: readings say so until it is again");
    }
  }

  @Override
  public void sleepUntil(long deadlineNanos) throws InterruptedException {
    long leftNanos = deadlineNanos - nanos();
    while (leftNanos > 0) {
      LockSupport.parkNanos(this, leftNanos);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      leftNanos = deadlineNanos - nanos();
    }
  }
}
