package rackpulse.delivery;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Stamp;

/// Polls that will never be delivered, as ranges per device, until somebody has been told.
///
/// Any thread may add; neighbours with the same cause are merged, so an outage of days is one range
/// per device.
public final class Losses {
  /// Ranges kept apart per device. More arise only when losses and deliveries alternate faster than
  /// losses can be told; then the two oldest become one: told twice is better than not told.
  static final int MAX_RANGES = 32;

  private final SequencedMap<String, List<Range>> untold = new LinkedHashMap<>();
  private final Map<Loss.Cause, Long> polls = new EnumMap<>(Loss.Cause.class);

  /// Notes that `poll` is lost.
  public synchronized void add(Poll poll, Loss.Cause cause) {
    add(new Loss(poll.device(), poll.stamp(), poll.sequence(), poll.sequence(), cause));
  }

  /// Notes that polls are lost that were not known to be.
  public synchronized void add(Loss loss) {
    polls.merge(loss.cause(), loss.to() - loss.from() + 1, Long::sum);
    insert(loss);
  }

  /// Takes back what [#take] gave, because it did not arrive.
  synchronized void putBack(Loss loss) {
    insert(loss);
  }

  /// The next loss to tell, which is then no longer here; the devices take turns.
  synchronized @Nullable Loss take() {
    var first = untold.pollFirstEntry();
    if (first == null) {
      return null;
    }
    List<Range> ranges = first.getValue();
    Range range = ranges.removeFirst();
    if (!ranges.isEmpty()) {
      untold.put(first.getKey(), ranges);
    }
    return new Loss(first.getKey(), range.stamp, range.from, range.to, range.cause);
  }

  /// All losses to tell, which are then no longer here.
  synchronized List<Loss> takeAll() {
    List<Loss> all = new ArrayList<>();
    for (Loss loss = take(); loss != null; loss = take()) {
      all.add(loss);
    }
    return all;
  }

  /// Counts polls of which others tell that they are lost.
  synchronized void count(Loss.Cause cause, long lost) {
    if (lost > 0) {
      polls.merge(cause, lost, Long::sum);
    }
  }

  /// How many ranges wait to be told.
  synchronized int waiting() {
    int waiting = 0;
    for (List<Range> ranges : untold.values()) {
      waiting += ranges.size();
    }
    return waiting;
  }

  /// Polls lost since start, by the id of the cause.
  public synchronized Map<String, Long> counts() {
    Map<String, Long> counts = new LinkedHashMap<>();
    polls.forEach((cause, count) -> counts.put(cause.id(), count));
    return counts;
  }

  private void insert(Loss loss) {
    List<Range> ranges = untold.computeIfAbsent(loss.device(), _ -> new ArrayList<>());
    int at = ranges.size();
    while (at > 0 && ranges.get(at - 1).from > loss.from()) {
      at--;
    }
    ranges.add(at, new Range(loss));
    joinIfAdjacent(ranges, at);
    joinIfAdjacent(ranges, at - 1);
    if (ranges.size() > MAX_RANGES) {
      join(ranges, 0);
    }
  }

  private static void joinIfAdjacent(List<Range> ranges, int first) {
    if (first < 0 || first + 1 >= ranges.size()) {
      return;
    }
    Range range = ranges.get(first);
    Range next = ranges.get(first + 1);
    if (range.cause == next.cause && next.from <= range.to + 1) {
      join(ranges, first);
    }
  }

  private static void join(List<Range> ranges, int first) {
    Range range = ranges.get(first);
    Range next = ranges.remove(first + 1);
    range.to = Math.max(range.to, next.to);
    range.stamp = next.stamp;
  }

  /// A range that grows; the stamp is that of its latest poll.
  private static final class Range {
    final long from;
    final Loss.Cause cause;
    long to;
    Stamp stamp;

    Range(Loss loss) {
      from = loss.from();
      to = loss.to();
      cause = loss.cause();
      stamp = loss.stamp();
    }
  }
}
