package rackpulse.spool;

import java.nio.ByteBuffer;
import java.util.TreeMap;

/// Which record numbers are done with: all up to one, and ranges beyond, since live readings
/// overtake stored ones.
final class Acknowledged {
  /// Ranges remembered. More arise only when a slow broker takes every other reading for hours;
  /// then the newest is forgotten and sent again.
  static final int MAX_RANGES = 1000;

  private final TreeMap<Long, Long> beyond = new TreeMap<>();
  private long through;

  /// All numbers up to this one are done with.
  long through() {
    return through;
  }

  /// The greatest number done with.
  long max() {
    return beyond.isEmpty() ? through : beyond.lastEntry().getValue();
  }

  /// How many of the numbers from `from` to `to` are still needed.
  long open(long from, long to) {
    long first = Math.max(from, through + 1);
    long open = Math.max(0, to - first + 1);
    for (var range : beyond.entrySet()) {
      open -= Math.max(0, Math.min(to, range.getValue()) - Math.max(first, range.getKey()) + 1);
    }
    return open;
  }

  boolean contains(long number) {
    return number <= through || covers(number, number);
  }

  /// Whether all numbers from `from` to `to` are done with; so when there are none.
  boolean covers(long from, long to) {
    long first = Math.max(from, through + 1);
    if (first > to) {
      return true;
    }
    var range = beyond.floorEntry(first);
    return range != null && range.getValue() >= to;
  }

  void add(long number) {
    add(number, number);
  }

  /// Done with all numbers from `from` to `to`.
  void add(long from, long to) {
    if (to <= through) {
      return;
    }
    long first = Math.max(from, through + 1);
    long last = to;
    var before = beyond.floorEntry(first);
    if (before != null && before.getValue() >= first - 1) {
      first = before.getKey();
    }
    var range = beyond.ceilingEntry(first);
    while (range != null && range.getKey() <= last + 1) {
      last = Math.max(last, range.getValue());
      beyond.remove(range.getKey());
      range = beyond.ceilingEntry(first);
    }
    if (first == through + 1) {
      through = last;
      return;
    }
    beyond.put(first, last);
    if (beyond.size() > MAX_RANGES) {
      beyond.pollLastEntry();
    }
  }

  /// Writes as many ranges as there is room for; what is left out will be sent again.
  void put(ByteBuffer into) {
    into.putLong(through);
    long end = through;
    for (var range : beyond.entrySet()) {
      if (into.remaining() < 2 * Long.BYTES + 4) {
        return;
      }
      Frame.putNumber(into, range.getKey() - end);
      Frame.putNumber(into, range.getValue() - range.getKey());
      end = range.getValue();
    }
  }

  /// What [#put] wrote.
  static Acknowledged read(ByteBuffer from) {
    Acknowledged read = new Acknowledged();
    read.through = from.getLong();
    long end = read.through;
    while (from.hasRemaining()) {
      long first = end + Frame.number(from);
      end = first + Frame.number(from);
      read.add(first, end);
    }
    return read;
  }
}
