package rackpulse.tests.support;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a consumer knows of the polls of one agent: per device and boot, readings published and
/// losses told must be all that was taken.
///
/// Messages are added as they arrive at the broker. Belongs to one thread.
public final class Account {
  private final SortedMap<String, Lane> lanes = new TreeMap<>();

  /// One device during one run of the agent.
  private static final class Lane {
    final NavigableMap<Long, Integer> readings = new TreeMap<>();
    final SortedMap<Long, String> lost = new TreeMap<>();
    final List<Long> backlog = new ArrayList<>();
  }

  /// Adds a message; those that are no polls count for nothing.
  public Account add(String topic, String payload) {
    String[] levels = topic.split("/", -1);
    String kind = levels[levels.length - 1];
    if (levels.length < 2 || !(kind.equals("readings") || kind.equals("backlog"))) {
      return this;
    }
    Json json = Json.parse(payload);
    Lane lane =
        lanes.computeIfAbsent(
            levels[levels.length - 2] + " of boot " + json.text("boot"), _ -> new Lane());
    if (json.has("lost.from")) {
      for (long seq = json.integer("lost.from"); seq <= json.integer("lost.to"); seq++) {
        lane.lost.put(seq, json.text("lost.cause"));
      }
      return this;
    }
    long seq = json.integer("seq");
    boolean first = lane.readings.merge(seq, 1, Integer::sum) == 1;
    if (first && kind.equals("backlog")) {
      lane.backlog.add(seq);
    }
    return this;
  }

  /// Adds what a subscriber has seen.
  public Account add(Collection<Witness.Message> messages) {
    messages.forEach(message -> add(message.topic(), message.payload()));
    return this;
  }

  /// Devices, each with its boot.
  public SortedSet<String> lanes() {
    return new TreeSet<>(lanes.keySet());
  }

  /// The numbers that are neither a reading nor told as lost, by device and boot; empty when the
  /// account balances.
  public Map<String, SortedSet<Long>> missing() {
    Map<String, SortedSet<Long>> missing = new LinkedHashMap<>();
    lanes.forEach((name, lane) -> {
      SortedSet<Long> holes = new TreeSet<>();
      for (long seq = 1; seq <= last(lane); seq++) {
        if (!lane.readings.containsKey(seq) && !lane.lost.containsKey(seq)) {
          holes.add(seq);
        }
      }
      if (!holes.isEmpty()) {
        missing.put(name, holes);
      }
    });
    return missing;
  }

  private static long last(Lane lane) {
    long last = lane.readings.isEmpty() ? 0 : lane.readings.lastKey();
    return Math.max(last, lane.lost.isEmpty() ? 0 : lane.lost.lastKey());
  }

  /// The highest number known of `device`, in its latest boot seen; 0 when there is none.
  public long last(String device) {
    return lanes.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(device + " "))
        .mapToLong(entry -> last(entry.getValue()))
        .max()
        .orElse(0);
  }

  /// The numbers of `device` told as lost, each with its cause, of all boots.
  public SortedMap<Long, String> lost(String device) {
    SortedMap<Long, String> lost = new TreeMap<>();
    lanes.forEach((name, lane) -> {
      if (name.startsWith(device + " ")) {
        lost.putAll(lane.lost);
      }
    });
    return lost;
  }

  /// Readings of all devices and boots, each counted once.
  public long readings() {
    return lanes.values().stream().mapToLong(lane -> lane.readings.size()).sum();
  }

  /// Readings that came more than once.
  public long repeated() {
    return lanes.values().stream()
        .flatMap(lane -> lane.readings.values().stream())
        .filter(times -> times > 1)
        .count();
  }

  /// Numbers told as lost, of all devices and boots.
  public long lost() {
    return lanes.values().stream().mapToLong(lane -> lane.lost.size()).sum();
  }

  /// The numbers of `device` that came first as backlog, in the order in which they came.
  public List<Long> backlog(String device) {
    List<Long> backlog = new ArrayList<>();
    lanes.forEach((name, lane) -> {
      if (name.startsWith(device + " ")) {
        backlog.addAll(lane.backlog);
      }
    });
    return backlog;
  }

  @Override
  public String toString() {
    return readings() + " readings, " + lost() + " told lost, missing " + missing();
  }
}
