package rackpulse.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
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
import rackpulse.credentials.Access;
import rackpulse.credentials.Credentials;
import rackpulse.credentials.KeyFiles;

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
    assertTrue(isFar(session, "broker"));
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
          case "wrong-name.pem" -> "is for elsewhere.example, not for localhost: use such a name";
          case "expired.pem" -> "the broker's certificate has expired";
          default -> "self-signed (CN=localhost), signed by nobody we trust: let an authority";
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
                KeyFiles.copy(directory, "client-" + kind + ".pem"),
                KeyFiles.copy(directory, "client-" + kind + ".key"))
            .build();
    MqttSession session = sessions.session(settings);
    session.maintain();
    assertEquals("", session.statistics().reason());
    assertTrue(isFar(session, "own"));
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
  void connectsAgainWhenItsCertificateWasRenewed() throws Exception {
    Tls tls = new Tls("server.pem");
    tls.needsClient = true;
    MqttSession session = sessions.session(withCertificate(tls, "client-ec"));
    Sessions.connect(session);
    assertEquals(1, session.connection());
    lay("client-rsa.pem", "client-ec.pem");
    look(session);
    look(session);
    assertEquals(1, session.connection()); // without its key it is not used
    String note = session.statistics().notes().toString();
    assertTrue(note.contains("client-ec.key: not a PKCS #8 key of the certificate's kind"), note);
    assertTrue(note.contains("what was read before stays in use"), note);
    lay("client-rsa.key", "client-ec.key");
    look(session);
    assertEquals(1, session.connection()); // it may still be written
    look(session);
    assertEquals(2, session.connection());
    assertEquals(List.of(), session.statistics().notes());
    look(session);
    look(session);
    assertEquals(2, session.connection());
  }

  @Test
  void keepsABrokerThatNewAuthoritiesDoNotKnow() throws Exception {
    MqttSession session = sessions.session(withCertificate(new Tls("server.pem"), "client-ec"));
    Sessions.connect(session);
    lay("self-signed.pem", "ca.pem");
    look(session);
    look(session);
    assertEquals(1, session.connection());
    String note = session.statistics().notes().toString();
    assertTrue(note.contains("the next connection to this broker will fail"), note);
    assertTrue(note.contains("signed by nobody we trust"), note);
  }

  /// Another file takes the place of `name`.
  private void lay(String file, String name) throws IOException {
    Path other = Files.createDirectories(directory.resolve("other"));
    Files.move(
        KeyFiles.copy(other, file), directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  private void look(MqttSession session) {
    sessions.advance(Credentials.BETWEEN_LOOKS);
    session.maintain();
  }

  private MqttSettings withCertificate(Tls tls, String name) throws IOException {
    return trusting(broker(tls))
        .certificate(
            KeyFiles.copy(directory, name + ".pem"), KeyFiles.copy(directory, name + ".key"))
        .build();
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

  private static boolean isFar(MqttSession session, String whose) {
    return session
        .statistics()
        .certificateExpiry()
        .getOrDefault(whose, Instant.EPOCH)
        .isAfter(Instant.parse("2120-01-01T00:00:00Z"));
  }

  private static List<String> serverNames(SSLSocket socket) {
    return ((ExtendedSSLSession) socket.getSession())
        .getRequestedServerNames().stream()
            .map(name -> ((SNIHostName) name).getAsciiName())
            .toList();
  }

  private Some trusting(ScriptedBroker broker) throws IOException {
    return Some.settings(broker.url("mqtts")).trust(KeyFiles.copy(directory, "ca.pem"));
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
              .trust(KeyFiles.copy(directory, "ca.pem"))
              .certificate(
                  KeyFiles.copy(directory, certificate), KeyFiles.copy(directory, "server.key"))
              .build();
      access = Access.read(settings.credentialFiles(), true);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address)
        throws IOException {
      SSLServerSocket socket =
          (SSLServerSocket)
              Objects.requireNonNull(access.tls())
                  .context()
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
