package rackpulse.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rackpulse.mqtt.Sessions.STATUS;
import static rackpulse.mqtt.Sessions.assertNoPahoThread;
import static rackpulse.mqtt.Sessions.connect;
import static rackpulse.mqtt.Sessions.send;
import static rackpulse.mqtt.Sessions.settled;
import static rackpulse.mqtt.Sessions.waitUntil;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.mqtt.MqttSession.Fate;
import rackpulse.mqtt.MqttSession.Settled;

@Timeout(30)
class MqttConnectionTest {
  private final Sessions sessions = new Sessions();

  @AfterEach
  void closeAll() throws IOException {
    sessions.close();
  }

  @Test
  void willTellsSinceWhenItWasConnected() throws Exception {
    ScriptedBroker broker = sessions.broker(ScriptedBroker::behave);
    connect(sessions.session(broker));
    String connect =
        new String(
            broker.received(ScriptedBroker.CONNECT).getFirst().body(), StandardCharsets.ISO_8859_1);
    assertTrue(connect.contains("rackpulse-fra1-a12-rc-a12"), connect);
    assertTrue(connect.contains(STATUS), connect);
    assertTrue(connect.contains("\"connected_at\":\"2027-01-23T18:00:00.000Z\""), connect);
    assertEquals(0xEE, connect.charAt(7) | 0xC0); // clean start; will with QoS 1, retained
  }

