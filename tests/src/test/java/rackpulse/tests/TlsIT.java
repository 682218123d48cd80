package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Certificates;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.RunningProcess;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;

/// Whom the agent trusts and how it proves who it is.
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

  /// Runs against `broker`, which it must trust by `authority`.
  private AgentProcess agent(
      BrokerProcess broker, FaultSlave slave, String authority, String... more) throws IOException {
    SiteProfile.write(directory);
    String access =
        "ca_file = \"%s\"\n%s\n"
            .formatted(keys.resolve(authority + ".pem"), String.join("\n", more))
            .replace("${keys}", keys.toString());
    Configuration configuration =
        new Configuration(directory, "tls", "mqtts://localhost:" + broker.port(), access)
            .tcpBus("gateway", "modbus-tcp", slave.port())
            .device("meter", "gateway", SiteProfile.WORD, 1, "200 ms");
    return AgentProcess.run(directory, configuration);
  }

  @Test
  void publishesToABrokerThatItsAuthorityKnows() throws Exception {
    try (BrokerProcess broker = broker("broker", "allow_anonymous true");
        Witness witness =
            Witness.subscribe(
                broker, directory, "#", "--cafile", keys.resolve("authority.pem").toString());
        FaultSlave slave = FaultSlave.tcp(REGISTERS);
        AgentProcess agent = agent(broker, slave, "authority")) {
      witness.blame(agent);
      assertEquals("42", witness.await("/meter/readings").json().text("values.value"));
      assertTrue(
          witness.await("/health").json().integer("delivery.certificate_days_left.broker") <= 2);
    }
  }

  @Test
  void refusesABrokerOfAnotherAuthority() throws Exception {
    try (BrokerProcess broker = broker("broker", "allow_anonymous true")) {
      assertNeverConnects(broker, "stranger", "certificate", "");
    }
  }

  @Test
  void refusesABrokerOfAnotherName() throws Exception {
    try (BrokerProcess broker = broker("elsewhere", "allow_anonymous true")) {
      assertNeverConnects(broker, "authority", "localhost", "");
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
                broker,
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
      assertNeverConnects(broker, "authority", "certificate", "");
    }
  }

  @Test
  void saysThatThePasswordIsWrong() throws Exception {
    try (BrokerProcess broker =
        broker("broker", "allow_anonymous false", "password_file " + keys.resolve("users"))) {
      assertNeverConnects(
          broker,
          "authority",
          "password",
          "username = \"rack\"\npassword_file = \"${keys}/wrong-password\"");
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
                broker,
                slave,
                "authority",
                "cert_file = \"${keys}/agent.pem\"",
                "key_file = \"" + key + "\"")) {
      assertEquals(78, agent.exitCode());
      agent.awaitErr("the remedy", line -> line.contains("chmod o-rwx " + key));
    }
  }

  private void assertNeverConnects(
      BrokerProcess broker, String authority, String complaint, String more) throws Exception {
    try (FaultSlave slave = FaultSlave.tcp(REGISTERS);
        AgentProcess agent = agent(broker, slave, authority, more)) {
      agent.awaitErr(complaint, text -> text.contains(complaint));
      // it polls on, and the broker learns nothing of the rack
      long asked = slave.requests(1);
      Await.until(
          Duration.ofSeconds(30),
          "polls without a broker",
          () -> slave.requests(1) > asked + 2,
          agent::transcript);
      assertTrue(
          broker.process().err().stream().noneMatch(said -> said.contains("/readings")),
          () -> broker.process().transcript());
    }
  }
}
