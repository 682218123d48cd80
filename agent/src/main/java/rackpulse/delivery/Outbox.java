package rackpulse.delivery;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceRemoval;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;

/// What the broker does not yet have, bounded in bytes, in the order in which it shall go:
///
/// ```
/// urgent     anomalies                        the latest state of each
/// standing   descriptions, states, health     the latest of each subject
/// live       polls                            the latest of each device
/// backlog    losses, then older polls         in the order in which they were taken
/// ```
///
/// A newer poll turns an older one of its device, still waiting here, into backlog, so readings
/// that look live are live. Polls and losses that lie in the spool are here only as far as they are
/// live or go next. When the bytes of all others run out the oldest go and become a [Loss]. Polls
/// are neither dropped nor doubled otherwise: each one put in is acknowledged, told as lost, or
/// waiting.
///
/// Any thread may [#put]; [#polls] and what has a place in the spool in its signature is for the
/// spool thread, all else for the publish thread.
public final class Outbox {
  /// Anomalies kept while the broker is away, each with its latest state; far more than a rack can
  /// have at once, so it only bounds one that comes and goes for days.
  static final int MAX_ANOMALIES = 1000;

  private final Losses losses;
  private final SequencedMap<String, Entry> urgent = new LinkedHashMap<>();
  private final SequencedMap<String, Entry> standing = new LinkedHashMap<>();
  private final Map<Long, Entry> inFlight = new HashMap<>();
  private final PollLanes polls;

  /// The ticket of the newest report on each subject. One that comes back unsent is stale unless it
  /// is the newest. Bounded by the devices and channels that are configured.
  private final Map<String, Long> newest = new HashMap<>();

  private long delivered;
  private long droppedAnomalies;

  /// Polls on their way to the spool, which come back here.
  private int expected;

  private @Nullable Runnable keeper;

  /// @param maxBytes memory for polls; what the broker must know of devices and anomalies has
  ///   bounds of its own
  /// @param correction dates polls of this run again when they are sent later: the wall clock may
  ///   have been set right since
  public Outbox(long maxBytes, Uplink uplink, Losses losses, UnaryOperator<Stamp> correction) {
    this.losses = losses;
    polls = new PollLanes(maxBytes, uplink, losses, correction);
  }

  /// For those whose clock is always right.
  Outbox(long maxBytes, Uplink uplink, Losses losses) {
    this(maxBytes, uplink, losses, UnaryOperator.identity());
  }

  /// A message taken out for sending; its fate is to be told by [#settle] under `id`.
  ///
  /// @param backlog whether it is a loss or an older poll, which go at a bounded rate
  record Parcel(long id, Uplink.Message message, boolean backlog) {}

  /// What waits here.
  ///
  /// @param messages not acknowledged, those in flight included
  /// @param bytes the memory they take
  /// @param oldestNanos when the oldest poll among them was taken, on the monotonic clock; empty
  ///   when there is none
  /// @param earlier when the oldest poll of an earlier run was taken, if there is one
  /// @param delivered messages acknowledged since start
  public record Depth(
      long messages,
      long bytes,
      OptionalLong oldestNanos,
      Optional<Instant> earlier,
      long delivered) {}

  /// Takes a report for delivery.
  public synchronized void put(Report report) {
    switch (report) {
      case Poll poll -> polls.putLive(poll, 0);
      case Loss loss -> losses.add(loss);
      case Anomaly anomaly -> putUrgent(anomaly);
      case DeviceDescription description -> {
        polls.gone(description.device(), false);
        replaceStanding("meta/", description.device(), report);
      }
      case DeviceStatus status -> replaceStanding("status/", status.device(), report);
      case DeviceRemoval removal -> {
        // one subject with the description: whichever is newer holds
        replaceStanding("meta/", removal.device(), report);
        polls.discard(standing.remove("status/" + removal.device()));
        polls.gone(removal.device(), true);
      }
      case Health _ -> replaceStanding("health/", "", report);
    }
    polls.makeRoom();
  }

  /// The next message to send, now in flight; null when nothing may go.
  ///
  /// @param withBacklog whether losses and older polls may go now
  synchronized @Nullable Parcel next(boolean withBacklog) {
    Entry entry = pollFirst(urgent);
    if (entry == null) {
      entry = pollFirst(standing);
    }
    if (entry == null) {
      entry = polls.nextLive();
    }
    boolean fromBacklog = entry == null;
    if (fromBacklog && withBacklog) {
      entry = polls.nextOfBacklog();
    }
    Runnable hook = keeper;
    if (hook != null && polls.stored().isWanting()) {
      hook.run();
    }
    if (entry == null) {
      return null;
    }
    inFlight.put(entry.ticket, entry);
    Uplink.Message message = entry.message;
    if (message == null) {
      message = polls.encode(entry, fromBacklog);
    }
    return new Parcel(entry.ticket, message, fromBacklog);
  }

  /// Whether something waits that [#next] gives only `withBacklog`.
  synchronized boolean hasBacklog() {
    return polls.hasBacklog();
  }

