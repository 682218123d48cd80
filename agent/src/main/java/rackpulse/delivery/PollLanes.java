package rackpulse.delivery;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import rackpulse.spool.Record;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;

/// Polls and losses on their way: the live poll of each device, those in memory alone, and what of
/// the spool goes next. Guarded by the lock of the outbox.
final class PollLanes {
  private final long maxBytes;
  private final Uplink uplink;
  private final Losses losses;
  private final UnaryOperator<Stamp> correction;
  private final SequencedMap<String, Entry> live = new LinkedHashMap<>();
  private final TreeMap<Long, Entry> backlog = new TreeMap<>();
  private final Stored stored = new Stored();

  /// The ticket of the newest poll of each device.
  private final Map<String, Long> newest = new HashMap<>();

  /// Devices that have left the configuration: what they said last shall not stand at the broker.
  private final Set<String> gone = new HashSet<>();

  private long lastTicket;
  private long bytes;

  /// Those of `bytes` that polls in memory alone take.
  private long pollBytes;

  /// Why polls that do not fit into memory are lost.
  private Loss.Cause overflow = Loss.Cause.MEMORY_OVERFLOW;

  /// Messages in the spool.
  private long spooled;

  private long lastDropped;

  private boolean keepsPolls;

  PollLanes(long maxBytes, Uplink uplink, Losses losses, UnaryOperator<Stamp> correction) {
    this.maxBytes = maxBytes;
    this.uplink = uplink;
    this.losses = losses;
    this.correction = correction;
  }

  long ticket() {
    return ++lastTicket;
  }

  Stored stored() {
    return stored;
  }

  long bytes() {
    return bytes;
  }

  /// Keeps polls as they are, since the spool may take them later.
  void keepPolls() {
    keepsPolls = true;
  }

  /// Whether polls are safe in the spool.
  ///
  /// @param cause why polls that do not fit into memory are lost meanwhile
  void spooling(boolean now, Loss.Cause cause) {
    stored.open(now);
    overflow = cause;
  }

  /// What waits in memory to be sent.
  long waiting() {
    return (long) live.size() + backlog.size();
  }

  /// What waits in memory or in the spool.
  long messages() {
    long alone = (long) backlog.size() + (stored.open() ? 0 : losses.waiting());
    return spooled + alone + live.values().stream().filter(entry -> !entry.stored()).count();
  }

  boolean hasBacklog() {
    return !backlog.isEmpty() || losses.waiting() > 0 || !stored.isEmpty();
  }

  /// The oldest of each lane.
  List<Entry> oldest() {
    List<Entry> oldest = new ArrayList<>(live.values());
    if (!backlog.isEmpty()) {
      oldest.add(backlog.firstEntry().getValue());
    }
    Entry read = stored.oldest();
    if (read != null) {
      oldest.add(read);
    }
    return oldest;
  }

  void putLive(Poll poll, long place) {
    Entry older = live.remove(poll.device());
    if (older != null) {
      demote(older);
    }
    Entry entry = new Entry(++lastTicket, poll, Entry.OURS, place);
    entry.barrier = stored.last();
    stored.placed(place);
    count(entry, entry.bytes);
    newest.put(entry.key, entry.ticket);
    if (gone.contains(poll.device())) {
      demote(entry);
    } else {
      live.put(poll.device(), entry);
    }
  }

  /// Takes what `device` said and will say as history, or from now on as its latest again.
  void gone(String device, boolean isGone) {
    Entry latest = isGone && gone.add(device) ? live.remove(device) : null;
    if (latest != null) {
      demote(latest);
    } else if (!isGone) {
      gone.remove(device);
    }
  }

  @Nullable Entry nextLive() {
    for (Entry entry : live.values()) {
      if (!entry.stored() || stored.mayGo(entry)) {
        stored.overtake(entry); // the broker may put it off and take newer ones
        return live.remove(entry.key);
      }
    }
    return null;
  }

