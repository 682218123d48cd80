package rackpulse.delivery;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;

/// The work of the publish thread: keeps the session, sends what waits in the outbox within the
/// in-flight window, and says again what must stand at the broker.
///
/// [#offer], [#finish], [#statistics] and [#depth] are for any thread, all else for the publish
/// thread.
public final class Publisher {
  /// What may go from the backlog at once: one full window.
  static final int BACKLOG_BURST = 16;

  /// Longest wait, so that the supervisor sees this thread alive.
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

  /// How old what [#statistics] says may be.
  private static final long STATISTICS_EVERY_NANOS = Duration.ofSeconds(1).toNanos();

  private final Uplink uplink;
  private final Outbox outbox;
  private final Consumer<Report> arrived;
  private final Supplier<Stamp> clock;
  private final Standing standing;
  private final Pace backlogPace;
  private long announcedConnection = -1;
  private long statisticsDueNanos;
  private volatile Uplink.Statistics statistics;
  private volatile @Nullable Deadline deadline;

  /// By when the agent has to be gone.
  private record Deadline(long atNanos) {}

  /// @param arrived told of every report that the broker has, other than polls of the backlog
  /// @param backlogPerSecond messages that may go from the backlog in a second, at least 1, so that
  ///   after an outage neither the broker nor the live readings suffer
  public Publisher(
      Uplink uplink,
      Outbox outbox,
      Consumer<Report> arrived,
      Supplier<Stamp> clock,
      int backlogPerSecond) {
    this.uplink = uplink;
    this.outbox = outbox;
    this.arrived = arrived;
    this.clock = clock;
    long nowNanos = clock.get().monotonicNanos();
    standing = new Standing(nowNanos);
    backlogPace = new Pace(backlogPerSecond, BACKLOG_BURST, nowNanos);
    statistics = uplink.statistics();
    statisticsDueNanos = nowNanos;
  }

  /// Takes a report for delivery.
  public void offer(Report report) {
    if (!(report instanceof Poll)) {
      standing.note(report, clock.get().monotonicNanos());
    }
    outbox.put(report);
    uplink.wake();
  }

  /// Lets [#work] take its leave: all devices offline, what still can be sent, goodbye.
  ///
  /// @param deadlineNanos by when it has to be over, on the monotonic clock
  public void finish(long deadlineNanos) {
    deadline = new Deadline(deadlineNanos);
    uplink.wake();
  }

  /// The session as it was a moment ago.
  public Uplink.Statistics statistics() {
    return statistics;
  }

  /// What waits now.
  public Outbox.Depth depth() {
    return outbox.depth();
  }

  /// What waits now and what was lost.
  ///
  /// @param now on the clock that stamps polls
  /// @param lost polls lost since start, by cause
  public Health.Delivery health(Stamp now, Map<String, Long> lost, Health.Spool spool) {
    Outbox.Depth depth = outbox.depth();
    Uplink.Statistics broker = statistics;
    double oldestSeconds = 0;
    if (depth.oldestNanos().isPresent()) {
      oldestSeconds = (now.monotonicNanos() - depth.oldestNanos().getAsLong()) / 1e9;
    }
    if (depth.earlier().isPresent()) {
      Duration age = Duration.between(depth.earlier().get(), now.at());
      oldestSeconds = Math.max(oldestSeconds, age.toMillis() / 1e3);
    }
    return new Health.Delivery(
        depth.messages(),
        depth.bytes(),
        Math.max(0, oldestSeconds),
        depth.delivered(),
        lost,
        broker.reconnects(),
        broker.certificateExpiry(),
        broker.notes(),
        spool);
  }

