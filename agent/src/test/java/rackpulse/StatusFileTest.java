package rackpulse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.delivery.Uplink;
import rackpulse.engine.Snapshot;
import rackpulse.mqtt.AgentName;
import rackpulse.recorder.FlightRecorder;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Stamp;

class StatusFileTest {
  private static final Stamp NOON = new Stamp(Instant.parse("2026-11-23T12:00:00Z"), 0, true);
  private static final AgentName NAME =
      new AgentName("dc/v1", "fra1", "a12", "rc-a12", "1.2.3", "7f3a");

  @TempDir Path directory;

  @Test
  void showsValuesGapsAndStates() throws IOException {
    Path file = directory.resolve("status.json");
    new StatusFile(file, NAME).accept(snapshot());
    String text = Files.readString(file);
    assertTrue(text.contains("\"agent\":\"rc-a12\""), text);
    assertTrue(text.contains("\"connected\":false,\"reason\":\"connection refused\""), text);
    assertTrue(text.contains("\"spool\":{\"state\":\"disk full\",\"messages\":1,"), text);
    assertTrue(text.contains("\"errors\":{\"silence\":3},\"verdict\":\"check the cable\""), text);
    assertTrue(
        text.contains(
            "\"samples\":[{\"channel\":\"temperature\",\"quantity\":\"temperature\","
                + "\"value\":21.5},{\"channel\":\"humidity\","
                + "\"quantity\":\"relative-humidity\",\"gap\":\"no-answer\"}]"),
        text);
  }

  @Test
  void makesTheDirectoryAndSurvivesWhereItCannot() throws IOException {
    Path file = directory.resolve("missing").resolve("status.json");
    new StatusFile(file, NAME).accept(snapshot());
    assertTrue(Files.exists(file));
    Path beneathAFile = file.resolve("status.json");
    new StatusFile(beneathAFile, NAME).accept(snapshot());
    assertFalse(Files.exists(beneathAFile));
  }

  @Test
  void readsTheKernelsNumbers() {
    String status = "Name:\tjava\nVmRSS:\t   20480 kB\nThreads:\t17\n";
    assertEquals(20480, OwnProcess.number(status, "VmRSS:"));
    assertEquals(17, OwnProcess.number(status, "Threads:"));
    assertEquals(0, OwnProcess.number(status, "VmSwap:"));
    assertTrue(OwnProcess.now().residentBytes() > 1_000_000);
  }

  private static Snapshot snapshot() {
    Channel temperature = new Channel("inlet", "temperature", Quantity.TEMPERATURE);
    Channel humidity = new Channel("inlet", "humidity", Quantity.RELATIVE_HUMIDITY);
    Poll poll =
        new Poll(
            "inlet",
            NOON,
            7,
            List.of(
                new Reading(temperature, NOON, 21.5), new Gap(humidity, NOON, Cause.NO_ANSWER)));
    Health.BusHealth bus =
        new Health.BusHealth(
            "front",
            "up",
            "",
            1,
            0,
            3.5,
            0.25,
            0,
            1.5,
            0,
            7,
            0,
            Map.of("silence", 3L),
            "check the cable",
            List.of());
    return new Snapshot(
        NOON,
        NOON.at(),
        new Uplink.Statistics(false, "connection refused", 0, Map.of(), List.of()),
        new Health.Delivery(
            1,
            100,
            2.5,
            6,
            Map.of(),
            0,
            Map.of("own", NOON.at().plus(Duration.ofDays(9))),
            List.of("it expires"),
            new Health.Spool("disk full", 1, 4096)),
        List.of(bus),
        new FlightRecorder.Answer(2, List.of("/var/lib/rackpulse/recorder/a.transcript"), ""),
        List.of(
            new Snapshot.Device(
                "inlet", "front", new DeviceStatus("inlet", NOON, true, NOON.at(), ""), poll),
            new Snapshot.Device("later", "front", null, null)),
        List.of(
            new Health.ModelHealth("inlet.temperature", "past", "learning", 0.25, ""),
            new Health.ModelHealth("inlet.temperature", "forecast", "ready", 1, "")),
        Optional.empty());
  }
}