  @Nullable Entry nextOfBacklog() {
    Entry told = stored.pollLoss();
    if (told != null) {
      return told;
    }
    Loss loss = stored.open() ? null : losses.take();
    if (loss != null) {
      Entry entry = new Entry(++lastTicket, loss, Entry.OURS, 0);
      count(entry, entry.bytes);
      return entry;
    }
    var oldest = backlog.firstEntry();
    if (oldest == null || stored.before(oldest.getValue().barrier)) {
      return stored.poll();
    }
    return backlog.pollFirstEntry().getValue();
  }

  /// Takes back a poll or loss that did not arrive.
  void putBack(Entry entry) {
    switch (entry.report) {
      case null -> backlog.put(entry.ticket, entry);
      case Loss loss -> {
        if (entry.stored()) {
          stored.addLoss(entry, 0).forEach(this::discard);
        } else {
          discard(entry);
          losses.putBack(loss);
        }
      }
      case Report _ -> {
        boolean isNewest = Objects.equals(newest.get(entry.key), entry.ticket);
        if (isNewest && !gone.contains(entry.key)) {
          live.putFirst(entry.key, entry);
        } else {
          demote(entry);
        }
      }
    }
  }

  /// Polls of this run that are in memory alone, those under way and losses under way included,
  /// oldest first.
  List<Entry> unstored(Collection<Entry> inFlight) {
    List<Entry> entries = new ArrayList<>(inFlight);
    if (pollBytes > 0) {
      entries.addAll(backlog.values());
      entries.addAll(live.values());
    }
    entries.removeIf(
        entry -> entry.stored() || !(entry.report instanceof Poll || entry.report instanceof Loss));
    entries.sort(Comparator.comparingLong(entry -> entry.ticket));
    return entries;
  }

  /// One of [#unstored] has got a place in the spool.
  void placed(Entry entry, long place, Collection<Entry> inFlight) {
    boolean waited = backlog.remove(entry.ticket) != null;
    if (!waited && live.get(entry.key) != entry && !inFlight.contains(entry)) {
      stored.acknowledge(place); // its fate was known in the meantime
      return;
    }
    count(entry, -entry.bytes);
    entry.number = place;
    count(entry, entry.bytes);
    stored.placed(place);
    if (waited) {
      keep(entry);
    } else if (live.get(entry.key) != entry) {
      stored.overtake(entry);
    }
  }

  /// Takes losses that the spool holds.
  void putStored(List<Record> found, Collection<Entry> inFlight) {
    for (Record record : found) {
      stored.placed(record.number());
      if (!isUnderWay(inFlight, record.number())) {
        addLoss(record);
      }
    }
  }

  /// Takes what was read ahead.
  ///
  /// @param inFlight what is known already
  /// @param position all places below were read
  /// @param more whether there may be more
  void putRead(List<Record> records, Collection<Entry> inFlight, long position, boolean more) {
    for (Record record : records) {
      boolean known = stored.contains(record.number());
      known = known || isUnderWay(live.values(), record.number());
      if (known || isUnderWay(inFlight, record.number())) {
        continue;
      }
      if (record.cause() > 0) {
        addLoss(record);
        continue;
      }
      Optional<Poll> poll = PollCodec.poll(record);
      if (poll.isPresent()) {
        Entry entry = new Entry(++lastTicket, poll.get(), bootOf(record), record.number());
        count(entry, entry.bytes);
        stored.add(entry);
      } else {
        refuse(record.stream(), record.from(), Loss.Cause.DAMAGED, record.number());
      }
    }
    stored.position(position);
    stored.unread(more);
  }

  private static boolean isUnderWay(Collection<Entry> entries, long place) {
    return entries.stream().anyMatch(entry -> entry.number == place);
  }

