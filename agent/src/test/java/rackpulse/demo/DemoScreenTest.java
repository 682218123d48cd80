package rackpulse.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import rackpulse.terminal.Terminal;

class DemoScreenTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final String META =
      "{\"channels\":{\"temperature\":{\"quantity\":\"temperature\"}}}";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void printsPlainLinesWhereThereIsNoTerminal() {
    try (DemoScreen screen = screen(Terminal.plain(out))) {
      send(screen, "inlet/meta", META);
      send(screen, "inlet/readings", "{\"values\":{\"temperature\":21.456}}");
      send(screen, "inlet/readings", "{\"values\":{},\"gaps\":{\"temperature\":\"no-answer\"}}");
      send(screen, "inlet/readings", "{\"values\":{\"temperature\":21.456}}");
      send(screen, "inlet/anomaly/temperature.limit", "{\"state\":\"raised\",\"text\":\"hot\"}");
      send(screen, "inlet/anomaly/temperature.limit", "{\"state\":\"cleared\",\"text\":\"hot\"}");
      send(screen, "agent/demo/status", "{\"state\":\"online\"}");
      screen.draw(NOON);
    }
    assertEquals(
        List.of(
            "12:00  inlet  temperature GAP no-answer",
            "12:00  inlet  temperature read again",
            "12:00  ANOMALY hot",
            "12:00  anomaly cleared: hot",
            "12:00  agent is online",
            "12:00  inlet 21.46 °C"),
        bytes.toString(StandardCharsets.UTF_8).lines().toList());
  }

  @Test
  void drawsRowsAnomaliesAndEventsOnATerminal() {
    Terminal terminal = new Terminal(out, true, false, 80);
    try (DemoScreen screen = screen(terminal)) {
      send(screen, "inlet/meta", META);
      send(screen, "inlet/readings", "{\"values\":{\"temperature\":23.0}}");
      send(screen, "inlet/readings", "{\"values\":{\"temperature\":21.0}}");
      send(screen, "inlet/readings", "{\"values\":{\"temperature\":25.0}}", NOON.plusSeconds(300));
      send(screen, "inlet/anomaly/temperature.limit", "{\"state\":\"raised\",\"text\":\"hot\"}");
      screen.draw(NOON);
    }
    String drawn = bytes.toString(StandardCharsets.UTF_8);
    assertTrue(drawn.contains("inlet   temperature  25.00 °C  ▁█"), drawn);
    assertTrue(drawn.contains("! hot"), drawn);
    assertTrue(drawn.endsWith("\u001b[?25h"), "the cursor is given back");
  }

  @Test
  void drawsADescribedDeviceBeforeItsFirstPoll() {
    Terminal terminal = new Terminal(out, true, false, 80);
    try (DemoScreen screen = screen(terminal)) {
      send(screen, "inlet/meta", META);
      screen.draw(NOON);
    }
    assertTrue(bytes.toString(StandardCharsets.UTF_8).contains("inlet   temperature"));
  }

  @Test
  void anomalyIsTakenBackByItsEmptyRetainedMessage() {
    Terminal terminal = new Terminal(out, true, false, 80);
    try (DemoScreen screen = screen(terminal)) {
      send(screen, "inlet/anomaly/temperature.limit", "{\"state\":\"raised\",\"text\":\"hot\"}");
      send(screen, "inlet/anomaly/temperature.limit", "");
      screen.draw(NOON);
    }
    assertFalse(bytes.toString(StandardCharsets.UTF_8).contains("! hot"));
  }

  @Test
  void whatIsNotJsonIsSaidAndSurvived() {
    try (DemoScreen screen = screen(Terminal.plain(out))) {
      send(screen, "inlet/readings", "{\"values\":");
    }
    assertTrue(bytes.toString(StandardCharsets.UTF_8).contains("not JSON on dc/v1/fra1/a12/inlet"));
  }

  @Test
  void whatIsWorseIsToldAgainAndWhatGoesOnIsNot() {
    try (DemoScreen screen = screen(Terminal.plain(out))) {
      String limit = "inlet/anomaly/temperature.limit";
      send(screen, limit, "{\"state\":\"raised\",\"severity\":0.5,\"text\":\"hot\"}");
      send(screen, limit, "{\"state\":\"raised\",\"severity\":0.5,\"text\":\"still hot\"}");
      send(screen, limit, "{\"state\":\"raised\",\"severity\":1.0,\"text\":\"too hot\"}");
      assertEquals(Set.of("inlet.temperature.limit"), screen.raised());
    }
    assertEquals(
        List.of("12:00  ANOMALY hot", "12:00  ANOMALY too hot"),
        bytes.toString(StandardCharsets.UTF_8).lines().toList());
  }

  @Test
  void sharesOfARackModelAreTold() {
    try (DemoScreen screen = screen(Terminal.plain(out))) {
      send(screen, "outlet/meta", META);
      send(
          screen,
          "outlet/anomaly/temperature.rack-model",
          "{\"state\":\"raised\",\"kind\":\"rack-model\",\"text\":\"hot\",\"unexplained\":4.04,"
              + "\"shares\":[{\"name\":\"feed-a.power\",\"amount\":0.5},"
              + "{\"name\":\"inlet.temperature\",\"amount\":-0.25}]}");
    }
    assertEquals(
        "12:00    shares: feed-a power +0.50 °C, inlet temperature -0.25 °C,"
            + " unexplained: +4.04 °C",
        bytes.toString(StandardCharsets.UTF_8).lines().toList().getLast());
  }

  @Test
  void longTextsAreWrappedSoThatTheScreenStaysInPlace() {
    Terminal terminal = new Terminal(out, true, false, 40);
    try (DemoScreen screen = screen(terminal)) {
      screen.event("a fan tray fails: the rack gets less than half of its air", NOON);
      screen.draw(NOON);
    }
    String drawn = bytes.toString(StandardCharsets.UTF_8).replace("\u001b[K", "");
    assertTrue(drawn.contains("12:00  a fan tray fails: the rack gets\n       less than"), drawn);
  }

  private static DemoScreen screen(Terminal terminal) {
    return new DemoScreen(terminal, 24, 4, List.of("demo", "a minute is an hour"));
  }

  private static void send(DemoScreen screen, String rest, String payload) {
    send(screen, rest, payload, NOON);
  }

  private static void send(DemoScreen screen, String rest, String payload, Instant at) {
    screen.message("dc/v1/fra1/a12/" + rest, payload.getBytes(StandardCharsets.UTF_8), at);
  }
}
