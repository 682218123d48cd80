package rackpulse.vitals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import rackpulse.json.JsonWriter;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Health.BusHealth;
import rackpulse.telemetry.Health.DeviceHealth;
import rackpulse.telemetry.Health.ModelHealth;

/// How the agent is, as members of a JSON object.
public final class HealthJson {
  /// Keeps health small on a rack whose thousand channels all learn.
  private static final int MOST_MODELS = 50;

  /// Who has more reads the log, or runs `rackpulse check`.
  private static final int MOST_PROBLEMS = 20;

  private static final long MILLIS_PER_DAY = Duration.ofDays(1).toMillis();

  private HealthJson() {}

  /// Writes the members of `health` into the open object.
  public static void write(JsonWriter json, Health health) {
    Health.Process process = health.process();
    Health.Delivery delivery = health.delivery();
    json.decimal("uptime_seconds", health.uptime().toNanos() / 1e9)
        .beginObject("process")
        .decimal("cpu_seconds", process.cpuSeconds())
        .integer("resident_bytes", process.residentBytes())
        .integer("threads", process.threads())
        .end()
        .beginObject("delivery")
        .integer("waiting_messages", delivery.waitingMessages())
        .integer("waiting_bytes", delivery.waitingBytes())
        .decimal("oldest_waiting_seconds", delivery.oldestWaitingSeconds())
        .integer("published", delivery.published())
        .integer("reconnects", delivery.reconnects());
    counts(json, "lost", delivery.lost());
    certificates(json, delivery, health.stamp().at());
    json.beginObject("spool")
        .text("state", delivery.spool().state())
        .integer("messages", delivery.spool().messages())
        .integer("bytes", delivery.spool().bytes())
        .end();
    json.end().beginObject("buses");
    for (BusHealth bus : health.buses()) {
      bus(json, bus);
    }
    json.end();
    models(json, health.models());
    reload(json, health.reload());
  }

  /// What came of the latest attempt to change the configuration; nothing when there was none.
  public static void reload(JsonWriter json, Optional<Health.Reload> latest) {
    if (latest.isEmpty()) {
      return;
    }
    Health.Reload reload = latest.get();
    json.beginObject("reload")
        .time("ts", reload.at())
        .text("origin", reload.origin())
        .text("outcome", reload.outcome())
        .text("text", reload.text())
        .beginArray("problems");
    reload.problems().stream().limit(MOST_PROBLEMS).forEach(problem -> problem(json, problem));
    json.end().beginArray("later");
    reload.later().forEach(json::text);
    json.end().end();
  }

  private static void problem(JsonWriter json, Health.Problem problem) {
    json.beginObject()
        .text("file", problem.file())
        .integer("line", problem.line())
        .integer("column", problem.column())
        .text("message", problem.message())
        .end();
  }

  /// How many models are in which state; by name each rack model and the first that are not ready.
  public static void models(JsonWriter json, List<ModelHealth> models) {
    Map<String, Long> states = new TreeMap<>();
    models.forEach(model -> states.merge(model.state(), 1L, Long::sum));
    counts(json, "models", states);
    json.beginArray("model_states");
    int named = 0;
    for (ModelHealth model : models) {
      boolean isTold = model.model().equals("rack-model") || !model.state().equals("ready");
      if (isTold && named < MOST_MODELS) {
        named++;
        json.beginObject()
            .text("channel", model.channel())
            .text("model", model.model())
            .text("state", model.state())
            .decimal("progress", model.progress());
        if (!model.note().isEmpty()) {
          json.text("note", model.note());
        }
        json.end();
      }
    }
    json.end();
  }

  /// When certificates expire, as dates and as days left at `now`, and what is to be seen to.
  public static void certificates(JsonWriter json, Health.Delivery delivery, Instant now) {
    Map<String, Instant> expiry = new TreeMap<>(delivery.certificateExpiry());
    json.beginObject("certificate_days_left");
    expiry.forEach((whose, time) ->
        json.integer(whose, Math.floorDiv(Duration.between(now, time).toMillis(), MILLIS_PER_DAY)));
    json.end().beginObject("certificate_expires");
    expiry.forEach(json::time);
    json.end().beginArray("notes");
    delivery.notes().forEach(json::text);
    json.end();
  }

  private static void bus(JsonWriter json, BusHealth bus) {
    json.beginObject(bus.name()).text("state", bus.state());
    if (!bus.reason().isEmpty()) {
      json.text("reason", bus.reason());
    }
    json.integer("devices", bus.devices())
        .integer("dormant", bus.dormant())
        .decimal("cycle_ms", bus.cycleMillis())
        .decimal("utilisation", bus.utilisation())
        .decimal("lateness_mean_ms", bus.latenessMeanMillis())
        .decimal("lateness_max_ms", bus.latenessMaxMillis())
        .decimal("jitter_ms", bus.jitterMillis())
        .integer("polls", bus.polls())
        .integer("missed", bus.missed());
    counts(json, "errors", bus.errors());
    if (!bus.verdict().isEmpty()) {
      json.text("verdict", bus.verdict());
    }
    if (!bus.troubled().isEmpty()) {
      json.beginObject("troubled");
      bus.troubled().forEach(device -> troubled(json, device));
      json.end();
    }
    json.end();
  }

  private static void troubled(JsonWriter json, DeviceHealth device) {
    json.beginObject(device.name());
    if (!device.verdict().isEmpty()) {
      json.text("verdict", device.verdict());
    }
    counts(json, "errors", device.errors());
    json.end();
  }

  private static void counts(JsonWriter json, String key, Map<String, Long> counts) {
    json.beginObject(key);
    new TreeMap<>(counts).forEach(json::integer); // sorted: two equal reports make equal bytes
    json.end();
  }
}
