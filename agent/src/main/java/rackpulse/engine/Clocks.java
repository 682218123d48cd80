package rackpulse.engine;

import java.util.function.BooleanSupplier;
import rackpulse.telemetry.Stamp;

/// Time as the engine sees it.
public interface Clocks {
  /// The monotonic clock: the only one that schedules and bounds look at. Comparable by difference
  /// only.
  long nanos();

  /// Now, on the wall clock and on the monotonic one.
  Stamp stamp();

  /// An earlier [#stamp] of this process with its true time, when the wall clock was not
  /// synchronised then and has been since; else as it is. Any thread may ask.
  Stamp corrected(Stamp stamp);

  /// Waits until [#nanos] reaches `deadlineNanos`; not at all when it has.
  void sleepUntil(long deadlineNanos) throws InterruptedException;

  /// The same, but ends when `isWanted`; whoever makes that true unparks the thread.
  default void sleepUntil(long deadlineNanos, BooleanSupplier isWanted)
      throws InterruptedException {
    if (!isWanted.getAsBoolean()) {
      sleepUntil(deadlineNanos);
    }
  }
}
