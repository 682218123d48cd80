package rackpulse.delivery;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.TreeMap;
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
/// that look live are live. When the bytes run out the oldest polls go and become a [Loss]. Polls
/// are neither dropped nor doubled otherwise: each one put in is acknowledged, told as lost, or
/// waiting.
///
/// Any thread may [#put]; all else belongs to the publish thread.
public final class Outbox {
  /// Memory of a waiting message beside its encoded bytes: entry, map node, references.
  static final int ENTRY_BYTES = 160;

  /// Memory of a sample that is not yet encoded: reading and boxed reference, about.
  private static final int SAMPLE_BYTES = 48;

  /// Anomalies kept while the broker is away, each with its latest state; far more than a rack can
  /// have at once, so it only bounds one that comes and goes for days.
  static final int MAX_ANOMALIES = 1000;

  private final long maxBytes;
  private final Uplink uplink;
  private final Losses losses;
  private final SequencedMap<String, Entry> urgent = new LinkedHashMap<>();
  private final SequencedMap<String, Entry> standing = new LinkedHashMap<>();
  private final SequencedMap<String, Entry> live = new LinkedHashMap<>();
  private final TreeMap<Long, Entry> backlog = new TreeMap<>();
  private final Map<Long, Entry> inFlight = new HashMap<>();

  /// The ticket of the newest report on each subject. One that comes back unsent is stale unless it
  /// is the newest. Bounded by the devices and channels that are configured.
  private final Map<String, Long> newest = new HashMap<>();

  private long lastTicket;
  private long bytes;

  /// Those of `bytes` that polls take.
  private long pollBytes;

  private long delivered;
  private long droppedAnomalies;

  /// @param maxBytes memory for polls; what the broker must know of devices and anomalies has
  ///   bounds of its own
  public Outbox(long maxBytes, Uplink uplink, Losses losses) {
    this.maxBytes = maxBytes;
    this.uplink = uplink;
    this.losses = losses;
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
  /// @param delivered messages acknowledged since start
  public record Depth(long messages, long bytes, OptionalLong oldestNanos, long delivered) {}

  /// Takes a report for delivery.
  public synchronized void put(Report report) {
    switch (report) {
      case Poll poll -> putLive(poll);
      case Loss loss -> losses.add(loss);
      case Anomaly anomaly -> putUrgent(anomaly);
      case DeviceDescription description -> replaceStanding("meta/", description.device(), report);
      case DeviceStatus status -> replaceStanding("status/", status.device(), report);
      case DeviceRemoval removal -> {
        // one subject with the description: whichever is newer holds
        replaceStanding("meta/", removal.device(), report);
        discard(standing.remove("status/" + removal.device()));
      }
      case Health _ -> replaceStanding("health/", "", report);
    }
    makeRoom();
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
      entry = pollFirst(live);
    }
    boolean fromBacklog = entry == null;
    if (fromBacklog && withBacklog) {
      entry = nextOfBacklog();
    }
    if (entry == null) {
      return null;
    }
    inFlight.put(entry.ticket, entry);
    Uplink.Message message = entry.message;
    if (message == null) {
      message = encode(entry, false);
    }
    return new Parcel(entry.ticket, message, fromBacklog);
  }