  private void addLoss(Record record) {
    Loss.Cause cause = PollCodec.cause(record.cause());
    String device = PollCodec.deviceOf(record.stream());
    Stamp stamp = new Stamp(Instant.EPOCH, 0, false); // nobody is told when it was
    Loss loss = new Loss(device, stamp, record.from(), record.to(), cause);
    Entry entry = new Entry(++lastTicket, loss, bootOf(record), record.number());
    count(entry, entry.bytes);
    stored.addLoss(entry, record.replaced()).forEach(this::discard);
  }

  private String bootOf(Record record) {
    String boot = PollCodec.bootOf(record.stream());
    return boot.equals(uplink.boot()) ? Entry.OURS : boot;
  }

  private void refuse(String stream, long sequence, Loss.Cause cause, long place) {
    String boot = PollCodec.bootOf(stream);
    String device = PollCodec.deviceOf(stream);
    stored.refuse(new Stored.Refusal(boot, device, sequence, cause, place));
  }

  /// How many messages the spool holds now.
  void spooled(long messages) {
    spooled = messages;
  }

  /// The spool has told all up to `place` as lost.
  void dropped(long place) {
    if (place <= lastDropped) {
      return;
    }
    lastDropped = place;
    stored.forgetThrough(place).forEach(this::discard);
    live.values()
        .removeIf(entry -> {
          boolean told = entry.stored() && entry.number <= place;
          if (told) {
            discard(entry);
          }
          return told;
        });
  }

  /// From live to backlog: in the spool if it is there, else encoded anew, and the poll itself is
  /// let go.
  private void demote(Entry entry) {
    entry.message = null;
    if (entry.stored()) {
      keep(entry);
      return;
    }
    if (!keepsPolls) {
      encode(entry, true);
      entry.report = null;
    }
    backlog.put(entry.ticket, entry);
  }

  private void keep(Entry entry) {
    if (!stored.keep(entry)) {
      discard(entry);
    }
  }

  Uplink.Message encode(Entry entry, boolean historical) {
    Report report = Objects.requireNonNull(entry.report);
    if (historical && entry.ours() && report instanceof Poll poll) {
      Stamp stamp = correction.apply(poll.stamp());
      report = new Poll(poll.device(), stamp, poll.sequence(), poll.samples());
    }
    Uplink.Message message =
        entry.ours() ? uplink.encode(report, historical) : uplink.encodeEarlier(report, entry.boot);
    int encodedBytes = Entry.BYTES + message.bytes();
    count(entry, encodedBytes - entry.bytes);
    entry.bytes = encodedBytes;
    entry.message = message;
    return message;
  }

  void makeRoom() {
    while (pollBytes > maxBytes) {
      Entry entry = oldestPoll();
      if (entry == null) {
        return;
      }
      lose(entry, overflow);
    }
  }

  /// The poll that has waited longest in memory alone, no longer here.
  @Nullable Entry oldestPoll() {
    var oldest = backlog.pollFirstEntry();
    if (oldest != null) {
      return oldest.getValue();
    }
    for (Entry entry : live.values()) {
      if (!entry.stored()) {
        return live.remove(entry.key);
      }
    }
    return null;
  }

  void lose(Entry entry, Loss.Cause cause) {
    if (entry.stored() && entry.poll()) {
      String boot = entry.ours() ? uplink.boot() : entry.boot;
      stored.overtake(entry);
      stored.refuse(new Stored.Refusal(boot, entry.key, entry.sequence, cause, entry.number));
    } else if (entry.stored()) {
      stored.acknowledge(entry.number); // the word of a loss that no broker takes
    } else if (entry.poll()) {
      losses.add(new Loss(entry.key, entry.stamp, entry.sequence, entry.sequence, cause));
    }
    discard(entry);
  }

  void discard(@Nullable Entry entry) {
    if (entry != null) {
      count(entry, -entry.bytes);
    }
  }

  void count(Entry entry, int moreBytes) {
    bytes += moreBytes;
    pollBytes += entry.poll() && !entry.stored() ? moreBytes : 0;
  }
}
