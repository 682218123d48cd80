package rackpulse;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.json.JsonWriter;
import rackpulse.mqtt.AgentName;
import rackpulse.mqtt.Payloads;
import rackpulse.mqtt.Topics;
import rackpulse.recorder.FlightRecorder;
import rackpulse.reload.Reloading;
import rackpulse.remote.Command;
import rackpulse.remote.Deeds;
import rackpulse.remote.Desk;
import rackpulse.remote.RemoteSettings;
import rackpulse.remote.Request;
import rackpulse.remote.ResponseTopics;
import rackpulse.schedule.Errands;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Stamp;

/// Does what is asked over MQTT, by asking whoever can.
///
/// @param since when the agent started
record RemoteDeeds(
    AgentName name,
    Stamp since,
    RemoteSettings settings,
    Errands errands,
    FlightRecorder recorder,
    Reloading reloading)
    implements Deeds {
  private static final String ORIGIN = "a command over MQTT";

  /// Takes commands from `uplink` and answers them there, if any is allowed.
  void serve(MqttUplink uplink, Supplier<Stamp> clock) {
    if (settings.allow().isEmpty()) {
      return;
    }
    String replies = settings.responsePrefix().orElse(new Topics(name).agentReplies());
    Logger.info(
        "commands over MQTT on {}: {}; answers go below {}",
        new Topics(name).agentCommands(),
        String.join(", ", allowed()),
        replies);
    uplink.serve(new Desk(settings, new ResponseTopics(replies), this, uplink, clock));
  }

  private List<String> allowed() {
    return settings.allow().stream().map(Command::id).sorted().toList();
  }

  @Override
  public void perform(Request request, Reply reply) {
    switch (request) {
      case Request.Read(String device) -> read(device, reply);
      case Request.Rescan(Optional<String> bus) -> rescan(bus, reply);
      case Request.Reload() -> reload(reply);
      case Request.Retrain(String device, Optional<String> channel) ->
          retrain(device, channel, reply);
      case Request.DumpRecorder() -> dump(reply);
      case Request.Identify() -> reply.done(this::identify);
    }
  }

  private void read(String device, Reply reply) {
    Errands.Taken taken = errands.read(device, poll -> told(device, poll, reply));
    switch (taken) {
      case YES -> {
        // the bus thread replies
      }
      case UNKNOWN -> reply.notFound("no device " + device + " is polled");
      case BUSY -> reply.busy("others wait for devices of the bus of " + device);
    }
  }

  private static void told(String device, @Nullable Poll poll, Reply reply) {
    if (poll == null) {
      reply.failed("the bus of " + device + " had no time for it, or stopped");
      return;
    }
    reply.done(json -> {
      json.text("device", device).time("read", poll.stamp().at()).integer("seq", poll.sequence());
      Payloads.samples(json, poll.samples());
    });
  }

  private void reload(Reply reply) {
    boolean isTaken =
        reloading.request(
            ORIGIN,
            outcome -> {
              if (outcome.outcome().equals("applied")) {
                reply.done(json -> json.text("text", outcome.text()));
              } else {
                reply.failed(outcome.text());
              }
            });
    if (!isTaken) {
      reply.busy("too many wait for a reload");
    }
  }

  private void rescan(Optional<String> bus, Reply reply) {
    List<String> buses = errands.rescan(bus);
    if (buses.isEmpty()) {
      reply.notFound("no such bus is polled");
    } else {
      reply.done(json -> texts(json, "buses", buses));
    }
  }

  private void retrain(String device, Optional<String> channel, Reply reply) {
    Errands.Retraining retraining =
        new Errands.Retraining(
            device,
            channel,
            channels -> {
              if (channels.isEmpty()) {
                String whose = device + channel.map(each -> " " + each).orElse("");
                reply.notFound("nothing is learned of " + whose);
              } else {
                reply.done(json -> texts(json, "channels", channels));
              }
            });
    if (errands.retrain(retraining) != Errands.Taken.YES) {
      reply.busy("others wait for models to learn anew");
    }
  }

  private void dump(Reply reply) {
    boolean isTaken =
        recorder.demand(
            ORIGIN,
            answer -> {
              if (answer.problem().isEmpty()) {
                reply.done(json -> texts(json, "files", answer.files()));
              } else {
                reply.failed(answer.problem());
              }
            });
    if (!isTaken) {
      reply.busy("too many recordings wait to be written");
    }
  }

  private void identify(JsonWriter json) {
    json.text("version", name.version())
        .text("prefix", name.prefix())
        .text("site", name.site())
        .text("rack", name.rack())
        .text("agent", name.agent())
        .text("boot", name.boot())
        .time("since", since.at());
    texts(json, "commands", allowed());
    json.beginObject("buses");
    errands.devices().forEach((bus, devices) -> texts(json, bus, devices));
    json.end();
  }

  private static void texts(JsonWriter json, String key, List<String> values) {
    json.beginArray(key);
    values.forEach(json::text);
    json.end();
  }
}
