package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.Account;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Certificates;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;

/// From one authority to another while the rack is polled, file by file, as an operator would do
/// it.
@Timeout(300)
class RotationIT {
  private static final String NAMES = "DNS:localhost,IP:127.0.0.1";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Registers REGISTERS = new Registers().with(1, Table.HOLDING, 0, 42);

  @TempDir private Path directory;
  private Path old = Path.of("");
  private Path fresh = Path.of("");

  @Test
  void losesNothingFromOneAuthorityToAnother() throws Exception {
    prepare();
    try (BrokerProcess broker = broker();
        FaultSlave slave = FaultSlave.tcp(REGISTERS);
        Witness witness =
            Witness.subscribe(
                broker,
                directory,
                "#",
                "--cafile",
                directory.resolve("both.pem").toString(),
                "--cert",
                old.resolve("agent.pem").toString(),
                "--key",
                old.resolve("agent.key").toString());
        AgentProcess agent = agent(broker, slave)) {
      witness.blame(agent);
      witness.await("/meter/readings");

      lay(directory.resolve("both.pem"), "ca.pem");
      awaitRenewals(agent, 1);

      lay(fresh.resolve("broker.pem"), "broker.pem");
      lay(fresh.resolve("broker.key"), "broker.key");
      broker.process().signal("HUP");

      lay(fresh.resolve("agent.pem"), "agent.pem");
      agent.awaitErr(
          "the half of a pair",
          line -> line.contains("agent.key: not the key") && line.contains("stays in use"));
      lay(fresh.resolve("agent.key"), "agent.key");
      awaitRenewals(agent, 2);

      lay(fresh.resolve("second.pem"), "ca.pem");
      awaitRenewals(agent, 3);
      int seen = witness.messages("/meter/readings").size();
      witness.await("/meter/readings", seen + 3, _ -> true);
      witness.await("/health", message -> message.json().integer("delivery.reconnects") == 3);

      assertTrue(
          witness.messages("/agent/agent/status").stream()
              .noneMatch(message -> message.payload().contains("offline")),
          () -> witness.evidence("/agent/agent/status"));

      agent.signal("TERM");
      assertEquals(0, agent.exitCode(), agent::transcript);
      Account account = new Account().add(witness.messages());
      assertEquals(Map.of(), account.missing(), agent::transcript);
      assertEquals(0, account.lost(), account::toString);
      assertTrue(account.last("meter") > 20, account::toString);
      assertTrue(
          agent.err().stream().noneMatch(line -> line.contains("no connection to the broker")),
          agent::transcript);
    }
  }

  private void prepare() throws IOException, InterruptedException {
    old = Files.createDirectory(directory.resolve("old"));
    fresh = Files.createDirectory(directory.resolve("fresh"));
    Certificates.create(old, "first").sign("broker", NAMES).sign("agent", "DNS:agent");
    Certificates.create(fresh, "second").sign("broker", NAMES).sign("agent", "DNS:agent");
    for (String file : new String[] {"broker.pem", "broker.key", "agent.pem", "agent.key"}) {
      lay(old.resolve(file), file);
    }
    lay(old.resolve("first.pem"), "ca.pem");
    Files.writeString(
        directory.resolve("both.pem"),
        Files.readString(old.resolve("first.pem")) + Files.readString(fresh.resolve("second.pem")));
  }

  /// The broker knows agents of both authorities all the time.
  private BrokerProcess broker() throws IOException, InterruptedException {
    return BrokerProcess.start(
        directory,
        """
        cafile both.pem
        certfile broker.pem
        keyfile broker.key
        require_certificate true
        allow_anonymous true
        """);
  }

  private AgentProcess agent(BrokerProcess broker, FaultSlave slave) throws IOException {
    SiteProfile.write(directory);
    String access =
        "ca_file = \"%1$s/ca.pem\"\ncert_file = \"%1$s/agent.pem\"\nkey_file = \"%1$s/agent.key\"\n"
            .formatted(directory);
    return AgentProcess.run(
        directory,
        new Configuration(directory, "rotation", "mqtts://localhost:" + broker.port(), access)
            .tcpBus("gateway", "modbus-tcp", slave.port())
            .device("meter", "gateway", SiteProfile.WORD, 1, "100 ms"));
  }

  private void lay(Path file, String name) throws IOException {
    Path copy = directory.resolve(name + ".new");
    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
    Files.move(copy, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  private static void awaitRenewals(AgentProcess agent, int renewals) throws InterruptedException {
    Await.until(
        PATIENCE,
        "connection " + renewals + " with new certificates",
        () ->
            count(agent, "certificates in the files of mqtt have changed") >= renewals
                && count(agent, "connected to mqtts://") > renewals,
        agent::transcript);
  }

  private static long count(AgentProcess agent, String text) {
    return agent.err().stream().filter(line -> line.contains(text)).count();
  }
}
