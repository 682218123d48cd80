package rackpulse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.tinylog.Logger;
import rackpulse.delivery.Uplink;
import rackpulse.engine.Snapshot;
import rackpulse.json.JsonWriter;
import rackpulse.mqtt.AgentName;
import rackpulse.recorder.FlightRecorder;
import rackpulse.spool.AtomicFile;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.vitals.HealthJson;

/// Shows the rack to whoever stands before it, with or without a broker: a file that `rackpulse
/// status` reads, replaced every few seconds.
final class StatusFile implements Consumer<Snapshot> {
  private final Path file;
  private final AgentName name;
  private boolean complained;

  StatusFile(Path file, AgentName name) {
    this.file = file;
    this.name = name;
  }

  @Override
  public void accept(Snapshot snapshot) {
    try {
      AtomicFile.replace(file, json(snapshot));
      complained = false;
    } catch (IOException e) {
      if (!complained) {
        Logger.warn("cannot write {} ({}): `rackpulse status` will not work", file, e.toString());
      }
      complained = true;
    }
  }

  private byte[] json(Snapshot snapshot) {
    JsonWriter json =
        new JsonWriter()
            .beginObject()
            .integer("v", 1)
            .time("ts", snapshot.stamp().at())
            .text("version", name.version())
            .text("site", name.site())
            .text("rack", name.rack())
            .text("agent", name.agent())
            .text("boot", name.boot())
            .integer("pid", ProcessHandle.current().pid())
            .time("since", snapshot.since());
    delivery(json, snapshot);
    json.beginArray("buses");
    snapshot.buses().forEach(bus -> bus(json, bus));
    json.end();
    recording(json, snapshot.recording());
    HealthJson.models(json, snapshot.models());
    HealthJson.reload(json, snapshot.reload());
    json.beginArray("devices");
    snapshot.devices().forEach(device -> device(json, device));
    return json.end().end().bytes();
  }

  private static void delivery(JsonWriter json, Snapshot snapshot) {
    Uplink.Statistics broker = snapshot.broker();
    Health.Delivery delivery = snapshot.delivery();
    json.beginObject("broker")
        .flag("connected", broker.connected())
        .text("reason", broker.reason())
        .integer("reconnects", broker.reconnects())
        .integer("waiting_messages", delivery.waitingMessages())
        .integer("waiting_bytes", delivery.waitingBytes())
        .decimal("oldest_waiting_seconds", delivery.oldestWaitingSeconds())
        .beginObject("lost");
    delivery.lost().forEach(json::integer);
    json.end();
    HealthJson.certificates(json, delivery, snapshot.stamp().at());
    json.end().beginObject("spool");
    Health.Spool spool = delivery.spool();
    json.text("state", spool.state())
        .integer("messages", spool.messages())
        .integer("bytes", spool.bytes())
        .end();
  }

  /// `rackpulse record` waits for the number to grow.
  private static void recording(JsonWriter json, FlightRecorder.Answer answer) {
    json.beginObject("recording").integer("number", answer.number()).beginArray("files");
    answer.files().forEach(json::text);
    json.end().text("problem", answer.problem()).end();
  }

  private static void bus(JsonWriter json, Health.BusHealth bus) {
    json.beginObject()
        .text("name", bus.name())
        .text("state", bus.state())
        .text("reason", bus.reason())
        .integer("devices", bus.devices())
        .integer("dormant", bus.dormant())
        .decimal("cycle_ms", bus.cycleMillis())
        .decimal("utilisation", bus.utilisation())
        .decimal("lateness_max_ms", bus.latenessMaxMillis())
        .integer("polls", bus.polls())
        .integer("missed", bus.missed())
        .beginObject("errors");
    bus.errors().forEach(json::integer);
    json.end().text("verdict", bus.verdict()).beginArray("troubled");
    bus.troubled().forEach(device -> troubled(json, device));
    json.end().end();
  }

  private static void troubled(JsonWriter json, Health.DeviceHealth device) {
    json.beginObject()
        .text("name", device.name())
        .text("verdict", device.verdict())
        .beginObject("errors");
    device.errors().forEach(json::integer);
    json.end().end();
  }

  private static void device(JsonWriter json, Snapshot.Device device) {
    json.beginObject().text("name", device.name()).text("bus", device.bus());
    DeviceStatus status = device.status();
    if (status != null) {
      json.text("state", status.online() ? "online" : "offline")
          .text("reason", status.reason())
          .time("since", status.since());
    }
    Poll latest = device.latest();
    if (latest != null) {
      json.time("ts", latest.stamp().at()).integer("seq", latest.sequence()).beginArray("samples");
      latest.samples().forEach(sample -> sample(json, sample));
      json.end();
    }
    json.end();
  }

  private static void sample(JsonWriter json, Sample sample) {
    json.beginObject()
        .text("channel", sample.channel().name())
        .text("quantity", sample.channel().quantity().id());
    switch (sample) {
      case Reading reading -> json.decimal("value", reading.value());
      case Gap gap -> json.text("gap", gap.cause().id());
    }
    json.end();
  }
}
