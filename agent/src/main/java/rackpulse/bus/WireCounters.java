package rackpulse.bus;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// How often each [WireEvent] was seen on one bus. Counted by the bus thread, read by any.
public final class WireCounters {
  private static final WireEvent[] EVENTS = WireEvent.values();

  private final AtomicLongArray counts = new AtomicLongArray(EVENTS.length);
  private final AtomicLong total = new AtomicLong();

  /// Counts one event.
  public void count(WireEvent event) {
    add(event, 1);
  }

  /// Counts `times` events at once.
  public void add(WireEvent event, long times) {
    counts.addAndGet(event.ordinal(), times);
    total.addAndGet(times);
  }

  /// How often any event was counted: tells cheaply whether there is something new.
  public long total() {
    return total.get();
  }

  /// How often `event` was counted.
  public long of(WireEvent event) {
    return counts.get(event.ordinal());
  }

  /// All events seen at least once.
  public Map<WireEvent, Long> seen() {
    Map<WireEvent, Long> seen = new EnumMap<>(WireEvent.class);
    for (WireEvent event : EVENTS) {
      if (of(event) > 0) {
        seen.put(event, of(event));
      }
    }
    return Collections.unmodifiableMap(seen);
  }
}
