package rackpulse.demo;

import java.util.ArrayList;
import java.util.List;
import rackpulse.simulation.SimulatedRack.Event;

/// What goes wrong in the demonstration, and when; played again and again.
public final class DemoScript {
  private static final List<Scene> SCENES =
      List.of(
          new Scene(4, Event.FEED_B_METER_UNPLUGGED),
          new Scene(10, Event.FEED_B_METER_PLUGGED_IN),
          new Scene(12, Event.FAN_TRAY_FAILS),
          new Scene(40, Event.FAN_TRAY_REPLACED));

  private static final int ROUND_SECONDS = 90;

  private int played;

  /// The events that are due at `elapsedSeconds` and have not been given yet, in order.
  public List<Event> due(double elapsedSeconds) {
    List<Event> due = new ArrayList<>();
    while (secondOf(played) <= elapsedSeconds) {
      due.add(SCENES.get(played % SCENES.size()).event);
      played++;
    }
    return due;
  }

  private static int secondOf(int scene) {
    return scene / SCENES.size() * ROUND_SECONDS + SCENES.get(scene % SCENES.size()).second;
  }

  private record Scene(int second, Event event) {}
}
