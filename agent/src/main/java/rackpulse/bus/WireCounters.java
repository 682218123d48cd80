package rackpulse.bus;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/// How often each [WireEvent] was seen on one bus. Counted by the bus thread, read by any.
public final class WireCounters {
  private final AtomicLongArray counts = new AtomicLongArray(WireEvent.values().length);

  /// Counts one event.
  public void count(WireEvent event) {
    counts.incrementAndGet(event.ordinal());
  }

  /// How often `event` was counted.
  public long of(WireEvent event) {
    return counts.get(event.ordinal());
  }

  /// All events seen at least once.
  public Map<WireEvent, Long> seen() {
    Map<WireEvent, Long> seen = new EnumMap<>(WireEvent.class);
    for (WireEvent event : WireEvent.values()) {
      if (of(event) > 0) {
        seen.put(event, of(event));
      }
    }
    return Collections.unmodifiableMap(seen);
  }
}
