package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Certificates;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.Ports;
import rackpulse.tests.support.RunningProcess;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.UnprivilegedUser;
import rackpulse.tests.support.Witness;

/// Whom the agent trusts and how it proves who it is.
@Timeout(180)
class TlsIT {
  private static final Registers REGISTERS = new Registers().with(1, Table.HOLDING, 0, 42);
  private static final String PASSWORD = "correct horse";

  @TempDir private static Path keys;
  @TempDir private Path directory;

  @BeforeAll
  static void makeCertificates() throws Exception {
    Certificates.create(keys, "authority")
        .sign("broker", "DNS:localhost,IP:127.0.0.1")
        .sign("elsewhere", "DNS:broker.example")
        .signLongAgo("expired", "DNS:localhost,IP:127.0.0.1")
        .sign("agent", "DNS:agent");
    Certificates.create(keys, "stranger");
    Files.writeString(keys.resolve("password"), PASSWORD + "\n");
    Files.writeString(keys.resolve("wrong-password"), "wrong\n");
    for (String secret : List.of("password", "wrong-password")) {
      Files.setPosixFilePermissions(
          keys.resolve(secret), PosixFilePermissions.fromString("rw-------"));
    }
    Path users = keys.resolve("users");
    List<String> command = List.of("mosquitto_passwd", "-c", "-b", "users", "rack", PASSWORD);
    try (RunningProcess process = new RunningProcess(command, keys, Map.of())) {
      assertEquals(0, process.exitCode(), process::transcript);
    }
    Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-------"));
  }

  private BrokerProcess broker(String certificate, String... more)
      throws IOException, InterruptedException {
    String tls =
        """
        cafile %1$s/authority.pem
        certfile %1$s/%2$s.pem
        keyfile %1$s/%2$s.key
        """
            .formatted(keys, certificate);
    return BrokerProcess.start(directory, tls + String.join("\n", more));
  }

  /// Runs against what listens at `port`, which it must trust by `authority`.
  private AgentProcess agent(int port, FaultSlave slave, String authority, String... more)
      throws IOException {
    writeConfiguration(
        port,
        slave,
        "ca_file = \"%s\"\n%s\n"
            .formatted(keys.resolve(authority + ".pem"), String.join("\n", more))
            .replace("${keys}", keys.toString()));
    return AgentProcess.start(
        directory, "run", "--config", "rackpulse.toml", "--profiles", "profiles");
  }

  private void writeConfiguration(int port, FaultSlave slave, String access) throws IOException {
    SiteProfile.write(directory);
    Configuration configuration =
        new Configuration(directory, "tls", "mqtts://localhost:" + port, access)
            .tcpBus("gateway", "modbus-tcp", slave.port())
            .device("meter", "gateway", SiteProfile.WORD, 1, "200 ms");
    Files.writeString(directory.resolve("rackpulse.toml"), configuration.toString());
  }

  @Test
  void publishesToABrokerThatItsAuthorityKnowsAndTellsWhenCertificatesExpire() throws Exception {
    try (BrokerProcess broker = broker("broker", "allow_anonymous true");
        Witness witness =
            Witness.subscribe(
                broker, directory, "#", "--cafile", keys.resolve("authority.pem").toString());
        FaultSlave slave = FaultSlave.tcp(REGISTERS);
        AgentProcess agent =
            agent(
                broker.port(),
                slave,
                "authority",
                "cert_file = \"${keys}/agent.pem\"",
                "key_file = \"${keys}/agent.key\"")) {
      witness.blame(agent);
      assertEquals("42", witness.await("/meter/readings").json().text("values.value"));
      Json health = witness.await("/health", TlsIT::tellsExpiry).json();
      assertEquals(1, health.integer("delivery.certificate_days_left.broker"));
      assertEquals(1, health.integer("delivery.certificate_days_left.own"));
      assertTrue(health.has("delivery.notes.1"), health::toString);
      assertTold(agent, "the broker certificate expires in 1 day", "renew it on the broker");
      assertTold(agent, "the own certificate expires in 1 day", "renew mqtt.cert_file");
    }
  }

  private static boolean tellsExpiry(Witness.Message message) {
    return message.json().has("delivery.certificate_expires.broker");
  }

