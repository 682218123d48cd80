package rackpulse.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.Kind;
import rackpulse.telemetry.Anomaly.State;
import rackpulse.telemetry.Cause;

class SensorWatchTest {
  private final Random random = new Random(5);

  @Test
  void tellsThatASensorIsStuckAtMostOnceAMinuteAndThatItIsOver() {
    Rig rig = new Rig(10, WatchSettings.USUAL, List.of());
    for (int i = 0; i < 600; i++) {
      rig.poll(24 + noise(0.1));
    }
    List<Anomaly> told = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      told.addAll(rig.poll(24.11));
    }
    assertTrue(told.size() > 5 && told.size() <= 20, "in 20 minutes: " + told.size());
    assertEquals(Set.of(Kind.SENSOR_STUCK), Set.copyOf(told.stream().map(Anomaly::kind).toList()));
    assertEquals(1, told.stream().map(Anomaly::id).distinct().count());
    assertTrue(told.getLast().text().startsWith("inlet temperature has been exactly 24.11 °C for"));
    assertEquals("suspended", rig.watch.health().getFirst().state());
    Anomaly over = null;
    for (int i = 0; i < 100 && over == null; i++) {
      over = RackWatchTest.firstOver(Kind.SENSOR_STUCK, rig.poll(24 + noise(0.1)));
    }
    assertNotNull(over);
    assertEquals("inlet temperature changes again: the sensor is no longer stuck", over.text());
  }

  @Test
  void saysNothingOfASensorThatFollowsARampItHasNeverSeen() {
    for (double step : new double[] {0.05, 0.15, 0.3, 0.6, 1}) {
      Rig rig = new Rig(10, WatchSettings.USUAL, List.of());
      for (int i = 0; i < 3000; i++) {
        rig.poll(24 + noise(0.05));
      }
      double inlet = 24;
      for (int i = 0; i < 1000; i++) {
        inlet = Math.min(30, inlet + step);
        for (Anomaly anomaly : rig.poll(inlet + noise(0.05))) {
          assertEquals(Kind.NOVELTY, anomaly.kind(), anomaly::text);
        }
        assertFalse(rig.watch.health().getFirst().state().equals("suspended"));
      }
    }
  }

  @Test
  void aMeterThatAnswersAgainIsNotSaidToReadTheImpossible() {
    for (Cause cause : List.of(Cause.NO_ANSWER, Cause.BUS_DOWN)) {
      Rig rig = new Rig(10, WatchSettings.USUAL, List.of());
      for (int i = 0; i < 50; i++) {
        assertEquals(List.of(), rig.poll(Rig.POWER, 1600 + i));
      }
      List<Anomaly> told = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        // gone for longer and longer, so that it is back at each time of the minute of an update
        for (int gone = 0; gone < 3 + i; gone++) {
          told.addAll(rig.gap(Rig.POWER, cause));
        }
        for (int back = 0; back < 5; back++) {
          told.addAll(rig.poll(Rig.POWER, 1667.6 + i + back));
        }
      }
      if (cause == Cause.BUS_DOWN) {
        assertEquals(List.of(), told);
      }
      for (Anomaly anomaly : told) {
        String is =
            anomaly.state() == State.RAISED
                ? "pdu power gives no value (no-answer): check the sensor and its wiring"
                : "pdu power has values again";
        assertEquals(is, anomaly.text());
      }
    }
  }

  @Test
  void tellsAValueThatIsImpossibleAndWhenThatIsOver() {
    Rig rig = new Rig(10, WatchSettings.USUAL, List.of(RackWatchTest.above(Rig.INLET, 32)));
    for (int i = 0; i < 300; i++) {
      rig.poll(24 + noise(0.05));
    }
    List<Anomaly> told = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      told.addAll(rig.poll(300));
    }
    for (int i = 0; i < 100; i++) {
      told.addAll(rig.poll(24 + noise(0.05)));
    }
    told.removeIf(anomaly -> anomaly.kind() == Kind.LIMIT);
    assertEquals(Set.of(Kind.MISSING), Set.copyOf(told.stream().map(Anomaly::kind).toList()));
    assertEquals(
        "inlet temperature reads 300.0 °C, which is physically impossible: check the sensor",
        told.getFirst().text());
    assertEquals("inlet temperature has values again", told.getLast().text());
  }

  @Test
  void aLoadThatIsSwitchedOffAndOnIsNotStuck() {
    Rig rig = new Rig(10, WatchSettings.USUAL, List.of());
    for (int i = 0; i < 600; i++) {
      rig.poll(Rig.POWER, 350 + noise(5));
    }
    for (int i = 0; i < 100; i++) {
      assertEquals(List.of(), rig.poll(Rig.POWER, 0));
    }
    for (int i = 0; i < 200; i++) {
      assertEquals(List.of(), rig.poll(Rig.POWER, 350 + noise(5)));
      assertTrue(rig.watch.health().stream().noneMatch(model -> model.state().equals("suspended")));
    }
  }

  @Test
  void aStuckSensorThatMovesAgainIsNotSaidToBeStuckAtItsNewValue() {
    Rig rig = new Rig(10, WatchSettings.USUAL, List.of());
    for (int i = 0; i < 600; i++) {
      rig.poll(24 + noise(0.1));
    }
    for (int i = 0; i < 60; i++) {
      rig.poll(24.11);
    }
    List<Anomaly> told = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      told.addAll(rig.poll(24.5 + noise(0.1)));
    }
    assertEquals(
        List.of("inlet temperature changes again: the sensor is no longer stuck"),
        told.stream().map(Anomaly::text).toList());
  }

  @Test
  void tellsASilentDeviceOnceAndNotWhileItsBusIsDown() {
    Rig rig = new Rig(10, WatchSettings.USUAL, List.of());
    rig.poll(24);
    for (int i = 0; i < 5; i++) {
      assertEquals(List.of(), rig.gap(Rig.INLET, Cause.BUS_DOWN));
    }
    Anomaly missing = RackWatchTest.firstOf(Kind.MISSING, rig.gap(Rig.INLET, Cause.NO_ANSWER));
    assertNotNull(missing);
    assertEquals(
        "inlet temperature gives no value (no-answer): check the sensor and its wiring",
        missing.text());
    List<Anomaly> after = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      after.addAll(rig.poll(24 + noise(0.1)));
    }
    assertEquals("inlet temperature has values again", after.getLast().text());
  }

  private double noise(double deviation) {
    return RackWatchTest.noise(random, deviation);
  }
}
