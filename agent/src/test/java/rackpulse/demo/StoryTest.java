package rackpulse.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.config.Configuration;
import rackpulse.config.ConfigurationFile;
import rackpulse.config.Profiles;
import rackpulse.engine.Engine;
import rackpulse.simulation.SimulatedRack;
import rackpulse.simulation.SimulatedRack.Event;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.State;
import rackpulse.telemetry.Health.ModelHealth;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;
import rackpulse.watch.RackWatch;

/// The whole demonstration without broker and threads, as fast as it goes.
class StoryTest {
  private static final long SEED = 20_260_101;
  private static final Duration LEARNED = Duration.ofDays(7);

  /// What 110 seconds of the demonstration are of the rack's time.
  private static final Duration SHOWN = Duration.ofHours(11);

  private static final Set<String> REAR = Set.of("outlet-top", "outlet-bottom", "rear-middle");

  @TempDir private Path directory;
  private final List<String> told = new ArrayList<>();
  private final Set<Event> played = new HashSet<>();
  private final Map<String, Anomaly> raised = new HashMap<>();
  private SimulatedRack rack;
  private Engine.Rack configured;
  private PastDays days;

  @BeforeEach
  void learn() throws Exception {
    Path file = directory.resolve("rackpulse.toml");
    try (InputStream in = StoryTest.class.getResourceAsStream("/demo/rackpulse.toml")) {
      byte[] bytes = Objects.requireNonNull(in).readAllBytes();
      String text = new String(bytes, StandardCharsets.UTF_8);
      Files.writeString(
          file,
          text.replace("{broker}", "mqtt://127.0.0.1:1").replace("{state}", directory.toString()));
    }
    Configuration configuration = ConfigurationFile.load(file, new Profiles(List.of()), Map.of());
    configured =
        new Engine.Rack(
            configuration.buses(),
            configuration.devices(),
            configuration.derived(),
            configuration.limits(),
            configuration.watch());
    SkippingClock wires = new SkippingClock(() -> 0);
    wires.skip(true);
    rack = new SimulatedRack(SEED, wires);
    RackClock clock = new RackClock(Instant.parse("2026-11-17T08:00:00Z"));
    SimulatedTime time = new SimulatedTime(rack, clock);
    days = new PastDays(configured, new SimulatedBuses(rack, wires, clock), time);
    days.pass(LEARNED);
  }

  @Test
  void whatTheDaysTaughtIsReadyInTheAgent() throws Exception {
    days.leave(directory);
    Stamp now = new Stamp(Instant.parse("2026-11-24T08:00:00Z"), 0, true);
    RackWatch agents = configured.watched(now, _ -> 1);
    assertEquals(List.of(), agents.restore(Files.readAllBytes(directory.resolve("models"))));
    for (ModelHealth model : agents.health()) {
      assertEquals(1, model.progress(), model.toString());
    }
  }

  @Test
  void everyAnomalyIsTrueAndTheyComeInTheOrderOfTheStory() {
    DemoScript script = new DemoScript();
    for (Duration at = Duration.ZERO; at.compareTo(SHOWN) < 0; at = at.plusMinutes(1)) {
      days.pass(Duration.ofMinutes(1), this::hear);
      Set<String> keys = new HashSet<>();
      raised.values().forEach(each -> keys.add(each.channel().path() + "." + each.kind().id()));
      script
          .due(at, keys)
          .ifPresent(event -> {
            rack.play(event);
            if (event == Event.FAN_TRAY_FAILS) {
              played.remove(Event.FAN_TRAY_REPLACED);
            }
            played.add(event);
            told.add(event.name());
          });
    }
    inOrder("FEED_B_METER_UNPLUGGED", "feed-b missing raised", "FEED_B_METER_PLUGGED_IN");
    inOrder("FEED_B_METER_PLUGGED_IN", "feed-b missing cleared", "FAN_TRAY_FAILS");
    inOrder(
        "FAN_TRAY_FAILS",
        "outlet-top approaching-limit raised",
        "outlet-top limit raised",
        "FAN_TRAY_REPLACED");
    inOrder(
        "FAN_TRAY_FAILS",
        "outlet-top rack-model raised",
        "FAN_TRAY_REPLACED",
        "outlet-top limit cleared");
    inOrder("FAN_TRAY_REPLACED", "outlet-top rack-model cleared", "REAR_SENSOR_STUCK");
    inOrder("REAR_SENSOR_STUCK", "rear-middle sensor-stuck raised", "REAR_SENSOR_RELEASED");
    inOrder("REAR_SENSOR_RELEASED", "rear-middle sensor-stuck cleared");
  }

  private void inOrder(String... wanted) {
    int from = 0;
    for (String each : wanted) {
      int at = told.subList(from, told.size()).indexOf(each);
      assertTrue(at >= 0, () -> each + " after what comes before it: " + told);
      from += at + 1;
    }
  }

  private void hear(Report report) {
    if (!(report instanceof Anomaly anomaly)) {
      return;
    }
    String name = anomaly.channel().device() + " " + anomaly.kind().id();
    if (anomaly.state() != State.RAISED) {
      raised.remove(anomaly.id());
      told.add(name + " " + anomaly.state().id());
    } else {
      assertTrue(isTrue(anomaly), anomaly.text());
      if (raised.put(anomaly.id(), anomaly) == null) {
        told.add(name + " raised");
      }
    }
  }

  /// Whether what is said is what happened.
  private boolean isTrue(Anomaly anomaly) {
    String device = anomaly.channel().device();
    return switch (anomaly.kind()) {
      case MISSING -> device.equals("feed-b") && played.contains(Event.FEED_B_METER_UNPLUGGED);
      case SENSOR_STUCK -> device.equals("rear-middle") && played.contains(Event.REAR_SENSOR_STUCK);
      case NOVELTY -> REAR.contains(device) && played.contains(Event.FAN_TRAY_FAILS);
      case RACK_MODEL ->
          REAR.contains(device)
              && played.contains(Event.FAN_TRAY_FAILS)
              && anomaly.shares().size() == 3
              && anomaly.text().contains(" expected ");
      case LIMIT, APPROACHING_LIMIT ->
          device.equals("outlet-top")
              && played.contains(Event.FAN_TRAY_FAILS)
              && (!anomaly.text().contains("rising") || !played.contains(Event.FAN_TRAY_REPLACED));
      case SENSOR_SPIKE, SENSOR_NOISE, SENSOR_BIAS, SENSOR_DRIFT -> false;
    };
  }
}