  @Test
  void sendsPasswordFromFile(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("password");
    Files.writeString(file, "geheim\nsecond line\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    ScriptedBroker broker = sessions.broker(ScriptedBroker::behave);
    connect(sessions.session(Some.settings(broker.url("mqtt")).login("rc-a12", file).build()));
    String connect =
        new String(
            broker.received(ScriptedBroker.CONNECT).getFirst().body(), StandardCharsets.ISO_8859_1);
    assertTrue(connect.endsWith("\0\6rc-a12\0\6geheim"), connect);
  }

  @Test
  void connectsAnewAndSendsBirthAgainAfterALoss() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0);
          peer.pubAck(peer.expect(ScriptedBroker.PUBLISH).id(), 0);
          peer.expect(ScriptedBroker.PUBLISH); // and goes without a word
        });
    MqttSession session = sessions.session(broker);
    connect(session);
    waitUntil(session, () -> session.room() == 16);
    send(session, 1);
    assertEquals(List.of(new Settled(1, Fate.UNSENT)), settled(session, 1));
    waitUntil(session, () -> session.connection() == 2);
    waitUntil(session, () -> broker.received(ScriptedBroker.PUBLISH).size() == 3);
    assertEquals(STATUS, broker.received(ScriptedBroker.PUBLISH).getLast().topic());
    assertEquals(1, session.statistics().reconnects());
  }

  @Test
  void waitsForConnAckNoLongerThanItsTimeOut() throws Exception {
    ScriptedBroker broker = sessions.broker(ScriptedBroker.Peer::readAll);
    MqttSession session =
        sessions.session(
            Some.settings(broker.url("mqtt")).connectTimeout(Duration.ofMillis(300)).build());
    session.maintain();
    assertEquals(-1, session.connection());
    assertTrue(session.statistics().reason().contains("no answer within 300 ms"));
    assertNoPahoThread();
  }

  @Test
  void leavesNoThreadBehindWhenTheBrokerClosesRightAfterAccept() throws Exception {
    ScriptedBroker broker = sessions.broker(peer -> {});
    MqttSettings settings = Some.settings(broker.url("mqtt")).build();
    List<Thread> agents = new ArrayList<>();
    for (int agent = 1; agent <= 20; agent++) { // at once: each takes as long as Paho's pauses
      MqttSession session = sessions.session(settings);
      agents.add(Thread.ofPlatform().start(session::maintain));
    }
    for (Thread agent : agents) {
      agent.join();
    }
    assertEquals(20, broker.connections());
    assertNoPahoThread();
  }

  @Test
  void doesNotFightAnInstanceThatTookItsSessionOver() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0);
          peer.pubAck(peer.expect(ScriptedBroker.PUBLISH).id(), 0);
          peer.disconnect(0x8E);
        });
    MqttSession session = sessions.session(broker);
    // the broker may be quicker than a look at the connection, so its reason is what tells
    waitUntil(session, () -> session.statistics().reason().contains("0x8e session taken over"));
    session.maintain();
    assertTrue(session.connection() < 0);
    assertTrue(session.untilMaintenance().compareTo(Duration.ofMinutes(4)) > 0);
  }

  @Test
  void repeatsWhatTheBrokerSaysOfARefusal() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0x87, 0x1F, 0, 4, 'n', 'o', 'p', 'e');
        });
    MqttSession session = sessions.session(broker);
    session.maintain();
    assertTrue(session.statistics().reason().startsWith("0x87 not authorised"));
    assertTrue(session.statistics().reason().endsWith("(nope)"));
    assertTrue(session.untilMaintenance().compareTo(Duration.ofSeconds(110)) > 0);
  }

  @Test
  void recognisesABrokerOfAnOlderProtocol() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.send(0x20, 2, 0, 1);
        });
    MqttSession session = sessions.session(broker);
    session.maintain();
    assertTrue(session.statistics().reason().contains("does not speak MQTT 5"));
  }

  @Test
  void weakensTheWillForABrokerThatCannotRetain() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          int flags = peer.expect(ScriptedBroker.CONNECT).body()[7];
          if ((flags & 0x20) != 0) {
            peer.connAck(0x9A);
            return;
          }
          peer.connAck(0, 0x25, 0);
          peer.acknowledgeAll();
        });
    MqttSession session = sessions.session(broker);
    connect(session);
    assertEquals(2, broker.connections());
    waitUntil(session, () -> session.room() == 16);
    assertFalse(broker.received(ScriptedBroker.PUBLISH).getFirst().retained());
  }

  @Test
  void goesToTheOtherBrokerOnlyWhenAllowed() throws Exception {
    ScriptedBroker other = sessions.broker(ScriptedBroker::behave);
    String reference = "localhost:" + other.url("mqtt").getPort();
    int[] moved = new int[3 + reference.length()];
    moved[0] = 0x1C;
    moved[2] = reference.length();
    for (int i = 0; i < reference.length(); i++) {
      moved[3 + i] = reference.charAt(i);
    }
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0x9D, moved);
        });
    MqttSession obedient =
        sessions.session(
            Some.settings(broker.url("mqtt")).serverReferences(List.of(reference)).build());
    connect(obedient);
    assertEquals(1, other.connections());
    MqttSession careful = sessions.session(broker);
    careful.maintain();
    sessions.advance(Duration.ofSeconds(2));
    careful.maintain();
    assertEquals(1, other.connections());
    assertTrue(careful.statistics().reason().startsWith("0x9d server moved"));
  }

  @Test
  void honoursTheServersKeepAliveAtOnce() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0, 0x13, 0, 1); // one second instead of our sixty
          peer.acknowledgeAll();
        });
    MqttSession session = sessions.session(broker);
    connect(session);
    assertTrue(session.untilMaintenance().compareTo(Duration.ofSeconds(1)) <= 0);
    waitUntil(session, () -> broker.received(ScriptedBroker.PINGREQ).size() >= 2);
    assertEquals(1, broker.connections());
  }

  @Test
  void givesUpABrokerThatAnswersNoPing() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0, 0x13, 0, 1);
          peer.pubAck(peer.expect(ScriptedBroker.PUBLISH).id(), 0);
          peer.readAll();
        });
    MqttSession session = sessions.session(broker);
    connect(session);
    waitUntil(session, () -> session.statistics().reason().endsWith("does not answer"));
    waitUntil(session, () -> session.connection() == 2);
  }

  @Test
  void repeatsWhatTheBrokerSaysOfItsEnd() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0);
          // a code that the client library does not know
          peer.send(0xE0, 9, 0xA2, 7, 0x1F, 0, 4, 'n', 'o', 'p', 'e');
        });
    MqttSession session = sessions.session(broker);
    waitUntil(
        session, () -> session.statistics().reason().equals("0xa2 the broker ended it (nope)"));
  }

  @Test
  void garbageEndsTheConnectionAndNothingElse() throws Exception {
    ScriptedBroker broker =
        sessions.broker(peer -> {
          peer.expect(ScriptedBroker.CONNECT);
          peer.connAck(0);
          peer.pubAck(peer.expect(ScriptedBroker.PUBLISH).id(), 0);
          peer.send(0x90, 7, 0, 1, 0xFF, 0xFF, 0xFF, 0x7F, 0); // properties of 256 MiB
          peer.readAll();
        });
    MqttSession session = sessions.session(broker);
    waitUntil(session, () -> session.connection() == 2);
    assertTrue(broker.connections() >= 2);
  }

  @Test
  void objectsToPlainConnectionsToOtherHosts() {
    Optional<String> objection = objection("mqtt://broker.example:1883", false);
    assertTrue(objection.orElseThrow().contains("allow_plain = true"));
    assertEquals(Optional.empty(), objection("mqtt://broker.example:1883", true));
    assertEquals(Optional.empty(), objection("mqtt://localhost", false));
    assertEquals(Optional.empty(), objection("mqtt://127.0.0.2:1", false));
    assertEquals(Optional.empty(), objection("mqtt://[::1]:1", false));
    assertEquals(Optional.empty(), objection("mqtts://broker.example", false));
    assertTrue(objection("mqtt://localhost.example", false).isPresent());
  }

  private static Optional<String> objection(String url, boolean allowPlain) {
    return MqttSession.objection(Some.settings(URI.create(url)).allowPlain(allowPlain).build());
  }
}
