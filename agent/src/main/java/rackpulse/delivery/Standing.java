package rackpulse.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceRemoval;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;

/// What must stand at the broker at all times: the description and state of every device and the
/// anomalies raised. It is said again after each connection, and before it expires there.
///
/// Any thread may call. Reports are said under the lock of this object, so that an older state
/// never overtakes a newer one.
final class Standing {
  /// A raised anomaly expires after a day at the broker.
  static final Duration ANOMALY_REFRESH = Duration.ofHours(12);

  private static final Duration SHORTEST_EXPIRY = Duration.ofMinutes(3);

  private final Map<String, DeviceDescription> descriptions = new LinkedHashMap<>();
  private final Map<String, Expiring> states = new LinkedHashMap<>();
  private final Map<String, Expiring> anomalies = new LinkedHashMap<>();
  private long nextDueNanos;

  /// @param nowNanos the monotonic clock at creation
  Standing(long nowNanos) {
    nextDueNanos = nowNanos + ANOMALY_REFRESH.toNanos();
  }

  /// A device's state expires at the broker after three of its intervals, three minutes at least;
  /// it is said again at half that time, so that one delayed refresh does no harm.
  static Duration stateRefresh(Duration every) {
    Duration expiry = every.multipliedBy(3);
    return (expiry.compareTo(SHORTEST_EXPIRY) < 0 ? SHORTEST_EXPIRY : expiry).dividedBy(2);
  }

  /// Notes what `report` makes true; to be called before the report itself goes to the outbox.
  synchronized void note(Report report, long nowNanos) {
    switch (report) {
      case DeviceDescription description -> descriptions.put(description.device(), description);
      case DeviceStatus status ->
          states.put(status.device(), expiring(status, refreshOf(status.device()), nowNanos));
      case DeviceRemoval removal -> {
        descriptions.remove(removal.device());
        states.remove(removal.device());
      }
      case Anomaly anomaly -> {
        if (anomaly.state() == Anomaly.State.RAISED) {
          anomalies.put(anomaly.id(), expiring(anomaly, ANOMALY_REFRESH, nowNanos));
        } else {
          anomalies.remove(anomaly.id());
        }
      }
      case Poll _, Loss _, Health _ -> {
        // said once; they stand nowhere
      }
    }
  }

  /// Says everything, in the order in which the broker shall have it after a connection.
  synchronized void sayAll(Stamp stamp, Consumer<Report> outbox) {
    descriptions.values().forEach(outbox);
    states.values().forEach(state -> say(state, stamp, outbox));
    anomalies.values().forEach(anomaly -> say(anomaly, stamp, outbox));
  }

  /// Says again what would expire, when it is time.
  synchronized void refresh(Stamp stamp, Consumer<Report> outbox) {
    long nowNanos = stamp.monotonicNanos();
    if (nowNanos - nextDueNanos < 0) {
      return;
    }
    nextDueNanos = nowNanos + ANOMALY_REFRESH.toNanos();
    for (Map<String, Expiring> lane : List.of(states, anomalies)) {
      for (Expiring expiring : lane.values()) {
        if (nowNanos - expiring.dueNanos >= 0) {
          say(expiring, stamp, outbox);
        }
        nextDueNanos = earlier(nextDueNanos, expiring.dueNanos);
      }
    }
  }

  /// How long until [#refresh] has something to say.
  synchronized long untilRefreshNanos(long nowNanos) {
    return nextDueNanos - nowNanos;
  }

  /// Says the states with which the agent takes its leave: offline, all of them.
  synchronized void sayFarewell(Stamp stamp, String reason, Consumer<Report> outbox) {
    for (Expiring state : states.values()) {
      DeviceStatus last = (DeviceStatus) state.report;
      Instant since = last.online() ? stamp.at() : since(last, stamp);
      outbox.accept(new DeviceStatus(last.device(), stamp, false, since, reason));
    }
  }

  private Duration refreshOf(String device) {
    DeviceDescription description = descriptions.get(device);
    return stateRefresh(description == null ? Duration.ZERO : description.every());
  }

  private Expiring expiring(Report report, Duration refresh, long nowNanos) {
    Expiring expiring = new Expiring(report, refresh.toNanos(), nowNanos + refresh.toNanos());
    nextDueNanos = earlier(nextDueNanos, expiring.dueNanos);
    return expiring;
  }

  private static void say(Expiring expiring, Stamp stamp, Consumer<Report> outbox) {
    Report report = expiring.report;
    if (report instanceof DeviceStatus last) {
      Instant since = since(last, stamp);
      report = new DeviceStatus(last.device(), stamp, last.online(), since, last.reason());
    }
    outbox.accept(report);
    expiring.dueNanos = stamp.monotonicNanos() + expiring.refreshNanos;
  }

  /// When the state began, with its true date once the wall clock has been synchronised.
  private static Instant since(DeviceStatus status, Stamp now) {
    Stamp then = status.stamp();
    return status.since().plus(Duration.between(then.at(), then.datedBy(now).at()));
  }

  private static long earlier(long aNanos, long bNanos) {
    return aNanos - bNanos < 0 ? aNanos : bNanos;
  }

  /// A report that the broker forgets unless it is said again.
  private static final class Expiring {
    final Report report;
    final long refreshNanos;
    long dueNanos;

    Expiring(Report report, long refreshNanos, long dueNanos) {
      this.report = report;
      this.refreshNanos = refreshNanos;
      this.dueNanos = dueNanos;
    }
  }
}
