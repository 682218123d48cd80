package rackpulse.mqtt;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
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
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;
import rackpulse.vitals.HealthJson;

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
    samples(json, poll.samples());
    if (!historical && !poll.forecasts().isEmpty()) {
      forecasts(json, poll.forecasts());
    }
    return json.end().bytes();
  }

  /// `"values":{...}`, and `"gaps":{...}` where there are some.
  public static void samples(JsonWriter json, List<Sample> samples) {
    json.beginObject("values");
    boolean gaps = false;
    for (Sample sample : samples) {
      switch (sample) {
        case Reading(var channel, var _, double value) ->
            value(json, channel.name(), channel.quantity(), value);
        case Gap _ -> gaps = true;
      }
    }
    json.end();
    if (gaps) {
      gaps(json, samples);
    }
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

  /// `"forecast":{"temperature":{"15m":[value,low,high]}}`; those of a channel follow each other.
  private static void forecasts(JsonWriter json, List<Poll.Forecast> forecasts) {
    json.beginObject("forecast");
    String channel = "";
    for (Poll.Forecast forecast : forecasts) {
      if (!forecast.channel().equals(channel)) {
        if (!channel.isEmpty()) {
          json.end();
        }
        channel = forecast.channel();
        json.beginObject(channel);
      }
      json.beginArray(forecast.minutes() + "m")
          .decimal(forecast.value())
          .decimal(forecast.low())
          .decimal(forecast.high())
          .end();
    }
    json.end().end();
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
    json.end();
    decimal(json, "unexplained", anomaly.unexplained());
    Anomaly.Outlook outlook = anomaly.outlook();
    if (outlook != null) {
      json.beginObject("forecast")
          .decimal("limit", outlook.limit())
          .decimal("minutes", outlook.minutes())
          .decimal("earliest", outlook.earliest());
      if (Double.isFinite(outlook.latest())) {
        json.decimal("latest", outlook.latest());
      }
      json.end();
    }
    return json.text("text", anomaly.text()).end().bytes();
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
    JsonWriter json = begin(health.stamp());
    HealthJson.write(json, health);
    long expirySeconds = ceilSeconds(health.every().multipliedBy(HEALTH_EXPIRY_PERIODS));
    byte[] payload = json.end().bytes();
    return one(new Publication(topics.agentHealth(), payload, false, expirySeconds));
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
