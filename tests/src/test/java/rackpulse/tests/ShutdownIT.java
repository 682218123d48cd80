package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.Fault;
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

/// How the agent ends, and what subscribers are told.
class ShutdownIT {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Registers REGISTERS =
      new Registers().with(1, Table.HOLDING, 0, 1).with(2, Table.HOLDING, 0, 2);

  @TempDir private Path directory;
  private FaultSlave slave;
  private FaultSlave dead;

  @BeforeEach
  void startSlaves() throws IOException {
    SiteProfile.write(directory);
    slave = FaultSlave.tcp(REGISTERS);
    dead = FaultSlave.tcp(REGISTERS);
    dead.behave(2, Fault.silence()); // its bus thread waits for an answer most of the time
  }

  @AfterEach
  void stopSlaves() throws IOException {
    slave.close();
    dead.close();
  }

  private Configuration configuration(String url) {
    return new Configuration(directory, "shutdown", url, "session_expiry = \"1 s\"\n")
        .tcpBus("gateway", "modbus-tcp", slave.port())
        .device("meter", "gateway", SiteProfile.WORD, 1, "200 ms")
        .tcpBus("dead", "modbus-tcp", dead.port())
        .device("silent", "dead", SiteProfile.WORD, 2, "200 ms");
  }

  @Test
  void onSigtermSaysGoodbyeAndExitsZeroInTime() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "#");
        AgentProcess agent = AgentProcess.run(directory, configuration(broker.url()))) {
      witness.blame(agent);
      witness.await("/meter/readings");
      long tookNanos = terminate(agent);
      Json farewell = witness.await("/agent/agent/status", 1, _ -> true).json();
      assertEquals("offline", farewell.text("state"));
      assertTrue(farewell.has("ts"), "the agent itself must say so, not its will");
      Json status = witness.await("/meter/status", message -> isOffline(message.json())).json();
      assertEquals("agent-stopped", status.text("reason"));
      witness.await("/silent/status", message -> isOffline(message.json()));
      assertTrue(tookNanos < LIMIT.toNanos(), "took " + tookNanos / 1_000_000 + " ms");
    }
  }

  @Test
  void onSigtermExitsInTimeWithoutABroker() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory)) {
      broker.kill();
      try (AgentProcess agent = AgentProcess.run(directory, configuration(broker.url()))) {
        Await.until(
            Duration.ofSeconds(30), "polls", () -> slave.requests(1) > 2, agent::transcript);
        long tookNanos = terminate(agent);
        assertTrue(tookNanos < LIMIT.toNanos(), "took " + tookNanos / 1_000_000 + " ms");
      }
    }
  }

  @Test
  void whenKilledItsWillTells() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "#");
        AgentProcess agent = AgentProcess.run(directory, configuration(broker.url()))) {
      witness.blame(agent);
      witness.await("/meter/readings");
      agent.signal("KILL");
      assertEquals(137, agent.exitCode());
      Json will = witness.await("/agent/agent/status", 1, _ -> true).json();
      assertEquals("offline", will.text("state"));
      assertTrue(will.has("connected_at"));
      assertFalse(will.has("ts"), "a will cannot know when");
    }
  }

  private static boolean isOffline(Json json) {
    return json.text("state").equals("offline");
  }

  private static long terminate(AgentProcess agent) throws Exception {
    long startNanos = System.nanoTime();
    agent.signal("TERM");
    assertEquals(0, agent.exitCode(), agent::transcript);
    return System.nanoTime() - startNanos;
  }
}
