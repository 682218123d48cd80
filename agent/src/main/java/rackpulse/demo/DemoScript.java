package rackpulse.demo;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rackpulse.simulation.SimulatedRack.Event;

/// What goes wrong in the demonstration, played again and again: whoever walks through the rack
/// does the next thing some time after the agent has told of the last.
public final class DemoScript {
  private static final String MISSING = "feed-b.voltage-l1.missing";
  private static final String EXPLAINED = "outlet-top.temperature.rack-model";
  private static final String STUCK = "rear-middle.temperature.sensor-stuck";

  private static final List<Scene> SCENES =
      List.of(
          new Scene(STUCK, false, 15, Event.FEED_B_METER_UNPLUGGED),
          new Scene(MISSING, true, 15, Event.FEED_B_METER_PLUGGED_IN),
          new Scene(MISSING, false, 20, Event.FAN_TRAY_FAILS),
          new Scene(EXPLAINED, true, 15, Event.FAN_TRAY_REPLACED),
          new Scene(EXPLAINED, false, 10, Event.REAR_SENSOR_STUCK),
          new Scene(STUCK, true, 20, Event.REAR_SENSOR_RELEASED));

  /// So long the next scene waits for what it wants to see; twice what the slowest model takes.
  private static final Duration LONGEST_WAIT = Duration.ofHours(12);

  private int played;
  private Duration lastPlayed = Duration.ZERO;
  private @Nullable Duration seen;

  /// An event, and when it happens: `pause` after an anomaly is raised, or is no more.
  private record Scene(String anomaly, boolean isRaised, Duration pause, Event event) {
    Scene(String anomaly, boolean isRaised, int minutes, Event event) {
      this(anomaly, isRaised, Duration.ofMinutes(minutes), event);
    }
  }

  /// The event that is due, once.
  ///
  /// @param elapsed time of the rack since the demonstration began
  /// @param raised device, channel and kind of each anomaly that is raised, as the agent told them
  public Optional<Event> due(Duration elapsed, Set<String> raised) {
    Scene scene = SCENES.get(played % SCENES.size());
    boolean isThere = raised.contains(scene.anomaly) == scene.isRaised;
    boolean isLate = elapsed.minus(lastPlayed).compareTo(LONGEST_WAIT) > 0;
    Duration since = seen;
    if (since == null && !isThere && !isLate) {
      return Optional.empty();
    }
    if (since == null) {
      since = elapsed;
      seen = elapsed;
    }
    if (elapsed.minus(since).compareTo(scene.pause) < 0) {
      return Optional.empty();
    }
    played++;
    lastPlayed = elapsed;
    seen = null;
    return Optional.of(scene.event);
  }
}
