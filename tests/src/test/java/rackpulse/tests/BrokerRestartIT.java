package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;
import rackpulse.tests.support.Witness.Message;

/// The broker goes away while the rack is polled: what was measured meanwhile arrives later, and
/// what did not is told.
class BrokerRestartIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Registers REGISTERS =
      new Registers().with(1, Table.HOLDING, 0, new int[50]).with(2, Table.HOLDING, 0, new int[50]);

  @TempDir private Path directory;

  @Test
  void valuesContinueAndNoneIsMissing() throws Exception {
    SiteProfile.write(directory);
    try (BrokerProcess broker = BrokerProcess.start(directory);
        FaultSlave slave = FaultSlave.tcp(REGISTERS)) {
      Configuration configuration =
          new Configuration(directory, "outage", broker)
              .tcpBus("gateway", "modbus-tcp", slave.port())
              .device("a", "gateway", SiteProfile.WORD, 1, "100 ms")
              .device("b", "gateway", SiteProfile.WORD, 2, "100 ms");
      try (Witness first = Witness.subscribe(broker, directory, "#");
          AgentProcess agent = AgentProcess.run(directory, configuration)) {
        first.blame(agent);
        first.await("/a/readings", 3, _ -> true);
        first.await("/b/readings", 3, _ -> true);
        outage(broker, slave, agent, 20);
        try (Witness second = Witness.subscribe(broker, directory, "#")) {
          second.blame(agent);
          agent.signal("CONT");
          assertIntroducesItself(second);
          second.await("/a/readings", 5, _ -> true);
          second.await("/b/readings", 5, _ -> true);
          assertComplete(first, second, "a");
          assertComplete(first, second, "b");
          second.await("/health", message -> message.json().integer("delivery.reconnects") > 0);
        }
      }
    }
  }

  @Test
  void whatDoesNotFitIntoMemoryIsToldAsLost() throws Exception {
    SiteProfile.write(directory);
    try (BrokerProcess broker = BrokerProcess.start(directory);
        FaultSlave slave = FaultSlave.tcp(REGISTERS)) {
      Configuration configuration =
          new Configuration(directory, "loss", broker)
              .table("spool", "memory_bytes = \"64 KiB\"\ndirectory = \"/dev/null/spool\"")
              .tcpBus("gateway", "modbus-tcp", slave.port())
              .device("a", "gateway", SiteProfile.FIFTY, 1, "50 ms")
              .device("b", "gateway", SiteProfile.WORD, 2, "1 s");
      try (Witness first = Witness.subscribe(broker, directory, "#");
          AgentProcess agent = AgentProcess.run(directory, configuration)) {
        first.blame(agent);
        first.await("/a/readings", 3, _ -> true);
        // fifty values make about 500 bytes: 64 KiB are full long before that
        outage(broker, slave, agent, 120);
        try (Witness second = Witness.subscribe(broker, directory, "#")) {
          second.blame(agent);
          agent.signal("CONT");
          second.await("/a/backlog", message -> message.json().has("lost.from"));
          second.await("/a/readings", 5, _ -> true);
          assertComplete(first, second, "a");
          second.await("/health", message -> lost(message.json()) > 0);
        }
      }
    }
  }

  /// Kills the broker, lets the agent poll on, and starts the broker again while the agent is
  /// frozen, so that a witness can subscribe before anything is sent.
  private static void outage(BrokerProcess broker, FaultSlave slave, AgentProcess agent, int polls)
      throws Exception {
    broker.kill();
    long target = slave.requests(1) + polls;
    Await.until(
        PATIENCE, "polls without a broker", () -> slave.requests(1) >= target, agent::transcript);
    agent.signal("STOP");
    broker.restart();
  }

  private static void assertIntroducesItself(Witness witness) throws InterruptedException {
    Json birth = witness.await("/agent/agent/status").json();
    assertEquals("online", birth.text("state"));
    assertEquals("online", witness.await("/a/status").json().text("state"));
    assertEquals("Plain registers", witness.await("/a/meta").json().text("part"));
    witness.await("/a/readings");
    List<String> kinds =
        witness.messages().stream().map(message -> lastLevel(message.topic())).toList();
    assertTrue(kinds.indexOf("status") < kinds.indexOf("readings"), kinds.toString());
    assertTrue(kinds.indexOf("meta") < kinds.indexOf("readings"), kinds.toString());
  }

  private static String lastLevel(String topic) {
    return topic.substring(topic.lastIndexOf('/') + 1);
  }

  /// Every number from the first to the last was a reading, a stored one, or is told to be lost.
  private static void assertComplete(Witness before, Witness after, String device)
      throws InterruptedException {
    Await.until(
        PATIENCE,
        "all numbers of " + device,
        () -> missing(before, after, device).isEmpty(),
        () -> "missing: " + missing(before, after, device));
    for (Message message : after.messages("/" + device + "/backlog")) {
      assertEquals(false, message.retained());
      Json json = message.json();
      assertTrue(json.has("lost.cause") || json.text("historical").equals("true"));
    }
  }

  private static SortedSet<Long> missing(Witness before, Witness after, String device) {
    TreeSet<Long> told = new TreeSet<>();
    for (Witness witness : List.of(before, after)) {
      for (Message message : witness.polls(device)) {
        Json json = message.json();
        boolean lost = json.has("lost.from");
        long last = json.integer(lost ? "lost.to" : "seq");
        for (long seq = lost ? json.integer("lost.from") : last; seq <= last; seq++) {
          told.add(seq);
        }
      }
    }
    TreeSet<Long> missing = new TreeSet<>();
    for (long seq = 1; seq <= told.last(); seq++) {
      if (!told.contains(seq)) {
        missing.add(seq);
      }
    }
    return missing;
  }

  private static long lost(Json health) {
    return health.leaves().entrySet().stream()
        .filter(leaf -> leaf.getKey().startsWith("delivery.lost."))
        .mapToLong(leaf -> Long.parseLong(leaf.getValue()))
        .sum();
  }
}
