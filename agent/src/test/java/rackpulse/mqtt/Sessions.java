package rackpulse.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import javax.net.ServerSocketFactory;
import rackpulse.mqtt.Message.Publication;
import rackpulse.mqtt.MqttSession.Fate;
import rackpulse.mqtt.MqttSession.Settled;
import rackpulse.mqtt.ScriptedBroker.Script;
import rackpulse.telemetry.Stamp;

/// Sessions and scripted brokers of one test, and what the publish thread does with them.
final class Sessions implements AutoCloseable {
  static final String STATUS = "dc/v1/fra1/a12/agent/rc-a12/status";

  private final AtomicLong aheadNanos = new AtomicLong();
  private final List<MqttSession> opened = new ArrayList<>();
  private final List<ScriptedBroker> brokers = new ArrayList<>();

  /// Moves the sessions' clock forward.
  void advance(Duration duration) {
    aheadNanos.addAndGet(duration.toNanos());
  }

  ScriptedBroker broker(Script script) throws IOException {
    return broker(ServerSocketFactory.getDefault(), script);
  }

  ScriptedBroker broker(ServerSocketFactory sockets, Script script) throws IOException {
    ScriptedBroker broker = new ScriptedBroker(sockets, script);
    brokers.add(broker);
    return broker;
  }

  MqttSession session(ScriptedBroker broker) {
    return session(Some.settings(broker.url("mqtt")).build());
  }

  MqttSession session(MqttSettings settings) {
    MqttSession session =
        new MqttSession(
            settings,
            new AgentName("dc/v1", "fra1", "a12", "rc-a12", "0.1.0", "7f3a"),
            () -> new Stamp(Instant.parse("2027-01-23T18:00:00Z"), 0, true),
            () -> System.nanoTime() + aheadNanos.get(),
            new Random(4711));
    opened.add(session);
    return session;
  }

  static void connect(MqttSession session) {
    waitUntil(session, () -> session.connection() > 0);
  }

  static void send(MqttSession session, long id) {
    session.send(id, message("topic-" + id, 20));
  }

  static Message message(String topic, int bytes) {
    byte[] payload = "x".repeat(bytes).getBytes(StandardCharsets.UTF_8);
    return new Message(List.of(new Publication(topic, payload, true, 0)));
  }

  /// Sends `count` messages as fast as the window takes them; how many were acknowledged.
  static int sendAll(MqttSession session, int count) {
    Set<Long> acknowledged = new HashSet<>();
    int sent = 0;
    while (acknowledged.size() < count) {
      session.maintain();
      while (sent < count && session.room() > 0) {
        send(session, sent++);
      }
      session.await(Duration.ofMillis(100));
      for (Settled settled : session.settled()) {
        assertEquals(Fate.ACKNOWLEDGED, settled.fate());
        acknowledged.add(settled.id());
      }
    }
    return acknowledged.size();
  }

  static List<Settled> settled(MqttSession session, int count) {
    List<Settled> settled = new ArrayList<>();
    waitUntil(
        session,
        () -> {
          settled.addAll(session.settled());
          return settled.size() >= count;
        });
    return settled;
  }

  /// What the publish thread does, until `condition` holds; the test's time-out is the limit.
  static void waitUntil(MqttSession session, BooleanSupplier condition) {
    while (true) {
      session.maintain();
      if (condition.getAsBoolean()) {
        return;
      }
      session.await(Duration.ofMillis(10));
      if (Thread.currentThread().isInterrupted()) {
        fail("gave up waiting: " + session.statistics());
      }
    }
  }

  static void assertNoPahoThread() {
    long deadlineNanos = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (pahoThreads() > 0 && System.nanoTime() < deadlineNanos) {
      Thread.onSpinWait();
    }
    assertEquals(0, pahoThreads());
  }

  private static long pahoThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("MQTT "))
        .count();
  }

  @Override
  public void close() throws IOException {
    opened.forEach(MqttSession::close);
    for (ScriptedBroker broker : brokers) {
      broker.close();
    }
  }
}
