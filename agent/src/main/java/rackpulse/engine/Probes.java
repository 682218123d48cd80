package rackpulse.engine;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rackpulse.schedule.Schedule;

/// When which dormant device of a bus is probed, so that dead devices cost neither more bus time
/// than they may nor, where it can be helped, a poll of a device that answers.
///
/// Bus time is saved up, within bounds, and spent by failed polls; while it is overdrawn there are
/// no probes. So over any stretch of time dead devices cost at most their share of it, their share
/// of one minute that may have been saved, and one poll; and a device that dies three polls, which
/// are paid back by those that follow.
///
/// With `n` dead devices that cost `c` each, a device that comes back is noticed after the longest
/// time between two probes and `n · (c / share + 2 s)` at most, with `4 · c` while the deaths are
/// being paid back. When it has, all others are probed next, so what comes back together is noticed
/// together.
final class Probes {
  /// Enough for a few time-outs in a row when the agent starts on a rack that is half there.
  private static final long SAVED_NANOS = Duration.ofMinutes(1).toNanos();

  /// How long a probe waits for a moment in which it delays no poll.
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private final List<DeviceSession> devices;
  private final Schedule schedule;
  private final double share;
  private double savedNanos;
  private long lastNanos;
  private boolean ready;
  private long readyNanos;

  /// @param devices of the bus, numbered as in `schedule`
  /// @param share of the bus time that dead devices may cost, above 0, at most 1
  Probes(List<DeviceSession> devices, Schedule schedule, double share, long nowNanos) {
    this.devices = devices;
    this.schedule = schedule;
    this.share = share;
    savedNanos = SAVED_NANOS * share;
    lastNanos = nowNanos;
  }

  /// A poll failed and took `costNanos` of bus time.
  void spend(long costNanos, long nowNanos) {
    save(nowNanos);
    savedNanos -= costNanos;
  }

  /// Whether dead devices have cost more than they may.
  boolean overdrawn(long nowNanos) {
    save(nowNanos);
    return savedNanos < 0;
  }

  /// The device to be probed now, before all that is due, if any. One that fails the probe must be
  /// given a later time.
  @Nullable DeviceSession next(long nowNanos) {
    DeviceSession first = first();
    if (first == null || nowNanos - first.probeDueNanos() < 0 || overdrawn(nowNanos)) {
      ready = false;
      return null;
    }
    if (!ready) {
      ready = true;
      readyNanos = nowNanos;
    }
    boolean isPatient = nowNanos - readyNanos < PATIENCE.toNanos();
    if (isPatient && idleNanos(nowNanos) < first.failureCostNanos()) {
      return null;
    }
    ready = false;
    return first;
  }

  /// When to ask for the next probe again, unless polls give another moment; `otherwiseNanos` when
  /// that is earlier.
  long nextNanos(long nowNanos, long otherwiseNanos) {
    DeviceSession first = first();
    if (first == null) {
      return otherwiseNanos;
    }
    if (ready) {
      return earlier(otherwiseNanos, readyNanos + PATIENCE.toNanos());
    }
    long allowedNanos = nowNanos;
    if (overdrawn(nowNanos)) {
      allowedNanos += (long) Math.ceil(-savedNanos / share);
    }
    boolean isDueLater = first.probeDueNanos() - allowedNanos > 0;
    return earlier(otherwiseNanos, isDueLater ? first.probeDueNanos() : allowedNanos);
  }

  /// The dormant device whose probe is due first.
  private @Nullable DeviceSession first() {
    DeviceSession first = null;
    for (int i = 0; i < devices.size(); i++) {
      DeviceSession device = devices.get(i);
      if (device.dormant()
          && (first == null || device.probeDueNanos() - first.probeDueNanos() < 0)) {
        first = device;
      }
    }
    return first;
  }

  /// How long no device that answers is due.
  private long idleNanos(long nowNanos) {
    long idleNanos = Long.MAX_VALUE;
    for (int i = 0; i < devices.size(); i++) {
      if (!devices.get(i).dormant()) {
        idleNanos = Math.min(idleNanos, schedule.releaseNanos(i) - nowNanos);
      }
    }
    return idleNanos;
  }

  private void save(long nowNanos) {
    savedNanos = Math.min(SAVED_NANOS * share, savedNanos + (nowNanos - lastNanos) * share);
    lastNanos = nowNanos;
  }

  private static long earlier(long aNanos, long bNanos) {
    return aNanos - bNanos < 0 ? aNanos : bNanos;
  }
}
