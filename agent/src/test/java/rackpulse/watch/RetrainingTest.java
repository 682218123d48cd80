package rackpulse.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.Kind;
import rackpulse.telemetry.Anomaly.State;
import rackpulse.telemetry.Health.ModelHealth;
import rackpulse.telemetry.Report;
import rackpulse.watch.WatchSettings.Target;

/// What is left of models that were told to learn anew.
class RetrainingTest {
  private final Random random = new Random(5);
  private final List<Report> told = new ArrayList<>();

  private final Rig rig =
      new Rig(
          150,
          new WatchSettings(
              List.of(new Target(Rig.OUTLET, List.of(Rig.INLET, Rig.POWER))),
              List.of(),
              List.of(),
              List.of(),
              Set.of("inlet"),
              Set.of("outlet")),
          List.of());

  private List<String> forget(String device, Optional<String> channel) {
    return rig.watch.forget(device, channel, Rig.at(rig.seconds), told);
  }

  private ModelHealth health(String channel, String model) {
    return rig.watch.health().stream()
        .filter(each -> each.channel().equals(channel) && each.model().equals(model))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatWasLearnedOfOneDeviceIsForgottenAndNothingElse() {
    for (int i = 0; i < 5 * 576; i++) {
      rig.rack(random, 0);
    }
    assertEquals("ready", health("outlet.temperature", "rack-model").state());
    assertEquals(1, health("inlet.temperature", "past").progress());
    assertEquals(List.of("outlet.temperature"), forget("outlet", Optional.of("temperature")));
    assertEquals("learning", health("outlet.temperature", "rack-model").state());
    assertTrue(health("outlet.temperature", "past").progress() < 0.1);
    assertEquals(1, health("inlet.temperature", "past").progress());
    assertEquals(List.of(), told);
    rig.rack(random, 0); // and it goes on
    assertEquals(List.of(), forget("outlet", Optional.of("humidity")));
    assertEquals(List.of(), forget("nobody", Optional.empty()));
  }

  @Test
  void whatIsRaisedIsAcceptedSinceNobodyKnowsBetter() {
    for (int i = 0; i < 5 * 576; i++) {
      rig.rack(random, 0);
    }
    Anomaly raised = null;
    for (int i = 0; i < 60 && raised == null; i++) {
      raised = RackWatchTest.firstOf(Kind.RACK_MODEL, rig.rack(random, 4));
    }
    assertNotNull(raised);
    forget("outlet", Optional.empty());
    Anomaly over =
        told.stream()
            .map(Anomaly.class::cast)
            .filter(each -> each.kind() == Kind.RACK_MODEL)
            .findFirst()
            .orElseThrow();
    assertEquals(State.ACCEPTED, over.state());
    assertEquals(raised.id(), over.id());
    assertEquals("outlet temperature: its models were told to learn anew", over.text());
    told.clear();
    forget("outlet", Optional.empty());
    assertEquals(List.of(), told, "it is over once");
  }
}
