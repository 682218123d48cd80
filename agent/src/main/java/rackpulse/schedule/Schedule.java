package rackpulse.schedule;

import java.time.Duration;
import java.util.List;

/// When which device of a bus is polled: each at its own period, the earliest deadline first.
///
/// Every period of a device has one release and one deadline, which is the next release. A poll
/// that begins after its deadline stands for all periods that have passed by then: those are
/// missed, counted, and never made up for, so polls are never bunched. Releases lie on a fixed
/// grid, so a late poll does not shift the ones after it.
///
/// No clock inside; used under the lock of its bus worker.
public final class Schedule {
  /// What [#next] says when nothing is due.
  public static final int NONE = -1;

  /// First polls are spread over this time at most, so that slow devices too have an early value.
  private static final long FIRST_ROUND_NANOS = Duration.ofSeconds(5).toNanos();

  private final long[] periodNanos;
  private final long[] releaseNanos;

  /// Where in its period each device's grid lies; negative once it is on its grid.
  private final long[] phaseNanos;

  private final long[] latenessNanos;
  private final long startNanos;
  private long polls;
  private long missed;
  private long windowPolls;
  private long windowLatenessNanos;
  private long windowMaxNanos;
  private long windowJitterNanos;

  /// How well the schedule was kept.
  ///
  /// @param polls begun since start
  /// @param missed skipped since start
  /// @param latenessMeanMillis mean delay of polls behind their release, in the window
  /// @param latenessMaxMillis the longest
  /// @param jitterMillis mean absolute change of a device's delay from poll to poll, in the window
  public record Statistics(
      long polls,
      long missed,
      double latenessMeanMillis,
      double latenessMaxMillis,
      double jitterMillis) {}

  /// Devices are numbered in the order of `periods`, and their phases are spread evenly.
  ///
  /// @param periods each longer than 0
  public Schedule(List<Duration> periods, long startNanos) {
    int devices = periods.size();
    this.startNanos = startNanos;
    periodNanos = new long[devices];
    releaseNanos = new long[devices];
    phaseNanos = new long[devices];
    latenessNanos = new long[devices];
    for (int device = 0; device < devices; device++) {
      double share = (double) device / devices;
      periodNanos[device] = periods.get(device).toNanos();
      phaseNanos[device] = (long) (periodNanos[device] * share);
      long first = Math.min(phaseNanos[device], (long) (FIRST_ROUND_NANOS * share));
      releaseNanos[device] = startNanos + first;
    }
  }

  /// The released device whose deadline is the earliest, or [#NONE].
  public int next(long nowNanos) {
    int next = NONE;
    for (int device = 0; device < releaseNanos.length; device++) {
      if (nowNanos - releaseNanos[device] >= 0
          && (next == NONE || deadlineNanos(device) - deadlineNanos(next) < 0)) {
        next = device;
      }
    }
    return next;
  }

  /// The next release of `device`.
  public long releaseNanos(int device) {
    return releaseNanos[device];
  }

  /// The earliest release of all devices.
  ///
  /// @param otherwiseNanos when there are no devices, or the releases are later
  public long nextReleaseNanos(long otherwiseNanos) {
    long earliest = otherwiseNanos;
    for (long release : releaseNanos) {
      earliest = release - earliest < 0 ? release : earliest;
    }
    return earliest;
  }

  /// The turn of `device`, which [#next] gave, begins.
  ///
  /// @param asked whether the device is polled in it, which is what lateness is about
  public void begin(int device, long nowNanos, boolean asked) {
    long release = releaseNanos[device];
    if (asked) {
      measure(device, nowNanos - release);
    }
    long next = afterwards(device, release);
    if (nowNanos - next >= 0) {
      long skipped = (nowNanos - next) / periodNanos[device] + 1;
      missed += skipped;
      next += skipped * periodNanos[device];
    }
    releaseNanos[device] = next;
  }

  private void measure(int device, long lateNanos) {
    polls++;
    windowPolls++;
    windowLatenessNanos += lateNanos;
    windowMaxNanos = Math.max(windowMaxNanos, lateNanos);
    windowJitterNanos += Math.abs(lateNanos - latenessNanos[device]);
    latenessNanos[device] = lateNanos;
  }

  /// How well the schedule was kept.
  ///
  /// @param newWindow whether lateness and jitter shall be measured anew from here
  public Statistics statistics(boolean newWindow) {
    double count = Math.max(1, windowPolls);
    Statistics statistics =
        new Statistics(
            polls,
            missed,
            windowLatenessNanos / count / 1e6,
            windowMaxNanos / 1e6,
            windowJitterNanos / count / 1e6);
    if (newWindow) {
      windowPolls = 0;
      windowLatenessNanos = 0;
      windowMaxNanos = 0;
      windowJitterNanos = 0;
    }
    return statistics;
  }

  private long deadlineNanos(int device) {
    return releaseNanos[device] + periodNanos[device];
  }

  /// After the early first poll a device joins its grid, half a period later at the earliest.
  private long afterwards(int device, long release) {
    if (phaseNanos[device] < 0) {
      return release + periodNanos[device];
    }
    long next = startNanos + phaseNanos[device];
    phaseNanos[device] = -1;
    return next - release < periodNanos[device] / 2 ? next + periodNanos[device] : next;
  }
}
