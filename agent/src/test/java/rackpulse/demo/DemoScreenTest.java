package rackpulse.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import rackpulse.simulation.SimulatedRack.Event;
import rackpulse.terminal.Terminal;

class DemoScreenTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final String META =
      "{\"channels\":{\"temperature\":{\"quantity\":\"temperature\"}}}";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void printsPlainLinesWhereThereIsNoTerminal() {
    try (DemoScreen screen = new DemoScreen(Terminal.plain(out), 4, "demo")) {
      send(screen, "inlet/meta", META);
      send(screen, "inlet/readings", "{\"values\":{\"temperature\":21.456}}");
      send(screen, "inlet/readings", "{\"values\":{},\"gaps\":{\"temperature\":\"no-answer\"}}");
      send(screen, "inlet/anomaly/temperature.limit", "{\"state\":\"raised\",\"text\":\"hot\"}");
      send(screen, "inlet/anomaly/temperature.limit", "{\"state\":\"cleared\",\"text\":\"hot\"}");
      send(screen, "agent/demo/status", "{\"state\":\"online\"}");
      screen.draw("1 s");
    }
    assertEquals(
        List.of(
            "12:00:00  inlet  temperature 21.46 °C",
            "12:00:00  inlet  temperature GAP no-answer",
            "12:00:00  ANOMALY hot",
            "12:00:00  anomaly cleared: hot",
            "12:00:00  agent is online"),
        bytes.toString(StandardCharsets.UTF_8).lines().toList());
  }

  @Test
  void drawsRowsAnomaliesAndEventsOnATerminal() {
    Terminal terminal = new Terminal(out, true, false, 80);
    try (DemoScreen screen = new DemoScreen(terminal, 4, "demo")) {
      send(screen, "inlet/meta", META);
      send(screen, "inlet/readings", "{\"values\":{\"temperature\":21.0}}");
      send(screen, "inlet/readings", "{\"values\":{\"temperature\":25.0}}");
      send(screen, "inlet/anomaly/temperature.limit", "{\"state\":\"raised\",\"text\":\"hot\"}");
      screen.draw("1 s");
    }
    String drawn = bytes.toString(StandardCharsets.UTF_8);
    assertTrue(drawn.contains("inlet   temperature  25.00 °C  ▁█"), drawn);
    assertTrue(drawn.contains("! hot"), drawn);
    assertTrue(drawn.endsWith("\u001b[?25h"), "the cursor is given back");
  }

  @Test
  void drawsADescribedDeviceBeforeItsFirstPoll() {
    Terminal terminal = new Terminal(out, true, false, 80);
    try (DemoScreen screen = new DemoScreen(terminal, 4, "demo")) {
      send(screen, "inlet/meta", META);
      screen.draw("1 s");
    }
    assertTrue(bytes.toString(StandardCharsets.UTF_8).contains("inlet   temperature"));
  }

  @Test
  void anomalyIsTakenBackByItsEmptyRetainedMessage() {
    Terminal terminal = new Terminal(out, true, false, 80);
    try (DemoScreen screen = new DemoScreen(terminal, 4, "demo")) {
      send(screen, "inlet/anomaly/temperature.limit", "{\"state\":\"raised\",\"text\":\"hot\"}");
      send(screen, "inlet/anomaly/temperature.limit", "");
      screen.draw("1 s");
    }
    assertFalse(bytes.toString(StandardCharsets.UTF_8).contains("! hot"));
  }

  @Test
  void whatIsNotJsonIsSaidAndSurvived() {
    try (DemoScreen screen = new DemoScreen(Terminal.plain(out), 4, "demo")) {
      send(screen, "inlet/readings", "{\"values\":");
    }
    assertTrue(bytes.toString(StandardCharsets.UTF_8).contains("not JSON on dc/v1/fra1/a12/inlet"));
  }

  @Test
  void scriptGivesEachEventOnceAndBeginsAnew() {
    DemoScript script = new DemoScript();
    assertEquals(List.of(), script.due(3.9));
    assertEquals(List.of(Event.FEED_B_METER_UNPLUGGED), script.due(4));
    assertEquals(List.of(), script.due(4.5));
    assertEquals(
        List.of(Event.FEED_B_METER_PLUGGED_IN, Event.FAN_TRAY_FAILS, Event.FAN_TRAY_REPLACED),
        script.due(60));
    assertEquals(List.of(Event.FEED_B_METER_UNPLUGGED), script.due(94));
  }

  private static void send(DemoScreen screen, String rest, String payload) {
    screen.message("dc/v1/fra1/a12/" + rest, payload.getBytes(StandardCharsets.UTF_8), NOON);
  }
}
