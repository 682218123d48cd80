package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.J2modSlave;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.Ports;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;

/// Every command as an operator types it, with its exit code.
class CommandsIT {
  @TempDir private Path directory;

  @Test
  void helpVersionAndMistakes() throws Exception {
    assertTrue(run(0, "--version").out().getFirst().startsWith("rackpulse "));
    assertTrue(run(0, "scan", "--help").out().getFirst().startsWith("Usage: rackpulse scan"));
    assertTrue(run(0, "completion").out().getFirst().startsWith("#!/usr/bin/env bash"));
    assertTrue(String.join("\n", run(2, "chek").err()).contains("rackpulse check?"));
    assertTrue(run(78, "check", "-c", "absent.toml").err().getFirst().contains("absent.toml"));
  }

  @Test
  void profilesAreListedAndShown() throws Exception {
    List<String> listed = run(0, "profiles").out();
    assertTrue(listed.stream().anyMatch(line -> line.startsWith("sdm630 ")), listed.toString());
    assertTrue(listed.size() > 35, "only " + listed.size());
    Json shown = Json.parse(run(0, "profiles", "tmp117", "--json").out().getFirst());
    assertEquals("i2c", shown.text("profiles.0.bus"));
    assertEquals("temperature", shown.text("profiles.0.channels.0.quantity"));
  }

  @Test
  void checkReadAndScanAgreeOnAThirdPartySlave() throws Exception {
    int port = Ports.free();
    SiteProfile.write(directory);
    Registers registers = new Registers().with(1, Table.HOLDING, 0, 4711);
    Configuration configuration =
        new Configuration(directory, "commands", "mqtt://127.0.0.1:1883", "")
            .tcpBus("gateway", "modbus-tcp", port)
            .device("meter", "gateway", SiteProfile.WORD, 1, "1 s");
    Files.writeString(directory.resolve("rackpulse.toml"), configuration.toString());
    String[] files = {"-c", "rackpulse.toml", "--profiles", "profiles"};
    Json budget = Json.parse(run(0, with(files, "check", "--json")).out().getFirst());
    assertEquals(1, budget.integer("buses.0.devices.0.requests"));
    assertEquals(1, run(1, with(files, "read", "--json")).out().size());
    try (J2modSlave _ = J2modSlave.tcp(port, registers)) {
      Json read = Json.parse(run(0, with(files, "read", "--json")).out().getFirst());
      assertEquals(4711, read.number("samples.0.value"));
      Json scan =
          Json.parse(
              run(0, "scan", "127.0.0.1:" + port, "--units", "1", "--json").out().getFirst());
      assertEquals(1, scan.integer("found.0.address"));
    }
  }

  @Test
  void anI2cDeviceThatIsNoAdapterIsADownBusNamedByItsErrno() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "#")) {
      Configuration configuration =
          new Configuration(directory, "null", broker)
              .table("bus.front", "kind = \"i2c\"\ndevice = \"/dev/null\"")
              .table(
                  "device.inlet",
                  "bus = \"front\"\nprofile = \"sht4x\"\naddress = 0x44\nevery = \"1 s\"");
      try (AgentProcess agent = AgentProcess.run(directory, configuration)) {
        witness.blame(agent);
        Json readings = witness.await("/inlet/readings").json();
        assertEquals("bus-down", readings.text("gaps.temperature"));
        agent.awaitErr("ENOTTY", line -> line.contains("/dev/null") && line.contains("ENOTTY"));
      }
    }
  }

  @Test
  void demoShowsReadingsGapsAndAnAnomalyAndEndsWhenAsked() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory)) {
      try (AgentProcess demo =
          AgentProcess.start(directory, "demo", "--broker", broker.url(), "--pace", "3600")) {
        demo.awaitOut("a reading", line -> line.contains("inlet-top 2"));
        demo.awaitOut("a gap", line -> line.contains("feed-b  voltage-l1 GAP no-answer"));
        demo.awaitOut("an anomaly", line -> line.contains("ANOMALY outlet-top temperature is "));
        demo.signal("INT");
        assertEquals(0, demo.exitCode(), demo::transcript);
      }
    }
    AgentProcess alone =
        run(1, "demo", "--broker", "mqtt://127.0.0.1:" + Ports.free(), "--seconds", "3");
    assertTrue(alone.err().getLast().contains("no broker"), alone.transcript());
  }

  private static String[] with(String[] files, String... command) {
    String[] all = Arrays.copyOf(command, command.length + files.length);
    System.arraycopy(files, 0, all, command.length, files.length);
    return all;
  }

  /// Runs a command to its end.
  private AgentProcess run(int exitCode, String... arguments) throws Exception {
    try (AgentProcess process = AgentProcess.start(directory, arguments)) {
      assertEquals(exitCode, process.exitCode(), process::transcript);
      return process;
    }
  }
}
