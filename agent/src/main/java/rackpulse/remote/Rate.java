package rackpulse.remote;

import java.time.Duration;

/// At most so many in any stretch of time, wherever it begins. Any thread may ask.
final class Rate {
  private final long windowNanos;
  private final long[] latestNanos;
  private int oldest;
  private int noted;

  /// @param most at least 1
  Rate(int most, Duration window) {
    latestNanos = new long[most];
    windowNanos = window.toNanos();
  }

  /// Whether one more is allowed now; it counts if it is.
  synchronized boolean allows(long nowNanos) {
    boolean isFull = noted == latestNanos.length;
    if (isFull && nowNanos - latestNanos[oldest] < windowNanos) {
      return false;
    }
    latestNanos[oldest] = nowNanos;
    oldest = (oldest + 1) % latestNanos.length;
    noted = isFull ? noted : noted + 1;
    return true;
  }
}
