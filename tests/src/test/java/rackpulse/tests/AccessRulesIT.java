package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import rackpulse.tests.support.RunningProcess;
import rackpulse.tests.support.Witness;

/// The documented access rules of the broker are enough for everything that the agent does, and for
/// nothing else.
@Timeout(180)
class AccessRulesIT {
  private static final Path RULES = Path.of("../systemd/mosquitto.acl").toAbsolutePath();

  /// Tenths of a degree, and of a percent; more than the limit.
  private static final Registers HOT = new Registers().with(1, Table.INPUT, 1, 450, 500);

  @TempDir private static Path keys;
  @TempDir private Path directory;

  @BeforeAll
  static void makeIdentities() throws Exception {
    Certificates.create(keys, "authority")
        .sign("broker", "DNS:localhost,IP:127.0.0.1")
        .sign("rc-a12", "DNS:rc-a12")
        .sign("dashboard", "DNS:dashboard");
    run("mosquitto_passwd", "-c", "-b", "users", "rc-a12", "password of rc-a12");
    run("mosquitto_passwd", "-b", "users", "dashboard", "password of dashboard");
    Path password = Files.writeString(keys.resolve("password"), "password of rc-a12\n");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
  }

  private static void run(String... command) throws IOException, InterruptedException {
    try (RunningProcess process = new RunningProcess(List.of(command), keys, Map.of())) {
      assertEquals(0, process.exitCode(), process::transcript);
    }
  }

  @Test
  void areEnoughForOneWithAPassword() throws Exception {
    String[] dashboard = {"-u", "dashboard", "-P", "password of dashboard"};
    try (BrokerProcess broker =
        broker("allow_anonymous false\npassword_file %s/users".formatted(keys))) {
      assertEverythingWorks(
          broker,
          "username = \"rc-a12\"\npassword_file = \"%s/password\"".formatted(keys),
          dashboard);
      assertRefused(broker, "-u", "rc-a12", "-P", "password of rc-a12");
    }
  }

  @Test
  void areEnoughForOneWithACertificate() throws Exception {
    try (BrokerProcess broker = broker("require_certificate true\nuse_identity_as_username true")) {
      assertEverythingWorks(
          broker,
          "cert_file = \"%1$s/rc-a12.pem\"\nkey_file = \"%1$s/rc-a12.key\"".formatted(keys),
          certificate("dashboard"));
      assertRefused(broker, certificate("rc-a12"));
    }
  }

  private static String[] certificate(String name) {
    return new String[] {
      "--cert",
      keys.resolve(name + ".pem").toString(),
      "--key",
      keys.resolve(name + ".key").toString()
    };
  }

  private BrokerProcess broker(String identities) throws IOException, InterruptedException {
    Files.copy(RULES, directory.resolve("acl"), StandardCopyOption.REPLACE_EXISTING);
    return BrokerProcess.start(
        directory,
        """
        cafile %1$s/authority.pem
        certfile %1$s/broker.pem
        keyfile %1$s/broker.key
        acl_file acl
        %2$s
        """
            .formatted(keys, identities));
  }

  private void assertEverythingWorks(BrokerProcess broker, String identity, String... dashboard)
      throws Exception {
    String there = "dc/v1/fra1/a12/";
    try (FaultSlave slave = FaultSlave.tcp(HOT);
        Witness witness = witness(broker, dashboard);
        AgentProcess agent = agent(broker, slave, identity)) {
      witness.blame(agent);
      for (String topic :
          List.of(
              "inlet/readings",
              "inlet/meta",
              "inlet/status",
              "inlet/anomaly/temperature.limit",
              "agent/rc-a12/status",
              "agent/rc-a12/health")) {
        witness.await(there + topic);
      }
      assertNothingDenied(broker);
      // what is measured while the broker is away waits, and comes as backlog
      broker.kill();
      long asked = slave.requests(1);
      Await.until(
          Duration.ofSeconds(30),
          "polls without a broker",
          () -> slave.requests(1) > asked + 5,
          agent::transcript);
      broker.restart();
      try (Witness later = witness(broker, dashboard)) {
        later.blame(agent);
        broker.process().awaitErr("backlog", line -> line.contains(there + "inlet/backlog"));
        later.await(there + "inlet/readings");
        agent.kill();
        later.await(
            there + "agent/rc-a12/status",
            message -> message.json().text("state").equals("offline"));
        try (Witness latest = witness(broker, dashboard)) {
          assertTrue(latest.await(there + "agent/rc-a12/status").retained());
          assertTrue(latest.await(there + "inlet/meta").retained());
        }
      }
      assertNothingDenied(broker);
    }
  }

  private static void assertNothingDenied(BrokerProcess broker) {
    assertEquals(
        List.of(),
        broker.process().err().stream().filter(line -> line.contains("Denied")).toList());
  }

  /// Another rack is none of this agent's business.
  private static void assertRefused(BrokerProcess broker, String... identity) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "mosquitto_pub",
                "-V",
                "mqttv5",
                "-h",
                "localhost",
                "-q",
                "1",
                "-p",
                Integer.toString(broker.port()),
                "--cafile",
                keys + "/authority.pem",
                "-t",
                "dc/v1/fra1/b7/inlet/readings",
                "-m",
                "{}"));
    command.addAll(List.of(identity));
    try (RunningProcess process = new RunningProcess(command, keys, Map.of())) {
      process.exitCode();
    }
    broker.process().awaitErr("a refusal", line -> line.contains("Denied PUBLISH"));
  }

  private Witness witness(BrokerProcess broker, String... dashboard)
      throws IOException, InterruptedException {
    List<String> more =
        new ArrayList<>(List.of("--cafile", keys.resolve("authority.pem").toString()));
    more.addAll(List.of(dashboard));
    return Witness.subscribe(broker, directory, "dc/v1/#", more.toArray(String[]::new));
  }

  private AgentProcess agent(BrokerProcess broker, FaultSlave slave, String identity)
      throws IOException {
    return AgentProcess.run(
        directory,
        """
        [agent]
        id = "rc-a12"
        site = "fra1"
        rack = "a12"
        status_file = "%1$s/status.json"
        state_directory = "%1$s/state"
        health_every = "1 s"

        [mqtt]
        url = "mqtts://localhost:%2$d"
        ca_file = "%3$s/authority.pem"
        session_expiry = "1 s"
        reconnect_ceiling = "1 s"
        %4$s

        [bus.gateway]
        kind = "modbus-tcp"
        host = "127.0.0.1"
        port = %5$d

        [device.inlet]
        bus = "gateway"
        profile = "xy-md02"
        unit = 1
        every = "200 ms"

        [limit.inlet.temperature]
        alarm_high = 30.0
        delay = "300 ms"
        """
            .formatted(directory, broker.port(), keys, identity, slave.port()));
  }
}
