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

  /// For so long the kernel is not asked again, unless the wall clock was set meanwhile.
  private static final long ANSWER_HOLDS_NANOS = 1_000_000_000;

  /// A wall clock that moves by so much against the monotonic one was set.
  private static final long STEP_NANOS = 10_000_000;

  private final InstantSource wall;
  private final LongSupplier monotonic;
  private final BooleanSupplier synchronised;

  /// The first stamp since the wall clock was synchronised, which dates those before.
  private volatile @Nullable Stamp reference;

  private volatile boolean wasSynchronised;
  private volatile @Nullable Answer answer;

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
    Reading reading = read();
    Answer last = answer;
    if (last == null || !last.holdsFor(reading)) {
      // asked on both sides: a clock that is set right or wrong just now proves nothing
      boolean believed = synchronised.getAsBoolean();
      reading = read();
      last = new Answer(believed && synchronised.getAsBoolean(), reading);
      answer = last;
    }
    Stamp stamp = new Stamp(reading.at, reading.monotonicNanos, last.isSynchronised);
    note(stamp);
    return stamp;
  }

  private Reading read() {
    long beforeNanos = nanos();
    Instant at = wall.instant();
    for (int i = 1; i < MAX_READINGS && nanos() - beforeNanos > CLOSE_NANOS; i++) {
      beforeNanos = nanos();
      at = wall.instant();
    }
    return new Reading(at, beforeNanos);
  }

  /// Both clocks at one moment.
  private record Reading(Instant at, long monotonicNanos) {
    /// What a step of the wall clock changes.
    long apartNanos() {
      return at.getEpochSecond() * 1_000_000_000 + at.getNano() - monotonicNanos;
    }
  }

  /// What the kernel said.
  private record Answer(boolean isSynchronised, Reading reading) {
    /// Whether it need not be asked again: it costs more than all the rest of a stamp.
    boolean holdsFor(Reading later) {
      return later.monotonicNanos - reading.monotonicNanos < ANSWER_HOLDS_NANOS
          && Math.abs(later.apartNanos() - reading.apartNanos()) < STEP_NANOS;
    }
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
    sleepUntil(deadlineNanos, () -> false);
  }

  @Override
  public void sleepUntil(long deadlineNanos, BooleanSupplier isWanted) throws InterruptedException {
    long leftNanos = deadlineNanos - nanos();
    while (leftNanos > 0 && !isWanted.getAsBoolean()) {
      LockSupport.parkNanos(this, leftNanos);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      leftNanos = deadlineNanos - nanos();
    }
  }
}
