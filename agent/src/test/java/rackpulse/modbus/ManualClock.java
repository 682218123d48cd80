package rackpulse.modbus;

/// A clock that moves only when somebody waits on it.
final class ManualClock implements MonotonicClock {
  private long nowNanos = 1_000_000_000L;

  /// How often somebody slept.
  int sleeps;

  /// How late a sleeping thread wakes.
  long wakeUpNanos;

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  @Override
  public void sleepUntil(long deadlineNanos) {
    if (deadlineNanos > nowNanos) {
      sleeps++;
      nowNanos = deadlineNanos + wakeUpNanos;
    }
  }

  void advance(long nanos) {
    nowNanos += nanos;
  }

  /// Moves on to `nanos` without that counting as a sleep.
  void reach(long nanos) {
    nowNanos = Math.max(nowNanos, nanos);
  }
}
