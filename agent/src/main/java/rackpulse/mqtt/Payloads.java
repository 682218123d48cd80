package rackpulse.mqtt;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import rackpulse.json.JsonWriter;
import rackpulse.mqtt.Message.Publication;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.DeviceRemoval;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Health.BusHealth;
import rackpulse.telemetry.Health.DeviceHealth;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// Reports as messages. Any thread may call it; the only state are the polling periods, from which
/// the expiry of retained messages follows: the broker itself drops a stale value.
public final class Payloads {
  private static final int VERSION = 1;

  /// A value or status not renewed for so many polling periods is stale.
  private static final int STALE_AFTER_PERIODS = 3;

  /// A status is renewed less often than a fast device is polled.
  private static final long STATUS_EXPIRY_FLOOR_SECONDS = 180;

  /// Raised anomalies are published again every 12 h.
  private static final long ANOMALY_EXPIRY_SECONDS = Duration.ofDays(1).toSeconds();

  private static final int HEALTH_EXPIRY_PERIODS = 2;

  /// Used for a device that nobody has described.
  private static final Duration USUAL_PERIOD = Duration.ofMinutes(1);

  /// From here on a double does not fit a long.
  private static final double LONG_LIMIT = 0x1p63;

  private final AgentName name;
  private final Topics topics;
  private final Map<String, Duration> periods = new ConcurrentHashMap<>();

  public Payloads(AgentName name) {
    this.name = name;
    topics = new Topics(name);
  }

  /// Remembers the device's polling period; done as well when the description itself is encoded.
  public void describe(DeviceDescription description) {
    periods.put(description.device(), description.every());
  }

  /// `report` as it travels; `historical` polls never overwrite the latest value.
  public Message encode(Report report, boolean historical) {
    return switch (report) {
      case Poll poll -> historical ? backlog(poll) : readings(poll);
      case Loss loss -> loss(loss, name.boot());
      case Anomaly anomaly -> anomaly(anomaly);
      case DeviceDescription description -> meta(description);
      case DeviceStatus status -> status(status);
      case DeviceRemoval removal -> removal(removal);
      case Health health -> health(health);
    };
  }

  /// A poll or loss of the earlier run `boot` of the agent; never overwrites the latest value.
  public Message encodeEarlier(Report report, String boot) {
    return switch (report) {
      case Poll poll -> one(backlog(poll.device(), poll(poll, true, boot)));
      case Loss loss -> loss(loss, boot);
      case Report other -> encode(other, true);
    };
  }

  private Message readings(Poll poll) {
    byte[] payload = poll(poll, false, name.boot());
    long expirySeconds = staleSeconds(poll.device());
    return one(new Publication(topics.readings(poll.device()), payload, true, expirySeconds));
  }

  private Message backlog(Poll poll) {
    return one(backlog(poll.device(), poll(poll, true, name.boot())));
  }

  private Publication backlog(String device, byte[] payload) {
    return new Publication(topics.backlog(device), payload, false, 0);
  }

  private byte[] poll(Poll poll, boolean historical, String boot) {
    JsonWriter json = begin(poll.stamp(), boot).integer("seq", poll.sequence());
    if (historical) {
      json.flag("historical", true);
    }
    json.beginObject("values");
    boolean gaps = false;
    for (Sample sample : poll.samples()) {
      switch (sample) {
        case Reading(var channel, var _, double value) ->
            value(json, channel.name(), channel.quantity(), value);
        case Gap _ -> gaps = true;
      }
    }
    json.end();
    if (gaps) {
      gaps(json, poll.samples());
    }
    return json.end().bytes();
  }

  private static void gaps(JsonWriter json, List<Sample> samples) {
    json.beginObject("gaps");
    for (Sample sample : samples) {
      if (sample instanceof Gap(var channel, var _, var cause)) {
        json.text(channel.name(), cause.id());
      }
    }
    json.end();
  }

  private Message loss(Loss loss, String boot) {
    byte[] payload =
        new JsonWriter()
            .beginObject()
            .integer("v", VERSION)
            .text("boot", boot)
            .beginObject("lost")
            .integer("from", loss.from())
            .integer("to", loss.to())
            .text("cause", loss.cause().id())
            .end()
            .end()
            .bytes();
    return one(backlog(loss.device(), payload));
  }

  /// The end of an anomaly is told once, not retained, and the retained message is emptied.
  private Message anomaly(Anomaly anomaly) {
    String topic = topics.anomaly(anomaly);
    boolean raised = anomaly.state() == Anomaly.State.RAISED;
    Publication told =
        new Publication(topic, anomalyPayload(anomaly), raised, ANOMALY_EXPIRY_SECONDS);
    return raised ? one(told) : new Message(List.of(told, Publication.emptying(topic)));
  }

  private byte[] anomalyPayload(Anomaly anomaly) {
    JsonWriter json =
        begin(anomaly.stamp())
            .text("id", anomaly.id())
            .text("kind", anomaly.kind().id())
            .text("state", anomaly.state().id())
            .decimal("severity", anomaly.severity())
            .time("since", anomaly.since());
    decimal(json, "observed", anomaly.observed());
    decimal(json, "expected", anomaly.expected());
    decimal(json, "low", anomaly.low());
    decimal(json, "high", anomaly.high());
    json.text("unit", anomaly.channel().quantity().ucum()).beginArray("shares");
    for (Anomaly.Share share : anomaly.shares()) {
      json.beginObject().text("name", share.name()).decimal("amount", share.amount()).end();
    }
    return json.end().text("text", anomaly.text()).end().bytes();
  }

