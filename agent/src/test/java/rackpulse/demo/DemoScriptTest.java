package rackpulse.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import rackpulse.simulation.SimulatedRack.Event;

class DemoScriptTest {
  private static final String MISSING = "feed-b.voltage-l1.missing";

  private final DemoScript script = new DemoScript();

  @Test
  void beginsAfterAWhileAndGivesEachEventOnce() {
    assertEquals(Optional.empty(), due(0));
    assertEquals(Optional.empty(), due(14));
    assertEquals(Optional.of(Event.FEED_B_METER_UNPLUGGED), due(15));
    assertEquals(Optional.empty(), due(16));
  }

  @Test
  void goesOnOnlyAfterTheAgentHasSpoken() {
    due(0);
    due(15);
    assertEquals(Optional.empty(), due(100));
    assertEquals(Optional.empty(), due(101, MISSING));
    assertEquals(Optional.empty(), due(115, MISSING));
    assertEquals(Optional.of(Event.FEED_B_METER_PLUGGED_IN), due(116, MISSING));
    assertEquals(Optional.empty(), due(200, MISSING));
    assertEquals(Optional.empty(), due(201));
    assertEquals(Optional.of(Event.FAN_TRAY_FAILS), due(221));
  }

  @Test
  void doesNotWaitForEver() {
    due(0);
    due(15);
    assertEquals(Optional.empty(), due(15 + 12 * 60));
    assertEquals(Optional.empty(), due(16 + 12 * 60));
    assertEquals(Optional.of(Event.FEED_B_METER_PLUGGED_IN), due(31 + 12 * 60));
  }

  private Optional<Event> due(int minutes, String... raised) {
    return script.due(Duration.ofMinutes(minutes), Set.of(raised));
  }
}
