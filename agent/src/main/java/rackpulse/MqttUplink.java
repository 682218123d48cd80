package rackpulse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rackpulse.delivery.Uplink;
import rackpulse.mqtt.Message.Publication;
import rackpulse.mqtt.MqttSession;
import rackpulse.remote.Call;
import rackpulse.remote.Desk;
import rackpulse.telemetry.Report;

/// The engine's way out, over an MQTT session: the same words in two rooms that do not know each
/// other.
final class MqttUplink implements Uplink, Desk.Line {
  /// How long the old broker may take to say goodbye; the new one waits for so long.
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  /// An answer that is not fetched within a minute is wanted no more.
  private static final long ANSWER_EXPIRY_SECONDS = 60;

  private final String boot;
  private final List<MqttSession.Settled> leftOver = new ArrayList<>();
  private volatile MqttSession session;
  private volatile @Nullable MqttSession fresh;
  private @Nullable Desk desk;

  /// Connections that sessions before this one made.
  private long earlier;

  /// @param boot the id of this run of the agent
  MqttUplink(MqttSession session, String boot) {
    this.session = session;
    this.boot = boot;
  }

  /// Talks through `next` from now on, when the present session has said goodbye; any thread may
  /// call.
  void renew(MqttSession next) {
    fresh = next;
    session.wake();
  }

  private void change(MqttSession next) {
    fresh = null;
    MqttSession old = session;
    old.goodbye(FAREWELL);
    leftOver.addAll(old.settled());
    old.close();
    earlier += old.statistics().reconnects() + 1;
    listen(next);
    session = next;
  }

  @Override
  public Message encode(Report report, boolean historical) {
    return new Encoded(session.encode(report, historical));
  }

  @Override
  public Message encodeEarlier(Report report, String earlier) {
    return new Encoded(session.encodeEarlier(report, earlier));
  }

  @Override
  public String boot() {
    return boot;
  }

  @Override
  public void maintain() {
    MqttSession next = fresh;
    if (next != null) {
      change(next);
    }
    session.maintain();
    if (desk != null) {
      desk.work();
    }
  }

  /// Lets `commands` take what comes in on the topic of commands; to be called before the first
  /// round.
  void serve(Desk commands) {
    desk = commands;
    listen(session);
  }

  private void listen(MqttSession listening) {
    Desk commands = desk;
    if (commands != null) {
      listening.listen(arrival ->
          commands.arrived(
              new Call(
                  arrival.payload(),
                  arrival.retained(),
                  arrival.responseTopic(),
                  arrival.correlation(),
                  arrival.expirySeconds())));
    }
  }

  @Override
  public void answer(String topic, byte[] payload, byte[] correlation) {
    session.answer(new Publication(topic, payload, false, ANSWER_EXPIRY_SECONDS, correlation));
  }

  @Override
  public long connection() {
    long connection = session.connection();
    return connection < 0 ? connection : earlier + connection;
  }

  @Override
  public int room() {
    return session.room();
  }

  @Override
  public void send(long id, Message message) {
    session.send(id, ((Encoded) message).message);
  }

  @Override
  public List<Settled> settled() {
    List<Settled> settled = new ArrayList<>();
    leftOver.addAll(session.settled());
    for (MqttSession.Settled one : leftOver) {
      settled.add(new Settled(one.id(), fate(one.fate())));
    }
    leftOver.clear();
    return settled;
  }

  private static Fate fate(MqttSession.Fate fate) {
    return switch (fate) {
      case ACKNOWLEDGED -> Fate.ACKNOWLEDGED;
      case UNSENT -> Fate.UNSENT;
      case TOO_LARGE -> Fate.TOO_LARGE;
      case REFUSED -> Fate.REFUSED;
    };
  }

  @Override
  public void await(Duration atMost) {
    session.await(atMost);
  }

  @Override
  public void wake() {
    session.wake();
  }

  @Override
  public Duration untilMaintenance() {
    return session.untilMaintenance();
  }

  @Override
  public Statistics statistics() {
    MqttSession.Statistics now = session.statistics();
    return new Statistics(
        now.connected(),
        now.reason(),
        earlier + now.reconnects(),
        now.certificateExpiry(),
        now.notes());
  }

  @Override
  public void goodbye(Duration atMost) {
    session.goodbye(atMost);
  }

  @Override
  public void close() {
    session.close();
  }

  private record Encoded(rackpulse.mqtt.Message message) implements Message {
    @Override
    public int bytes() {
      return message.bytes();
    }
  }
}
