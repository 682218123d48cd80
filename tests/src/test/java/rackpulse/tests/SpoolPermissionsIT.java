package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.CountingSlave;
import rackpulse.tests.support.Account;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.UnprivilegedUser;
import rackpulse.tests.support.Witness;

/// An agent whose account may not write to its spool, as after somebody has started it as root
/// once: readings go on live, the operator is told what to do, and once that is done the spool is
/// used.
@Tag("long") // not run on the jar when there is a binary
class SpoolPermissionsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String STATE = "delivery.spool.state";

  @TempDir private Path directory;

  @Test
  void readingsGoOnUntilTheSpoolIsGivenToTheAgent() throws Exception {
    SiteProfile.write(directory);
    Path spool = Files.createDirectory(directory.resolve("spool"));
    Files.createFile(spool.resolve("lock"));
    UnprivilegedUser user = UnprivilegedUser.orSkip(directory);
    UnprivilegedUser.giveToRoot(spool);
    UnprivilegedUser.giveToRoot(spool.resolve("lock"));
    try (BrokerProcess broker = BrokerProcess.start(directory);
        CountingSlave slave = CountingSlave.tcp(2);
        Witness witness = Witness.subscribe(broker, directory, "#")) {
      Configuration configuration =
          new Configuration(directory, "one", broker)
              .table("spool", "directory = \"" + spool + "\"")
              .tcpBus("gateway", "modbus-tcp", slave.port())
              .device("b", "gateway", SiteProfile.FIFTY, 2, "50 ms");
      Files.writeString(directory.resolve("rackpulse.toml"), configuration.toString());
      try (AgentProcess agent = user.run(directory)) {
        witness.blame(agent);
        witness.await("/health", health -> tellsWhatToDo(health.json().text(STATE)));
        assertTrue(status().stream().anyMatch(SpoolPermissionsIT::tellsWhatToDo), "in status");
        witness.await("/b/readings", witness.messages("/b/readings").size() + 5, _ -> true);
        user.own(spool);
        int from = witness.messages("/health").size();
        witness.await("/health", from, health -> health.json().text(STATE).equals("working"));
        assertTrue(Files.exists(spool.resolve("acknowledged")), "nothing written");
        awaitBalance(witness, slave, agent);
      }
    }
  }

  private static boolean tellsWhatToDo(String text) {
    return text.contains("no permission for the spool: ")
        && text.contains("let the agent's account own the directory and all in it");
  }

  private List<String> status() throws Exception {
    try (AgentProcess status =
        AgentProcess.start(directory, "status", "--file", directory + "/status.json")) {
      status.exitCode();
      return status.out();
    }
  }

  private static void awaitBalance(Witness witness, CountingSlave slave, AgentProcess agent)
      throws InterruptedException {
    long target = slave.polls(2) + 5;
    Await.until(PATIENCE, "polls", () -> slave.polls(2) >= target, agent::transcript);
    Await.until(
        PATIENCE,
        "a balanced account",
        () -> new Account().add(witness.messages()).missing().isEmpty(),
        () -> new Account().add(witness.messages()) + agent.transcript());
    assertEquals(0, new Account().add(witness.messages()).lost());
  }
}
