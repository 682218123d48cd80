package rackpulse.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rackpulse.mqtt.Sessions.STATUS;
import static rackpulse.mqtt.Sessions.connect;
import static rackpulse.mqtt.Sessions.message;
import static rackpulse.mqtt.Sessions.send;
import static rackpulse.mqtt.Sessions.sendAll;
import static rackpulse.mqtt.Sessions.settled;
import static rackpulse.mqtt.Sessions.waitUntil;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rackpulse.mqtt.Message.Publication;
import rackpulse.mqtt.MqttSession.Fate;
import rackpulse.mqtt.MqttSession.Settled;
import rackpulse.mqtt.ScriptedBroker.Packet;

@Timeout(30)
class MqttSessionTest {
  private final Sessions sessions = new Sessions();

  @AfterEach
  void closeAll() throws IOException {
    sessions.close();
  }

  @Test
  void greetsWithBirthAndLeavesWithOfflineAndDisconnect() throws Exception {
    ScriptedBroker broker = sessions.broker(ScriptedBroker::behave);
    MqttSession session = sessions.session(broker);
    connect(session);
    send(session, 7);
    assertEquals(List.of(new Settled(7, Fate.ACKNOWLEDGED)), settled(session, 1));
    session.goodbye(Duration.ofSeconds(5));
    waitUntil(session, () -> broker.received(ScriptedBroker.DISCONNECT).size() == 1);
    List<Packet> published = broker.received(ScriptedBroker.PUBLISH);
    assertEquals(
        List.of(STATUS, "topic-7", STATUS), published.stream().map(Packet::topic).toList());
    assertTrue(published.get(0).payload().contains("\"state\":\"online\""));
    assertTrue(published.get(2).payload().contains("\"state\":\"offline\""));
    assertTrue(published.stream().allMatch(packet -> packet.qos() == 1 && packet.retained()));
    assertEquals(-1, session.connection());
  }