  /// Ends the flight of the message `id`.
  ///
  /// @return the report, when it has arrived and was not a poll from the backlog
  synchronized @Nullable Report settle(long id, Uplink.Fate fate) {
    Entry entry = inFlight.remove(id);
    if (entry == null) {
      return null;
    }
    switch (fate) {
      case ACKNOWLEDGED -> {
        delivered++;
        polls.discard(entry);
        if (entry.stored()) {
          polls.stored().acknowledge(entry);
        }
        return entry.report;
      }
      case UNSENT -> putBack(entry);
      case TOO_LARGE -> polls.lose(entry, Loss.Cause.TOO_LARGE);
      case REFUSED -> polls.lose(entry, Loss.Cause.REFUSED);
    }
    polls.makeRoom();
    return null;
  }

  /// Turns every poll still waiting into a loss, so that at least this can be told before the agent
  /// stops.
  ///
  /// @return how many polls that were
  synchronized int abandonPolls() {
    int abandoned = 0;
    for (Entry entry = polls.oldestPoll(); entry != null; entry = polls.oldestPoll()) {
      polls.lose(entry, Loss.Cause.AGENT_STOPPED);
      abandoned++;
    }
    return abandoned;
  }

  /// Whether nothing waits and nothing is in flight, except what is safe in the spool.
  synchronized boolean isEmpty() {
    boolean losing = !isSpooling() && losses.waiting() > 0;
    return expected + inFlight.size() + polls.waiting() + ofState() == 0 && !losing;
  }

  private long ofState() {
    return (long) urgent.size() + standing.size();
  }

  /// What waits now; any thread may ask.
  public synchronized Depth depth() {
    long messages = polls.messages() + ofState();
    long oldestNanos = Long.MAX_VALUE;
    Optional<Instant> earlier = Optional.empty();
    List<Entry> oldest = polls.oldest();
    oldest.addAll(inFlight.values());
    for (Entry entry : oldest) {
      oldestNanos = Math.min(oldestNanos, takenNanos(entry));
      earlier = entry.ours() || !entry.poll() ? earlier : Optional.of(entry.stamp.at());
    }
    for (Entry entry : inFlight.values()) {
      messages += entry.stored() ? 0 : 1; // those are among the messages of the spool
    }
    return new Depth(
        messages,
        polls.bytes(),
        oldestNanos == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(oldestNanos),
        earlier,
        delivered);
  }

  private static long takenNanos(Entry entry) {
    return entry.poll() && entry.ours() ? entry.stamp.monotonicNanos() : Long.MAX_VALUE;
  }

  /// Has `hook` run whenever the spool thread has something to do here.
  synchronized void keptBy(Runnable hook) {
    keeper = hook;
    polls.keepPolls();
  }

  /// Whether polls are safe in the spool.
  synchronized boolean isSpooling() {
    return polls.stored().open();
  }

  /// Lets the spool thread ask and tell.
  synchronized <T> T polls(BiFunction<PollLanes, Collection<Entry>, T> what) {
    return what.apply(polls, inFlight.values());
  }

  /// A poll is on its way to the spool.
  synchronized void expect() {
    expected++;
  }

  /// A poll that was expected does not come.
  synchronized void unexpect() {
    expected--;
  }

  /// Takes a poll that was expected.
  ///
  /// @param place in the spool; 0 when it is not there
  synchronized void putExpected(Poll poll, long place) {
    expected--;
    polls.putLive(poll, place);
    polls.makeRoom();
  }

  /// Whether the fate of something stored is open, so that the spool has to hear of it soon.
  synchronized boolean isSettling() {
    return polls.stored().hasNews() || inFlight.values().stream().anyMatch(Entry::stored);
  }

  private void putUrgent(Anomaly anomaly) {
    replace(urgent, anomaly.id(), subjectOf(anomaly), anomaly);
    if (urgent.size() > MAX_ANOMALIES) {
      polls.discard(pollFirst(urgent));
      if (droppedAnomalies++ == 0) {
        Logger.warn("{} anomalies wait for the broker: the oldest are dropped", MAX_ANOMALIES);
      }
    }
  }

  private void replaceStanding(String subject, String device, Report report) {
    String key = subject + device;
    replace(standing, key, key, report);
  }

  /// The newer report goes to the end, so that what was put in one order is sent in that order.
  private void replace(
      SequencedMap<String, Entry> lane, String key, String subject, Report report) {
    polls.discard(lane.remove(key));
    lane.put(key, issue(new Entry(polls.ticket(), lane, key, subject, report)));
  }

  private Entry issue(Entry entry) {
    newest.put(entry.subject, entry.ticket);
    polls.count(entry, entry.bytes);
    return entry;
  }

  private void putBack(Entry entry) {
    switch (entry.report) {
      case null -> polls.putBack(entry);
      case Poll _ -> polls.putBack(entry);
      case Loss _ -> polls.putBack(entry);
      case Anomaly _, DeviceDescription _, DeviceStatus _, DeviceRemoval _, Health _ -> {
        if (entry.lane != null && Objects.equals(newest.get(entry.subject), entry.ticket)) {
          entry.lane.putFirst(entry.key, entry);
        } else {
          polls.discard(entry);
        }
      }
    }
  }

  private static @Nullable Entry pollFirst(SequencedMap<String, Entry> lane) {
    var first = lane.pollFirstEntry();
    return first == null ? null : first.getValue();
  }

  /// The topic in other words: two anomalies with different ids can follow each other on one.
  private static String subjectOf(Anomaly anomaly) {
    return anomaly.channel().path() + "/" + anomaly.kind();
  }
}