  /// Whether something waits that [#next] gives only `withBacklog`.
  synchronized boolean hasBacklog() {
    return !backlog.isEmpty() || losses.waiting() > 0;
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
        discard(entry);
        return entry.report;
      }
      case UNSENT -> putBack(entry);
      case TOO_LARGE -> lose(entry, Loss.Cause.TOO_LARGE);
      case REFUSED -> lose(entry, Loss.Cause.REFUSED);
    }
    makeRoom();
    return null;
  }

  /// Turns every poll still waiting into a loss, so that at least this can be told before the agent
  /// stops.
  ///
  /// @return how many polls that were
  synchronized int abandonPolls() {
    int abandoned = 0;
    for (Entry entry = oldestPoll(); entry != null; entry = oldestPoll()) {
      lose(entry, Loss.Cause.AGENT_STOPPED);
      abandoned++;
    }
    return abandoned;
  }

  /// Whether nothing waits and nothing is in flight.
  synchronized boolean isEmpty() {
    return depth().messages() == 0;
  }

  /// What waits now; any thread may ask.
  public synchronized Depth depth() {
    long messages = (long) urgent.size() + standing.size() + live.size() + backlog.size();
    long oldestNanos = Long.MAX_VALUE;
    if (!backlog.isEmpty()) {
      oldestNanos = backlog.firstEntry().getValue().takenNanos();
    }
    for (Entry entry : live.values()) {
      oldestNanos = Math.min(oldestNanos, entry.takenNanos());
    }
    for (Entry entry : inFlight.values()) {
      oldestNanos = Math.min(oldestNanos, entry.takenNanos());
    }
    return new Depth(
        messages + inFlight.size() + losses.waiting(),
        bytes,
        oldestNanos == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(oldestNanos),
        delivered);
  }

  private void putLive(Poll poll) {
    Entry older = live.remove(poll.device());
    if (older != null) {
      demote(older);
    }
    live.put(poll.device(), issue(new Entry(++lastTicket, poll)));
  }

  private void putUrgent(Anomaly anomaly) {
    replace(urgent, anomaly.id(), subjectOf(anomaly), anomaly);
    if (urgent.size() > MAX_ANOMALIES) {
      discard(pollFirst(urgent));
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
    discard(lane.remove(key));
    lane.put(key, issue(new Entry(++lastTicket, lane, key, subject, report)));
  }

  private Entry issue(Entry entry) {
    newest.put(entry.subject, entry.ticket);
    count(entry, entry.bytes);
    return entry;
  }

  private @Nullable Entry nextOfBacklog() {
    Loss loss = losses.take();
    if (loss != null) {
      Entry entry = new Entry(++lastTicket, loss);
      count(entry, entry.bytes);
      return entry;
    }
    var oldest = backlog.pollFirstEntry();
    return oldest == null ? null : oldest.getValue();
  }

  private void putBack(Entry entry) {
    boolean isNewest = Objects.equals(newest.get(entry.subject), entry.ticket);
    switch (entry.report) {
      case null -> backlog.put(entry.ticket, entry);
      case Poll _ -> {
        if (isNewest) {
          live.putFirst(entry.key, entry);
        } else {
          demote(entry);
        }
      }
      case Loss loss -> {
        losses.putBack(loss);
        discard(entry);
      }
      case Anomaly _, DeviceDescription _, DeviceStatus _, DeviceRemoval _, Health _ -> {
        if (isNewest && entry.lane != null) {
          entry.lane.putFirst(entry.key, entry);
        } else {
          discard(entry);
        }
      }
    }
  }

  /// From live to backlog: encoded anew, and the poll itself is let go.
  private void demote(Entry entry) {
    encode(entry, true);
    entry.report = null;
    backlog.put(entry.ticket, entry);
  }

  private Uplink.Message encode(Entry entry, boolean historical) {
    Uplink.Message message = uplink.encode(Objects.requireNonNull(entry.report), historical);
    int encodedBytes = ENTRY_BYTES + message.bytes();
    count(entry, encodedBytes - entry.bytes);
    entry.bytes = encodedBytes;
    entry.message = message;
    return message;
  }

  private void makeRoom() {
    while (pollBytes > maxBytes) {
      Entry entry = oldestPoll();
      if (entry == null) {
        return;
      }
      lose(entry, Loss.Cause.MEMORY_OVERFLOW);
    }
  }

  /// The poll that has waited longest, no longer here.
  private @Nullable Entry oldestPoll() {
    var oldest = backlog.pollFirstEntry();
    return oldest == null ? pollFirst(live) : oldest.getValue();
  }

  private void lose(Entry entry, Loss.Cause cause) {
    if (entry.poll()) {
      losses.add(new Loss(entry.key, entry.stamp, entry.sequence, entry.sequence, cause));
    }
    discard(entry);
  }

  private void discard(@Nullable Entry entry) {
    if (entry != null) {
      count(entry, -entry.bytes);
    }
  }

  private void count(Entry entry, int moreBytes) {
    bytes += moreBytes;
    pollBytes += entry.poll() ? moreBytes : 0;
  }

  private static @Nullable Entry pollFirst(SequencedMap<String, Entry> lane) {
    var first = lane.pollFirstEntry();
    return first == null ? null : first.getValue();
  }

  /// The topic in other words: two anomalies with different ids can follow each other on one.
  private static String subjectOf(Anomaly anomaly) {
    return anomaly.channel().path() + "/" + anomaly.kind();
  }

  /// One report on its way.
  private static final class Entry {
    final long ticket;
    final @Nullable SequencedMap<String, Entry> lane;
    final String key;
    final String subject;
    final Stamp stamp;

    /// Of a poll; 0 for everything else.
    final long sequence;

    /// Null for a poll in the backlog, of which only the message is kept.
    @Nullable Report report;

    Uplink.@Nullable Message message;
    int bytes = ENTRY_BYTES;

    Entry(long ticket, Poll poll) {
      this.ticket = ticket;
      lane = null;
      key = poll.device();
      subject = key;
      stamp = poll.stamp();
      sequence = poll.sequence();
      report = poll;
      bytes += SAMPLE_BYTES * poll.samples().size();
    }

    Entry(long ticket, Loss loss) {
      this(ticket, null, "", "", loss);
    }

    Entry(
        long ticket,
        @Nullable SequencedMap<String, Entry> lane,
        String key,
        String subject,
        Report report) {
      this.ticket = ticket;
      this.lane = lane;
      this.key = key;
      this.subject = subject;
      this.report = report;
      stamp = report.stamp();
      sequence = 0;
    }

    boolean poll() {
      return sequence > 0;
    }

    long takenNanos() {
      return poll() ? stamp.monotonicNanos() : Long.MAX_VALUE;
    }
  }
}
