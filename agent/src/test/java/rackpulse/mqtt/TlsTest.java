package rackpulse.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class TlsTest {
  @TempDir private Path directory;
  private final Sessions sessions = new Sessions();

  @AfterEach
  void closeAll() throws IOException {
    sessions.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void connectsToABrokerThatTheAuthorityKnows(String protocol) throws Exception {
    Tls tls = new Tls("server.pem");
    tls.protocol = protocol;
    MqttSession session = sessions.session(trusting(broker(tls)).build());
    session.maintain();
    assertEquals("", session.statistics().reason());
    assertTrue(session.statistics().certificateDaysLeft().getOrDefault("broker", 0L) > 30_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"wrong-name.pem", "expired.pem", "self-signed.pem"})
  void refusesABrokerThatIsNotWhoItShouldBe(String certificate) throws Exception {
    ScriptedBroker broker = broker(new Tls(certificate));
    MqttSession session = sessions.session(trusting(broker).build());
    session.maintain();
    assertEquals(-1, session.connection());
    String reason = session.statistics().reason();
    String expected =
        switch (certificate) {
          case "wrong-name.pem" -> "No subject alternative DNS name matching localhost";
          case "expired.pem" -> "the broker's certificate has expired";
          default -> "signed by nobody we trust: check mqtt.ca_file";
        };
    assertTrue(reason.contains(expected), reason);
    assertEquals(List.of(), broker.received());
  }

  @Test
  void trustsNoUnknownAuthorityWithoutCaFile() throws Exception {
    ScriptedBroker broker = broker(new Tls("server.pem"));
    MqttSession session = sessions.session(Some.settings(broker.url("mqtts")).build());
    session.maintain();
    assertTrue(session.statistics().reason().contains("signed by nobody we trust"));
    assertEquals(List.of(), broker.received());
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa", "ec", "ed25519"})
  void showsItsOwnCertificate(String kind) throws Exception {
    Tls tls = new Tls("server.pem");
    tls.needsClient = true;
    MqttSettings settings =
        trusting(broker(tls))
            .certificate(
                AccessTest.file(directory, "client-" + kind + ".pem"),
                AccessTest.file(directory, "client-" + kind + ".key"))
            .build();
    MqttSession session = sessions.session(settings);
    session.maintain();
    assertEquals("", session.statistics().reason());
    assertTrue(session.statistics().certificateDaysLeft().getOrDefault("own", 0L) > 30_000);
  }

  /// TLS 1.3 tells of the refusal after the handshake: Paho would leave a thread behind each time.
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void leavesNoThreadBehindWhenTheBrokerWantsACertificate(String protocol) throws Exception {
    Tls tls = new Tls("server.pem");
    tls.needsClient = true;
    tls.protocol = protocol;
    MqttSession session = sessions.session(trusting(broker(tls)).build());
    for (int attempt = 1; attempt <= 3; attempt++) {
      session.maintain();
      assertEquals(-1, session.connection());
      assertNotEquals("", session.statistics().reason()); // an alert or a reset, whichever is first
      sessions.advance(session.untilMaintenance());
    }
    Sessions.assertNoPahoThread();
  }

  @Test
  void namesTheHostThatItWants() throws Exception {
    List<String> wanted = new CopyOnWriteArrayList<>();
    ScriptedBroker broker =
        sessions.broker(
            new Tls("server.pem"),
            peer -> {
              peer.expect(ScriptedBroker.CONNECT);
              wanted.addAll(serverNames((SSLSocket) peer.socket()));
              peer.connAck(0);
              peer.acknowledgeAll();
            });
    sessions.session(trusting(broker).build()).maintain();
    assertEquals(List.of("localhost"), wanted);
  }

  private static List<String> serverNames(SSLSocket socket) {
    return ((ExtendedSSLSession) socket.getSession())
        .getRequestedServerNames().stream()
            .map(name -> ((SNIHostName) name).getAsciiName())
            .toList();
  }

  private Some trusting(ScriptedBroker broker) throws IOException {
    return Some.settings(broker.url("mqtts")).trust(AccessTest.file(directory, "ca.pem"));
  }

  private ScriptedBroker broker(ServerSocketFactory sockets) throws IOException {
    return sessions.broker(sockets, ScriptedBroker::behave);
  }

  /// Server sockets with a certificate of the test authority.
  private final class Tls extends ServerSocketFactory {
    private final Access access;
    private String protocol = "TLSv1.3";
    private boolean needsClient;

    Tls(String certificate) throws Exception {
      MqttSettings settings =
          Some.settings(URI.create("mqtts://unused"))
              .trust(AccessTest.file(directory, "ca.pem"))
              .certificate(
                  AccessTest.file(directory, certificate), AccessTest.file(directory, "server.key"))
              .build();
      access = Access.read(settings, true);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address)
        throws IOException {
      SSLServerSocket socket =
          (SSLServerSocket)
              Objects.requireNonNull(access.tls())
                  .getServerSocketFactory()
                  .createServerSocket(port, backlog, address);
      socket.setEnabledProtocols(new String[] {protocol});
      socket.setNeedClientAuth(needsClient);
      return socket;
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
      return createServerSocket(port, 1, InetAddress.getLoopbackAddress());
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
      return createServerSocket(port, backlog, InetAddress.getLoopbackAddress());
    }
  }
}