  @Test
  void refusesABrokerOfAnotherAuthority() throws Exception {
    try (BrokerProcess broker = broker("broker", "allow_anonymous true")) {
      assertNeverConnects(
          broker, "stranger", "signed by nobody we trust: the authority CN=authority", "ca_file");
    }
  }

  @Test
  void refusesABrokerOfAnotherName() throws Exception {
    try (BrokerProcess broker = broker("elsewhere", "allow_anonymous true")) {
      assertNeverConnects(
          broker, "authority", "is for broker.example, not for localhost", "mqtt.url");
    }
  }

  @Test
  void refusesABrokerWhoseCertificateHasExpired() throws Exception {
    try (BrokerProcess broker = broker("expired", "allow_anonymous true")) {
      assertNeverConnects(broker, "authority", "certificate has expired", "renew the certificate");
    }
  }

  @Test
  void refusesABrokerThatSignedItself() throws Exception {
    try (BrokerProcess broker = broker("stranger", "allow_anonymous true")) {
      assertNeverConnects(
          broker, "authority", "self-signed (CN=stranger)", "let an authority in mqtt.ca_file");
    }
  }

  @Test
  void refusesAServerOfOldTls() throws Exception {
    int port = Ports.free();
    List<String> command =
        List.of(
            "openssl",
            "s_server",
            "-accept",
            "127.0.0.1:" + port,
            "-tls1_1",
            "-cipher",
            "ALL:@SECLEVEL=0",
            "-www",
            "-cert",
            "broker.pem",
            "-key",
            "broker.key");
    try (RunningProcess server = new RunningProcess(command, keys, Map.of());
        FaultSlave slave = FaultSlave.tcp(REGISTERS);
        AgentProcess agent = agent(port, slave, "authority")) {
      server.awaitOut("a server", line -> line.startsWith("ACCEPT"));
      assertTold(agent, "speaks neither TLS 1.2 nor TLS 1.3", "allow one of them there");
      assertPollsOn(agent, slave);
      await(
          "further attempts",
          agent,
          () -> server.err().stream().filter(line -> line.contains("protocol")).count() > 1);
    }
  }

  @Test
  void showsItsCertificateAndPassword() throws Exception {
    try (BrokerProcess broker =
            broker(
                "broker",
                "require_certificate true",
                "allow_anonymous false",
                "password_file " + keys.resolve("users"));
        FaultSlave slave = FaultSlave.tcp(REGISTERS);
        AgentProcess agent =
            agent(
                broker.port(),
                slave,
                "authority",
                "cert_file = \"${keys}/agent.pem\"",
                "key_file = \"${keys}/agent.key\"",
                "username = \"rack\"",
                "password_file = \"${keys}/password\"")) {
      broker.process().awaitErr("the agent's readings", line -> line.contains("/meter/readings"));
      assertFalse(agent.transcript().contains(PASSWORD));
    }
  }

  @Test
  void saysThatTheBrokerWantsACertificate() throws Exception {
    try (BrokerProcess broker =
        broker("broker", "require_certificate true", "allow_anonymous true")) {
      assertNeverConnects(
          broker, "authority", "a client certificate", "mqtt.cert_file and mqtt.key_file");
    }
  }

  @Test
  void saysThatTheBrokerRefusesItsCertificate() throws Exception {
    try (BrokerProcess broker =
        broker("broker", "require_certificate true", "allow_anonymous true")) {
      assertNeverConnects(
          broker,
          "authority",
          "refuses the certificate in mqtt.cert_file",
          "the authority that signed it",
          "cert_file = \"${keys}/stranger.pem\"",
          "key_file = \"${keys}/stranger.key\"");
    }
  }

  @Test
  void triesAPasswordAgainOnceItIsCorrected() throws Exception {
    Path password = directory.resolve("changing-password");
    Files.copy(keys.resolve("wrong-password"), password, StandardCopyOption.COPY_ATTRIBUTES);
    try (BrokerProcess broker =
            broker("broker", "allow_anonymous false", "password_file " + keys.resolve("users"));
        FaultSlave slave = FaultSlave.tcp(REGISTERS);
        AgentProcess agent =
            agent(
                broker.port(),
                slave,
                "authority",
                "username = \"rack\"",
                "password_file = \"" + password + "\"")) {
      assertTold(agent, "not authorised", "check mqtt.username, mqtt.password_file");
      assertPollsOn(agent, slave);
      // the next attempt is minutes away
      Path corrected = directory.resolve("corrected");
      Files.copy(keys.resolve("password"), corrected, StandardCopyOption.COPY_ATTRIBUTES);
      Files.move(corrected, password, StandardCopyOption.REPLACE_EXISTING);
      broker.process().awaitErr("the agent's readings", line -> line.contains("/meter/readings"));
    }
  }

