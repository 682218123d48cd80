package rackpulse.delivery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import rackpulse.telemetry.Loss;

/// What of the spool is in memory: polls read ahead and losses, by their place there, and what the
/// spool is to be told. Guarded by the lock of the outbox.
final class Stored {
  /// Polls read ahead: enough for the highest rate of the backlog between two looks.
  static final int AHEAD = 256;

  /// Losses kept in memory, to go before polls; what is more is read in its turn.
  static final int MAX_LOSSES = 1000;

  private final TreeMap<Long, Entry> polls = new TreeMap<>();
  private final TreeMap<Long, Entry> losses = new TreeMap<>();

  /// The place of the newest poll of a device that was overtaken or is under way, or of a loss;
  /// until it has arrived or is on the medium no newer poll may go, or a power cut would leave a
  /// hole that nobody tells.
  private final Map<String, Long> overtaken = new HashMap<>();

  private List<Long> acknowledged = new ArrayList<>();
  private List<Refusal> refusals = new ArrayList<>();
  private long last;
  private long position;
  private long synced;
  private boolean unread;
  private boolean open;
  private boolean readable;
  private boolean syncWanted;

  /// A stored poll that the broker will never take.
  record Refusal(String boot, String device, long sequence, Loss.Cause cause, long number) {}

  /// Whether there is a spool that takes polls.
  boolean open() {
    return open;
  }

  void open(boolean now) {
    open = now;
  }

  /// Whether what is there can be read; it can be on a full disk.
  void readable(boolean now) {
    readable = now;
  }

  /// Whether there may be polls to read.
  void unread(boolean now) {
    unread = now;
  }

  boolean mayBeUnread() {
    return unread;
  }

  /// Whether polls are to be read ahead now.
  boolean wantsMore() {
    return unread && polls.size() < AHEAD / 2;
  }

  boolean wantsSync() {
    return syncWanted;
  }

  boolean isWanting() {
    return wantsSync() || wantsMore();
  }

  void synced(long number) {
    synced = number;
    syncWanted = false;
    overtaken.values().removeIf(place -> place <= number);
  }

  /// A poll or loss has got its place.
  void placed(long number) {
    last = Math.max(last, number);
  }

  long last() {
    return last;
  }

  /// Whether a live poll may overtake what is stored of its device.
  boolean mayGo(Entry live) {
    boolean safe = !open || overtaken.getOrDefault(live.key, 0L) <= synced;
    syncWanted |= !safe;
    return safe;
  }

  /// Newer polls of the device may arrive before this one, or before what is told of it.
  void overtake(Entry poll) {
    if (poll.ours() && poll.number > synced) {
      overtaken.merge(poll.key, poll.number, Math::max);
    }
  }

  /// A poll that is no longer live.
  ///
  /// @return whether it is still in memory
  boolean keep(Entry poll) {
    overtake(poll);
    if (poll.number < position) {
      polls.put(poll.number, poll);
      return true;
    }
    unread = true;
    return false;
  }

  /// A poll read ahead.
  void add(Entry poll) {
    polls.put(poll.number, poll);
  }

  /// All places below were read.
  void position(long number) {
    position = number;
  }

  /// Whether it waits here, or is done with though the spool does not know yet.
  boolean contains(long number) {
    return polls.containsKey(number)
        || losses.containsKey(number)
        || acknowledged.contains(number)
        || refusals.stream().anyMatch(refusal -> refusal.number() == number);
  }

  /// A loss, which takes the place of the one at `replaced`.
  ///
  /// @return whose place it takes, and itself when there is no room in memory
  List<Entry> addLoss(Entry entry, long replaced) {
    List<Entry> gone = new ArrayList<>();
    Entry before = losses.remove(replaced);
    if (before != null) {
      gone.add(before);
    }
    if (entry.ours() && entry.number > synced && entry.report instanceof Loss loss) {
      overtaken.merge(loss.device(), entry.number, Math::max);
    }
    if (losses.size() < MAX_LOSSES || entry.number < position) {
      losses.put(entry.number, entry);
    } else {
      unread = true;
      gone.add(entry);
    }
    return gone;
  }

  @Nullable Entry pollLoss() {
    var first = losses.pollFirstEntry();
    return first == null ? null : first.getValue();
  }

  /// The oldest poll that may go.
  @Nullable Entry poll() {
    var first = polls.firstEntry();
    if (first == null || !isSafe(first.getKey())) {
      return null;
    }
    return polls.pollFirstEntry().getValue();
  }

  private boolean isSafe(long number) {
    boolean safe = !open || number <= synced;
    syncWanted |= !safe;
    return safe;
  }

  /// Whether something stored is to go before a poll that was taken at `barrier`.
  boolean before(long barrier) {
    var first = polls.firstEntry();
    return first != null ? first.getKey() <= barrier : readable && unread && position <= barrier;
  }

  boolean isEmpty() {
    return polls.isEmpty() && losses.isEmpty();
  }

  @Nullable Entry oldest() {
    var first = polls.firstEntry();
    return first == null ? null : first.getValue();
  }

  /// Forgets what the spool itself has told as lost.
  List<Entry> forgetThrough(long number) {
    List<Entry> gone = new ArrayList<>(polls.headMap(number, true).values());
    gone.addAll(losses.headMap(number, true).values());
    polls.headMap(number, true).clear();
    losses.headMap(number, true).clear();
    return gone;
  }

  void acknowledge(Entry entry) {
    acknowledge(entry.number);
    overtaken.remove(entry.key, entry.number);
  }

  void acknowledge(long number) {
    acknowledged.add(number);
  }

  void refuse(Refusal refusal) {
    refusals.add(refusal);
  }

  boolean hasNews() {
    return !acknowledged.isEmpty() || !refusals.isEmpty();
  }

  List<Long> takeAcknowledged() {
    List<Long> taken = acknowledged;
    acknowledged = new ArrayList<>();
    return taken;
  }

  List<Refusal> takeRefusals() {
    List<Refusal> taken = refusals;
    refusals = new ArrayList<>();
    return taken;
  }
}