  /// One round: returns when something may have changed, after 20 s at most beside the time that a
  /// connection attempt takes.
  ///
  /// @return whether there is a next round
  public boolean work() {
    Deadline end = deadline;
    if (end != null) {
      takeLeave(end.atNanos);
      return false;
    }
    uplink.maintain();
    Stamp now = clock.get();
    long connection = uplink.connection();
    if (connection != announcedConnection) {
      announcedConnection = connection;
      statisticsDueNanos = now.monotonicNanos();
      if (connection >= 0) {
        standing.sayAll(now, outbox::put);
      }
    }
    standing.refresh(now, outbox::put);
    settle();
    pump(now.monotonicNanos());
    if (now.monotonicNanos() - statisticsDueNanos >= 0) {
      statistics = uplink.statistics();
      statisticsDueNanos = now.monotonicNanos() + STATISTICS_EVERY_NANOS;
    }
    uplink.await(patience(now.monotonicNanos()));
    return true;
  }

  private void settle() {
    for (Uplink.Settled settled : uplink.settled()) {
      Report delivered = outbox.settle(settled.id(), settled.fate());
      if (delivered != null) {
        arrived.accept(delivered);
      }
    }
  }

  private void pump(long nowNanos) {
    backlogPace.refill(nowNanos);
    while (uplink.room() > 0) {
      Outbox.Parcel parcel = outbox.next(backlogPace.allows());
      if (parcel == null) {
        return;
      }
      if (parcel.backlog()) {
        backlogPace.take();
      }
      uplink.send(parcel.id(), parcel.message());
    }
  }

  private Duration patience(long nowNanos) {
    long nanos = Math.min(LONGEST_WAIT.toNanos(), uplink.untilMaintenance().toNanos());
    nanos = Math.min(nanos, standing.untilRefreshNanos(nowNanos));
    if (uplink.room() > 0 && outbox.hasBacklog()) {
      nanos = Math.min(nanos, backlogPace.untilAllowedNanos());
    }
    return Duration.ofNanos(Math.max(0, nanos));
  }

  /// The first half of the time is for delivering everything, the rest for telling what was not.
  private void takeLeave(long deadlineNanos) {
    Stamp start = clock.get();
    standing.sayFarewell(start, "agent-stopped", outbox::put);
    long halfNanos = (deadlineNanos - start.monotonicNanos()) / 2;
    drain(start.monotonicNanos() + halfNanos);
    int abandoned = outbox.isSpooling() ? 0 : outbox.abandonPolls();
    if (abandoned > 0) {
      Logger.warn("{} polls could not be delivered before the agent stopped", abandoned);
      drain(deadlineNanos - halfNanos / 2);
    }
    uplink.goodbye(Duration.ofNanos(Math.max(0, deadlineNanos - nanos())));
    uplink.close();
  }

  /// Sends as fast as the window allows until nothing waits, the connection is lost, or it is late.
  private void drain(long untilNanos) {
    long leftNanos = untilNanos - nanos();
    while (uplink.connection() >= 0 && leftNanos > 0) {
      settle();
      if (outbox.isEmpty()) {
        return;
      }
      while (uplink.room() > 0) {
        Outbox.Parcel parcel = outbox.next(!outbox.isSpooling());
        if (parcel == null) {
          break;
        }
        uplink.send(parcel.id(), parcel.message());
      }
      uplink.await(Duration.ofNanos(leftNanos));
      leftNanos = untilNanos - nanos();
    }
  }

  private long nanos() {
    return clock.get().monotonicNanos();
  }

  /// A token bucket.
  private static final class Pace {
    private final long tokenNanos;
    private final long fullNanos;
    private long savedNanos;
    private long lastNanos;

    Pace(int perSecond, int burst, long nowNanos) {
      tokenNanos = Duration.ofSeconds(1).toNanos() / perSecond;
      fullNanos = burst * tokenNanos;
      savedNanos = fullNanos;
      lastNanos = nowNanos;
    }

    void refill(long nowNanos) {
      savedNanos = Math.min(fullNanos, savedNanos + nowNanos - lastNanos);
      lastNanos = nowNanos;
    }

    boolean allows() {
      return savedNanos >= tokenNanos;
    }

    void take() {
      savedNanos -= tokenNanos;
    }

    long untilAllowedNanos() {
      return Math.max(0, tokenNanos - savedNanos);
    }
  }
}
