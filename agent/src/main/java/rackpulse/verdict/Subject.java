package rackpulse.verdict;

import java.util.Map;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;

/// One device as the wire shows it. Written by the bus thread, read by any.
public final class Subject {
  private final String name;
  private final String place;
  private final WireCounters counters = new WireCounters();
  private final History history = new History();

  /// @param name the operator's name of the device
  /// @param place where it is on its bus, such as `unit 3` or `I2C address 0x44`
  public Subject(String name, String place) {
    this.name = name;
    this.place = place;
  }

  public String name() {
    return name;
  }

  String place() {
    return place;
  }

  /// Counts what was seen while it was asked, or belongs to it.
  public void count(WireEvent event, long times) {
    counters.add(event, times);
  }

  /// How often each event was seen since the agent started.
  public Map<WireEvent, Long> seen() {
    return counters.seen();
  }

  public long events() {
    return counters.total();
  }

  public History history() {
    return history;
  }
}
