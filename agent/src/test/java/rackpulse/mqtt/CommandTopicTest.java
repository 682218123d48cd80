package rackpulse.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rackpulse.mqtt.Sessions.connect;
import static rackpulse.mqtt.Sessions.send;
import static rackpulse.mqtt.Sessions.settled;
import static rackpulse.mqtt.Sessions.waitUntil;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rackpulse.mqtt.Message.Arrival;
import rackpulse.mqtt.Message.Publication;
import rackpulse.mqtt.MqttSession.Fate;
import rackpulse.mqtt.MqttSession.Settled;
import rackpulse.mqtt.ScriptedBroker.Packet;
import rackpulse.mqtt.ScriptedBroker.Peer;

/// A session that listens to commands and answers them.
@Timeout(30)
class CommandTopicTest {
  private static final int SUBSCRIBE = 8;
  private static final String TOPIC = "dc/v1/fra1/a12/agent/rc-a12/cmd";

  private final Sessions sessions = new Sessions();
  private final Queue<Arrival> heard = new ConcurrentLinkedQueue<>();

  @AfterEach
  void closeAll() throws IOException {
    sessions.close();
  }

  private MqttSession listening(ScriptedBroker broker) {
    MqttSession session = sessions.session(broker);
    session.listen(heard::add);
    return session;
  }

  private static void greet(Peer peer, int reason) throws IOException {
    peer.expect(ScriptedBroker.CONNECT);
    peer.connAck(0);
    Packet subscribe = peer.expect(SUBSCRIBE);
    peer.send(0x90, 4, subscribe.body()[0], subscribe.body()[1], 0, reason);
  }

  /// A command that wants its answer, 5 s before it expires, on `r`.
  private static void command(Peer peer, String topic) throws IOException {
    int[] properties = {0x02, 0, 0, 0, 5, 0x08, 0, 1, 'r', 0x09, 0, 2, 7, 8};
    int[] packet = new int[2 + 2 + topic.length() + 1 + properties.length + 2];
    packet[0] = 0x30;
    packet[1] = packet.length - 2;
    packet[3] = topic.length();
    for (int i = 0; i < topic.length(); i++) {
      packet[4 + i] = topic.charAt(i);
    }
    int at = 4 + topic.length();
    packet[at] = properties.length;
    System.arraycopy(properties, 0, packet, at + 1, properties.length);
    packet[packet.length - 2] = '{';
    packet[packet.length - 1] = '}';
    peer.send(packet);
  }

  @Test
  void asksForItsTopicOnEveryConnectionAndHearsWhatComesThere() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          greet(peer, 0);
          command(peer, TOPIC);
          command(peer, "dc/v1/elsewhere");
          peer.acknowledgeAll();
        });
    MqttSession session = listening(broker);
    connect(session);
    waitUntil(session, () -> heard.size() == 1);
    broker.hangUp();
    waitUntil(session, () -> heard.size() == 2);
    List<Packet> subscriptions = broker.received(SUBSCRIBE);
    assertEquals(2, subscriptions.size());
    for (Packet subscribe : subscriptions) {
      assertTrue(new String(subscribe.body(), UTF_8).contains(TOPIC));
      assertEquals(0, subscribe.body()[subscribe.body().length - 1] & 3, "once at most");
    }
    Arrival arrival = heard.remove();
    assertEquals(TOPIC, arrival.topic());
    assertEquals("{}", new String(arrival.payload(), UTF_8));
    assertEquals(Optional.of("r"), arrival.responseTopic());
    assertEquals(OptionalLong.of(5), arrival.expirySeconds());
    assertEquals(2, arrival.correlation().length);
  }

  @Test
  void subscribesToNothingUnlessSomebodyListens() throws Exception {
    ScriptedBroker broker = sessions.broker(ScriptedBroker::behave);
    MqttSession session = sessions.session(broker);
    connect(session);
    send(session, 1);
    assertEquals(List.of(new Settled(1, Fate.ACKNOWLEDGED)), settled(session, 1));
    assertEquals(List.of(), broker.received(SUBSCRIBE));
    assertEquals(List.of(), session.statistics().notes());
  }

  @Test
  void tellsThatItMayNotListenAndGoesOn() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          greet(peer, 0x87);
          peer.acknowledgeAll();
        });
    MqttSession session = listening(broker);
    connect(session);
    waitUntil(session, () -> !session.statistics().notes().isEmpty());
    String note = session.statistics().notes().getFirst();
    assertTrue(note.contains(TOPIC) && note.contains("0x87"), note);
    send(session, 1);
    assertEquals(List.of(new Settled(1, Fate.ACKNOWLEDGED)), settled(session, 1));
    assertEquals(1, broker.connections());
  }

  @Test
  void answersCarryTheirCorrelationData() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          greet(peer, 0);
          peer.acknowledgeAll();
        });
    MqttSession session = listening(broker);
    connect(session);
    session.answer(answer());
    waitUntil(session, () -> broker.received(ScriptedBroker.PUBLISH).size() == 2);
    Packet packet = broker.received(ScriptedBroker.PUBLISH).getLast();
    assertEquals("r/1", packet.topic());
    assertEquals("{}", packet.payload());
    assertTrue(new String(packet.body(), UTF_8).contains("\u0009\u0000\u0002\u0007\u0008"));
    byte[] whole = packet.body();
    assertEquals(answer().encodedBytes(), 2 + whole.length, "as it was measured beforehand");
  }

  @Test
  void anAnswerThatTheBrokerPutsOffIsDropped() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          greet(peer, 0);
          peer.pubAck(peer.expect(ScriptedBroker.PUBLISH).id(), 0);
          peer.pubAck(peer.expect(ScriptedBroker.PUBLISH).id(), 0x97);
          peer.acknowledgeAll();
        });
    MqttSession session = listening(broker);
    connect(session);
    session.answer(answer());
    waitUntil(session, () -> broker.received(ScriptedBroker.PUBLISH).size() == 2);
    send(session, 5);
    assertEquals(List.of(new Settled(5, Fate.ACKNOWLEDGED)), settled(session, 1));
    assertEquals(3, broker.received(ScriptedBroker.PUBLISH).size());
  }

  private static Publication answer() {
    byte[] payload = "{}".getBytes(UTF_8);
    return new Publication("r/1", payload, false, 60, new byte[] {7, 8});
  }
}
