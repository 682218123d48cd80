package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.Fault;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Pace;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.slaves.Slave;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.Ports;
import rackpulse.tests.support.SerialPair;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;
import rackpulse.tests.support.Witness.Message;

/// Devices, gateways and adapters go away and come back.
class SlaveRestartIT {
  private static final Registers BEFORE = new Registers().with(1, Table.HOLDING, 0, 1111);
  private static final Registers AFTER = new Registers().with(1, Table.HOLDING, 0, 3333);

  @TempDir private Path directory;

  @Test
  void aDeviceThatRestartsIsReadAgain() throws Exception {
    int port = Ports.free();
    SiteProfile.write(directory);
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "#")) {
      Configuration configuration =
          new Configuration(directory, "restart", broker)
              .tcpBus("gateway", "modbus-tcp", port)
              .device("meter", "gateway", SiteProfile.WORD, 1, "200 ms");
      Slave slave = FaultSlave.tcp(port, BEFORE);
      try (AgentProcess agent = AgentProcess.run(directory, configuration)) {
        witness.blame(agent);
        witness.await("/meter/readings", message -> isValue(message, 1111));
        slave.close();
        witness.await("/meter/readings", SlaveRestartIT::isBusDown);
        witness.await("/meter/status", SlaveRestartIT::isOfflineForTheBus);
        slave = FaultSlave.tcp(port, AFTER);
        witness.await("/meter/readings", message -> isValue(message, 3333));
        witness.await("/meter/status", 2, SlaveRestartIT::isOnline);
        assertOnly(witness, List.of(1111, 3333));
      } finally {
        slave.close();
      }
    }
  }

  @Test
  void anAdapterThatIsPulledOutAndPutInIsOpenedAgain() throws Exception {
    SiteProfile.write(directory);
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "#")) {
      SerialPair adapter = SerialPair.open(directory);
      Configuration configuration =
          new Configuration(directory, "replug", broker)
              .line("line", adapter.agentEnd())
              .device("meter", "line", SiteProfile.WORD, 1, "200 ms");
      FaultSlave slave = FaultSlave.rtu(adapter.slaveEnd(), BEFORE, Pace.instant());
      try (AgentProcess agent = AgentProcess.run(directory, configuration)) {
        witness.blame(agent);
        witness.await("/meter/readings", message -> isValue(message, 1111));
        adapter.close();
        witness.await("/meter/readings", SlaveRestartIT::isBusDown);
        witness.await("/health", message -> busReason(message, "line").contains("tty-agent"));
        slave.close();
        adapter = SerialPair.open(directory);
        slave = FaultSlave.rtu(adapter.slaveEnd(), AFTER, Pace.instant());
        witness.await("/meter/readings", message -> isValue(message, 3333));
        assertOnly(witness, List.of(1111, 3333));
      } finally {
        slave.close();
        adapter.close();
      }
    }
  }

  @Test
  void aDeviceThatStaysAwayBecomesDormantAndItsReturnIsNoticed() throws Exception {
    SiteProfile.write(directory);
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "#");
        FaultSlave slave = FaultSlave.tcp(BEFORE)) {
      Configuration configuration =
          new Configuration(directory, "dormant", broker)
              .table("polling", "probe_every = \"1 s\"\ndead_share = \"50 %\"")
              .tcpBus("gateway", "modbus-tcp", slave.port())
              .device("meter", "gateway", SiteProfile.WORD, 1, "200 ms");
      slave.behave(1, Fault.silence());
      try (AgentProcess agent = AgentProcess.run(directory, configuration)) {
        witness.blame(agent);
        witness.await("/meter/readings", message -> isGap(message, "no-answer"));
        witness.await("/meter/readings", message -> isGap(message, "dormant"));
        witness.await("/meter/status", message -> isOffline(message, "dormant"));
        slave.behave(1, Fault.none());
        witness.await("/meter/readings", message -> isValue(message, 1111));
        witness.await("/meter/status", SlaveRestartIT::isOnline);
      }
    }
  }

  private static boolean isValue(Message message, long value) {
    Json json = message.json();
    return json.has("values.value") && json.integer("values.value") == value;
  }

  private static boolean isGap(Message message, String cause) {
    Json json = message.json();
    return json.has("gaps.value") && json.text("gaps.value").equals(cause);
  }

  private static boolean isBusDown(Message message) {
    return isGap(message, "bus-down");
  }

  private static boolean isOnline(Message message) {
    return message.json().text("state").equals("online");
  }

  private static boolean isOfflineForTheBus(Message message) {
    return isOffline(message, "bus-down");
  }

  private static boolean isOffline(Message message, String reason) {
    Json json = message.json();
    return json.text("state").equals("offline") && json.text("reason").equals(reason);
  }

  private static String busReason(Message message, String bus) {
    Json json = message.json();
    String path = "buses." + bus + ".reason";
    return json.has(path) ? json.text(path) : "";
  }

  /// Every value is one of `right`, the later ones after the earlier ones.
  private static void assertOnly(Witness witness, List<Integer> right) {
    List<Integer> seen =
        witness.messages("/meter/readings").stream()
            .map(Message::json)
            .filter(json -> json.has("values.value"))
            .map(json -> (int) json.integer("values.value"))
            .distinct()
            .toList();
    assertEquals(right, seen);
  }
}
