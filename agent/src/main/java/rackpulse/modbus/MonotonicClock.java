package rackpulse.modbus;

import java.util.concurrent.locks.LockSupport;

/// The clock by which a master waits; `System::nanoTime` is one.
@FunctionalInterface
public interface MonotonicClock {
  /// Nanoseconds since an arbitrary moment, as [System#nanoTime()]; also the clock of the
  /// [rackpulse.bus.Line] that the master uses.
  long nanoTime();

  /// Sleeps until `deadlineNanos`; returns at once when that has passed, and early, with the flag
  /// still set, when the thread is interrupted.
  default void sleepUntil(long deadlineNanos) {
    long leftNanos = deadlineNanos - nanoTime();
    while (leftNanos > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, leftNanos);
      leftNanos = deadlineNanos - nanoTime();
    }
  }
}