  @Test
  void doesNotUseAKeyThatEverybodyMayRead() throws Exception {
    Path key = directory.resolve("open.key");
    Files.copy(keys.resolve("agent.key"), key);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    try (BrokerProcess broker = broker("broker", "require_certificate true");
        FaultSlave slave = FaultSlave.tcp(REGISTERS);
        AgentProcess agent =
            agent(
                broker.port(),
                slave,
                "authority",
                "cert_file = \"${keys}/agent.pem\"",
                "key_file = \"" + key + "\"")) {
      assertEquals(78, agent.exitCode());
      agent.awaitErr("the remedy", line -> line.contains("chmod o-rwx " + key));
    }
  }

  @Test
  void goesOnWhileItsKeyIsTakenAway() throws Exception {
    UnprivilegedUser user = UnprivilegedUser.orSkip(directory);
    Path own = Files.createDirectory(directory.resolve("own"));
    for (String file : List.of("authority.pem", "agent.pem", "agent.key")) {
      Files.copy(keys.resolve(file), own.resolve(file));
    }
    Path key = own.resolve("agent.key");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--------"));
    try (BrokerProcess broker =
            broker("broker", "require_certificate true", "allow_anonymous true");
        FaultSlave slave = FaultSlave.tcp(REGISTERS)) {
      writeConfiguration(
          broker.port(),
          slave,
          "ca_file = \"%1$s/authority.pem\"\ncert_file = \"%1$s/agent.pem\"\nkey_file = \"%2$s\""
              .formatted(own, key));
      user.own(directory);
      try (AgentProcess agent = user.run(directory)) {
        String reading = "/meter/readings";
        broker.process().awaitErr("readings", line -> line.contains(reading));
        UnprivilegedUser.giveToRoot(key);
        assertTold(agent, key + ": this user may not read it", "what was read before stays in use");
        broker.restart();
        broker.process().awaitErr("readings again", line -> line.contains(reading));
        user.own(key);
        agent.awaitErr("peace", line -> line.contains("the files of mqtt can be used again"));
        assertPollsOn(agent, slave);
      }
    }
  }

  private void assertNeverConnects(
      BrokerProcess broker, String authority, String cause, String remedy, String... more)
      throws Exception {
    try (FaultSlave slave = FaultSlave.tcp(REGISTERS);
        AgentProcess agent = agent(broker.port(), slave, authority, more)) {
      assertTold(agent, cause, remedy);
      assertPollsOn(agent, slave);
      long attempts = attempts(broker);
      await("further attempts", agent, () -> attempts(broker) > attempts + 1);
      assertTrue(
          broker.process().err().stream().noneMatch(said -> said.contains("/readings")),
          () -> broker.process().transcript());
    }
  }

  private static long attempts(BrokerProcess broker) {
    return broker.process().err().stream().filter(said -> said.contains("New connection")).count();
  }

  /// The log, and whoever asks for the status, learn what is wrong and what to do.
  private void assertTold(AgentProcess agent, String cause, String remedy) throws Exception {
    agent.awaitErr(cause, text -> text.contains(cause) && text.contains(remedy));
    Path file = directory.resolve("status.json");
    await("status", agent, () -> contains(file, cause) && contains(file, remedy));
    try (AgentProcess status = AgentProcess.start(directory, "status", "--file", file.toString())) {
      status.awaitOut(cause, text -> text.contains(cause) && text.contains(remedy));
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.readString(file).contains(text);
    } catch (IOException e) {
      return false; // not yet there
    }
  }

  private void assertPollsOn(AgentProcess agent, FaultSlave slave) throws InterruptedException {
    long asked = slave.requests(1);
    await("polls", agent, () -> slave.requests(1) > asked + 2);
  }

  private static void await(String what, AgentProcess agent, BooleanSupplier condition)
      throws InterruptedException {
    Await.until(Duration.ofSeconds(30), what, condition, agent::transcript);
  }
}