  @Test
  void keepsNoMoreInFlightThanTheWindow() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0, 0x21, 0, 6); // receive maximum 6: our window is 4
          peer.pubAck(peer.expect(ScriptedBroker.PUBLISH).id(), 0);
          peer.readAll();
        });
    MqttSession session = sessions.session(broker);
    connect(session);
    waitUntil(session, () -> session.room() == 4);
    for (int id = 1; session.room() > 0; id++) {
      send(session, id);
    }
    waitUntil(session, () -> broker.received(ScriptedBroker.PUBLISH).size() == 5);
    assertEquals(0, session.room());
  }

  @Test
  void worksWithReceiveMaximumOneAndTwo() throws Exception {
    for (int maximum = 1; maximum <= 2; maximum++) {
      int[] properties = {0x21, 0, maximum};
      ScriptedBroker broker =
          sessions.broker(peer -> {
            peer.expect(ScriptedBroker.CONNECT);
            peer.connAck(0, properties);
            peer.acknowledgeAll();
          });
      MqttSession session = sessions.session(broker);
      connect(session);
      assertEquals(200, sendAll(session, 200));
      assertEquals(1, broker.connections());
    }
  }

  @Test
  void understandsTheLargestReceiveMaximum() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0, 0x21, 0xFF, 0xFF); // Paho alone would read -1 and never send
          peer.acknowledgeAll();
        });
    MqttSession session = sessions.session(broker);
    connect(session);
    assertEquals(100, sendAll(session, 100));
    assertEquals(1, broker.connections());
  }

  @Test
  void usesNoTopicAliasesEvenWhenOffered() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0, 0x22, 0, 10);
          peer.acknowledgeAll();
        });
    MqttSession session = sessions.session(broker);
    connect(session);
    for (int id = 1; id <= 3; id++) {
      waitUntil(session, () -> session.room() > 0);
      session.send(id, message("same-topic", 10));
    }
    settled(session, 3);
    assertEquals(
        List.of(STATUS, "same-topic", "same-topic", "same-topic"),
        broker.received(ScriptedBroker.PUBLISH).stream().map(Packet::topic).toList());
  }

  @Test
  void neverSendsWhatTheBrokerCannotTake() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0, 0x27, 0, 0, 1, 0); // maximum packet size 256
          peer.acknowledgeAll();
        });
    MqttSession session = sessions.session(broker);
    connect(session);
    Message fits = message("t", 200);
    Message exceeds = message("t", 250);
    assertTrue(fits.bytes() <= 256 && exceeds.bytes() > 256);
    session.send(1, exceeds);
    session.send(2, fits);
    assertEquals(
        Set.of(new Settled(1, Fate.TOO_LARGE), new Settled(2, Fate.ACKNOWLEDGED)),
        Set.copyOf(settled(session, 2)));
    assertEquals(1, broker.connections());
  }

  @Test
  void tellsRefusedFromNotNow() throws Exception {
    int[] reasons = {0, 0x10, 0x87, 0x90, 0x95, 0x99, 0x80, 0x91, 0x97};
    AtomicInteger next = new AtomicInteger();
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0);
          peer.pubAck(peer.expect(ScriptedBroker.PUBLISH).id(), 0);
          while (true) {
            peer.pubAck(peer.expect(ScriptedBroker.PUBLISH).id(), reasons[next.getAndIncrement()]);
          }
        });
    MqttSession session = sessions.session(broker);
    connect(session);
    List<Fate> fates = new ArrayList<>();
    for (int id = 0; id < reasons.length; id++) {
      sessions.advance(Duration.ofSeconds(2)); // past the pause after "not now"
      waitUntil(session, () -> session.room() > 0);
      send(session, id);
      fates.add(settled(session, 1).getFirst().fate());
    }
    assertEquals(
        List.of(
            Fate.ACKNOWLEDGED,
            Fate.ACKNOWLEDGED,
            Fate.REFUSED,
            Fate.REFUSED,
            Fate.REFUSED,
            Fate.REFUSED,
            Fate.UNSENT,
            Fate.UNSENT,
            Fate.UNSENT),
        fates);
    assertEquals(1, broker.connections());
  }

  @Test
  void repeatsItsBirthWhenTheBrokerPutsItOff() throws Exception {
    AtomicInteger births = new AtomicInteger();
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0);
          while (true) {
            Packet packet = peer.expect(ScriptedBroker.PUBLISH);
            peer.pubAck(packet.id(), births.incrementAndGet() < 3 ? 0x97 : 0);
          }
        });
    MqttSession session = sessions.session(broker);
    connect(session);
    for (int birth = 1; birth <= 3; birth++) {
      int sent = birth;
      int room = sent < 3 ? 0 : 16; // nothing else goes while nothing is taken
      waitUntil(
          session,
          () ->
              session.settled().isEmpty()
                  && session.room() == room
                  && broker.received(ScriptedBroker.PUBLISH).size() == sent);
      sessions.advance(Duration.ofSeconds(1));
    }
    assertTrue(
        broker.received(ScriptedBroker.PUBLISH).stream()
            .allMatch(packet -> packet.topic().equals(STATUS)));
    assertEquals(1, broker.connections());
  }

  @Test
  void aMessageThatIsPutOffWaitsWhileOthersGo() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0);
          while (true) {
            Packet packet = peer.expect(ScriptedBroker.PUBLISH);
            peer.pubAck(packet.id(), packet.topic().equals("topic-1") ? 0x83 : 0);
          }
        });
    MqttSession session = sessions.session(broker);
    connect(session);
    waitUntil(session, () -> session.room() == 16);
    send(session, 1);
    send(session, 2);
    assertEquals(List.of(new Settled(2, Fate.ACKNOWLEDGED)), settled(session, 1));
    assertEquals(16, session.room());
    assertTrue(session.untilMaintenance().compareTo(Duration.ofSeconds(1)) <= 0);
    sessions.advance(Duration.ofSeconds(1));
    assertEquals(List.of(new Settled(1, Fate.UNSENT)), settled(session, 1));
  }

  @Test
  void sendsNothingForAWhileWhenTheBrokerPutsOffEverything() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0);
          peer.pubAck(peer.expect(ScriptedBroker.PUBLISH).id(), 0);
          while (true) {
            peer.pubAck(peer.expect(ScriptedBroker.PUBLISH).id(), 0x97);
          }
        });
    MqttSession session = sessions.session(broker);
    connect(session);
    waitUntil(session, () -> session.room() == 16);
    sessions.advance(Duration.ofSeconds(1)); // the birth was taken long ago
    send(session, 1);
    waitUntil(session, () -> session.settled().isEmpty() && session.room() == 0);
    sessions.advance(Duration.ofSeconds(1));
    assertEquals(16, session.room());
    assertEquals(List.of(new Settled(1, Fate.UNSENT)), settled(session, 1));
    assertEquals(1, broker.connections());
  }

  @Test
  void messageOfSeveralPublicationsIsSettledOnceWithTheWorstFate() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0, 0x21, 0, 1); // one at a time
          while (true) {
            Packet packet = peer.expect(ScriptedBroker.PUBLISH);
            peer.pubAck(packet.id(), packet.topic().equals("b") ? 0x87 : 0);
          }
        });
    MqttSession session = sessions.session(broker);
    connect(session);
    waitUntil(session, () -> session.room() > 0);
    session.send(
        5,
        new Message(
            List.of(
                Publication.emptying("a"), Publication.emptying("b"), Publication.emptying("c"))));
    assertEquals(List.of(new Settled(5, Fate.REFUSED)), settled(session, 1));
    assertEquals(4, broker.received(ScriptedBroker.PUBLISH).size());
  }

  @Test
  void givesUpWhenAcknowledgementsStayAway() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0);
          peer.pubAck(peer.expect(ScriptedBroker.PUBLISH).id(), 0);
          peer.readAll();
        });
    MqttSession session = sessions.session(broker);
    connect(session);
    waitUntil(session, () -> session.room() == 16);
    send(session, 1);
    waitUntil(session, () -> broker.received(ScriptedBroker.PUBLISH).size() == 2);
    sessions.advance(Duration.ofSeconds(19));
    session.maintain();
    assertEquals(1, session.connection());
    sessions.advance(Duration.ofSeconds(1));
    session.maintain();
    assertEquals(-1, session.connection());
    assertEquals(List.of(new Settled(1, Fate.UNSENT)), session.settled());
    assertTrue(session.statistics().reason().contains("no acknowledgement"));
  }

  @Test
  void notConnectedMeansNoRoomAndUnsent() throws Exception {
    MqttSession session = sessions.session(Some.settings(URI.create("mqtt://localhost:1")).build());
    assertEquals(0, session.room());
    send(session, 3);
    assertEquals(List.of(new Settled(3, Fate.UNSENT)), session.settled());
    assertEquals(List.of(), session.settled());
  }

  @Test
  void interruptedThreadNeitherWaitsNorForgets() throws Exception {
    ScriptedBroker broker = sessions.broker(ScriptedBroker::behave);
    MqttSession session = sessions.session(broker);
    connect(session);
    Thread.currentThread().interrupt();
    session.await(Duration.ofSeconds(20));
    session.goodbye(Duration.ofSeconds(5));
    assertTrue(Thread.interrupted());
    assertEquals(2, broker.received(ScriptedBroker.PUBLISH).size());
  }
}
