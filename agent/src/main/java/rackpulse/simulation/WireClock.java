package rackpulse.simulation;

import java.util.concurrent.locks.LockSupport;

/// The time that simulated wires and chips take.
@FunctionalInterface
public interface WireClock {
  /// Nanoseconds since an arbitrary moment; comparable by difference only.
  long nanoTime();

  /// Waits until `deadlineNanos`; returns early, with the flag still set, when the thread is
  /// interrupted.
  default void sleepUntil(long deadlineNanos) {
    long leftNanos = deadlineNanos - nanoTime();
    while (leftNanos > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, leftNanos);
      leftNanos = deadlineNanos - nanoTime();
    }
  }
}
