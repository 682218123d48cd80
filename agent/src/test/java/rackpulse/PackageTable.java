package rackpulse;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// The packages of the agent, what each is for, and which others it may use.
final class PackageTable {
  /// @param sentence what the package's Javadoc begins with
  /// @param mayUse names of other packages
  record Row(String sentence, Set<String> mayUse) {}

  static final Map<String, Row> ROWS = new LinkedHashMap<>();

  static {
    row("telemetry", "The vocabulary: what the agent can say about the rack.");
    row("json", "Writing and reading JSON.");
    row(
        "bus",
        "The ports to the wires and their settings, how a wire can fail, checksums,"
            + " transcripts.");
    row("linux", "Every native call: I2C ioctl, serial line, notify socket, clock state.", "bus");
    row(
        "i2c",
        "The Pi4J context, our Linux I2C provider for it, muxes (a decorator over any `I2cBus`).",
        "bus",
        "linux");
    row("modbus", "Frames and their timing, the masters for TCP, RTU, RTU over TCP.", "bus");
    row(
        "chip",
        "I2C chips whose arithmetic does not fit a table: registers, pure conversion, measurement.",
        "bus");
    row(
        "sensor",
        "Profiles and drivers: from register bytes to samples.",
        "bus",
        "telemetry",
        "chip");
    row(
        "state",
        "What the models have learned, as bounded, versioned bytes that come back bit by bit.");
    row(
        "model",
        "The least-squares models: own past, rack, forecast, sensor faults; pure, no clock.",
        "state");
    row(
        "trend",
        "Where raw readings are heading, and how soon that passes a limit; pure, no clock.",
        "state");
    row(
        "analysis",
        "Derived channels, truth checks, what the models find, verdicts.",
        "telemetry",
        "state",
        "model");
    row(
        "watch",
        "What channels and the rack do, as the models see it: anomalies from raise to clear,"
            + " forecasts.",
        "telemetry",
        "state",
        "model",
        "trend",
        "analysis");
    row("plot", "Drawings of recordings for reports, as SVG.");
    row(
        "history",
        "Recorded data: CSV in, rows out, behind `replay` and `evaluate`.",
        "telemetry",
        "analysis",
        "state",
        "model",
        "watch",
        "plot");
    row(
        "spool",
        "A byte-bounded, crash-safe log of what the broker has not yet taken; atomic replacement"
            + " of state files.");
    row(
        "recorder",
        "The flight recorder: the latest traffic of every bus, in memory, written to files when"
            + " something happens.",
        "bus",
        "spool");
    row("vitals", "How the agent, its buses and its models are, as JSON.", "telemetry", "json");
    row(
        "credentials",
        "Passwords, keys and certificates from files: read, checked, watched for changes.");
    row(
        "mqtt",
        "Topics, payloads and the MQTT 5 session.",
        "telemetry",
        "json",
        "vitals",
        "credentials");
    row(
        "remote",
        "Commands over MQTT: what may be asked, why it is refused, and how it is answered.",
        "telemetry",
        "json");
    row(
        "delivery",
        "What is on its way to the broker: mailboxes, the outbox, losses, what must stand there.",
        "telemetry",
        "spool");
    row(
        "schedule",
        "When which device is asked: periods, deadlines, back-off, and the bus time that all need.",
        "telemetry",
        "bus",
        "sensor");
    row(
        "verdict",
        "What is wrong with a wire: from what was seen on it to one sentence that a technician can"
            + " act on.",
        "bus");
    row(
        "memory",
        "What outlives the process: anomalies that are raised and what the models have learned,"
            + " in files.",
        "telemetry",
        "state",
        "analysis",
        "watch",
        "spool");
    row(
        "engine",
        "The threads: polling, back-off of what does not answer, start and stop.",
        "telemetry",
        "bus",
        "sensor",
        "schedule",
        "verdict",
        "recorder",
        "analysis",
        "watch",
        "memory",
        "delivery",
        "spool",
        "state");
    row("log", "tinylog's journal and JSON writers.", "json");
    row(
        "terminal",
        "Tables, progress bars, sparklines, plain when there is no terminal.",
        "telemetry");
    row(
        "simulation",
        "The simulated rack behind `rackpulse demo`: chips, meters, heat, at the byte level.",
        "bus",
        "telemetry");
    row(
        "scan",
        "What hangs on a bus: asks every address, only reads.",
        "bus",
        "sensor",
        "json",
        "terminal");
    row(
        "demo",
        "The demonstration: what goes wrong in the simulated rack, and how a subscriber sees it.",
        "bus",
        "i2c",
        "modbus",
        "sensor",
        "schedule",
        "recorder",
        "watch",
        "memory",
        "engine",
        "simulation",
        "telemetry",
        "json",
        "terminal");
    rowThatUsesAllAbove(
        "config", "TOML files to settings records and profiles, every problem with its line.");
    rowThatUsesAllAbove(
        "reload",
        "New configuration for a running agent: what it changes, when it comes in, when it goes"
            + " again.");
    rowThatUsesAllAbove("command", "The command line: one class per command.");
    rowThatUsesAllAbove("rackpulse", "Composition root: `Main`, wiring, signals, exit codes.");
  }

  private PackageTable() {}

  private static void row(String name, String sentence, String... mayUse) {
    ROWS.put(name, new Row(sentence, Set.of(mayUse)));
  }

  private static void rowThatUsesAllAbove(String name, String sentence) {
    ROWS.put(name, new Row(sentence, new LinkedHashSet<>(ROWS.keySet())));
  }
}