  private Message meta(DeviceDescription description) {
    describe(description);
    JsonWriter json =
        begin(description.stamp())
            .text("part", description.part())
            .flag("proven", description.proven())
            .text("location", description.location())
            .decimal("interval", seconds(description.every()))
            .beginObject("channels");
    for (ChannelDescription channel : description.channels()) {
      Quantity quantity = channel.channel().quantity();
      json.beginObject(channel.channel().name())
          .text("quantity", quantity.id())
          .text("unit", quantity.ucum())
          .text("display", quantity.display());
      if (Double.isFinite(channel.low())) {
        value(json, "low", quantity, channel.low());
      }
      if (Double.isFinite(channel.high())) {
        value(json, "high", quantity, channel.high());
      }
      json.end();
    }
    byte[] payload = json.end().end().bytes();
    return one(new Publication(topics.meta(description.device()), payload, true, 0));
  }

  private Message status(DeviceStatus status) {
    JsonWriter json =
        begin(status.stamp())
            .text("state", status.online() ? "online" : "offline")
            .time("since", status.since());
    if (!status.reason().isEmpty()) {
      json.text("reason", status.reason());
    }
    long expirySeconds = Math.max(staleSeconds(status.device()), STATUS_EXPIRY_FLOOR_SECONDS);
    byte[] payload = json.end().bytes();
    return one(new Publication(topics.status(status.device()), payload, true, expirySeconds));
  }

  private Message removal(DeviceRemoval removal) {
    String device = removal.device();
    periods.remove(device);
    return new Message(
        List.of(
            Publication.emptying(topics.readings(device)),
            Publication.emptying(topics.meta(device)),
            Publication.emptying(topics.status(device))));
  }

  private Message health(Health health) {
    Health.Process process = health.process();
    Health.Delivery delivery = health.delivery();
    JsonWriter json =
        begin(health.stamp())
            .decimal("uptime_seconds", seconds(health.uptime()))
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
    counts(json, "certificate_days_left", delivery.certificateDaysLeft());
    json.beginObject("spool")
        .text("state", delivery.spool().state())
        .integer("messages", delivery.spool().messages())
        .integer("bytes", delivery.spool().bytes())
        .end();
    json.end().beginObject("buses");
    for (BusHealth bus : health.buses()) {
      bus(json, bus);
    }
    long expirySeconds = ceilSeconds(health.every().multipliedBy(HEALTH_EXPIRY_PERIODS));
    byte[] payload = json.end().end().bytes();
    return one(new Publication(topics.agentHealth(), payload, false, expirySeconds));
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

  /// The agent has connected.
  Publication birth(Stamp stamp) {
    return agentStatus("online", stamp);
  }

  /// The agent stops in order.
  Publication offline(Stamp stamp) {
    return agentStatus("offline", stamp);
  }

  /// What the broker says when the agent is gone: it cannot know when, only since when it was
  /// there.
  Publication will(Instant connectedAt) {
    byte[] payload =
        new JsonWriter()
            .beginObject()
            .integer("v", VERSION)
            .text("boot", name.boot())
            .text("state", "offline")
            .text("version", name.version())
            .time("connected_at", connectedAt)
            .end()
            .bytes();
    return new Publication(topics.agentStatus(), payload, true, 0);
  }

  private Publication agentStatus(String state, Stamp stamp) {
    byte[] payload =
        begin(stamp).text("state", state).text("version", name.version()).end().bytes();
    return new Publication(topics.agentStatus(), payload, true, 0);
  }

  private JsonWriter begin(Stamp stamp) {
    return begin(stamp, name.boot());
  }

  private static JsonWriter begin(Stamp stamp, String boot) {
    JsonWriter json =
        new JsonWriter()
            .beginObject()
            .integer("v", VERSION)
            .text("boot", boot)
            .time("ts", stamp.at());
    return stamp.clockSynchronised() ? json : json.text("clock", "unsynchronised");
  }

  /// A channel's numbers are all integers or all decimals, for ever: time-series stores refuse a
  /// type that changes.
  private static void value(JsonWriter json, String key, Quantity quantity, double value) {
    if (!quantity.integer()) {
      json.decimal(key, value);
    } else if (Math.abs(value) < LONG_LIMIT) {
      json.integer(key, Math.round(value));
    } else {
      json.integer(key, new BigDecimal(value).toBigInteger());
    }
  }

  private static void decimal(JsonWriter json, String key, OptionalDouble value) {
    if (value.isPresent()) {
      json.decimal(key, value.getAsDouble());
    }
  }

  private static void counts(JsonWriter json, String key, Map<String, Long> counts) {
    json.beginObject(key);
    new TreeMap<>(counts).forEach(json::integer); // sorted: two equal reports make equal bytes
    json.end();
  }

  private long staleSeconds(String device) {
    return ceilSeconds(
        periods.getOrDefault(device, USUAL_PERIOD).multipliedBy(STALE_AFTER_PERIODS));
  }

  private static long ceilSeconds(Duration duration) {
    return duration.plusSeconds(1).minusNanos(1).toSeconds();
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static Message one(Publication publication) {
    return new Message(List.of(publication));
  }
}
