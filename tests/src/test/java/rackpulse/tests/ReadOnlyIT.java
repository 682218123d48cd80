package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Pace;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Caller;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.SerialPair;
import rackpulse.tests.support.Witness;

/// Whatever the agent is told to do, no request that reaches a device can change it.
@Timeout(240)
class ReadOnlyIT {
  /// Coils, discrete inputs, holding and input registers, device identification (Modbus Application
  /// Protocol 1.1b3, 6).
  private static final Set<Integer> READING = Set.of(1, 2, 3, 4, 43);

  /// One channel in each of the four tables.
  private static final String PROFILE =
      """
      part = "A bit of everything"
      bus = "modbus"

      [[channel]]
      name = "coil"
      table = "coil"
      address = 0
      format = "bit"
      quantity = "state"

      [[channel]]
      name = "input"
      table = "discrete-input"
      address = 0
      format = "bit"
      quantity = "state"

      [[channel]]
      name = "holding"
      table = "holding"
      address = 0
      format = "u16"
      quantity = "raw"

      [[channel]]
      name = "reading"
      table = "input"
      address = 0
      format = "u16"
      quantity = "raw"
      """;

  private static final String[] COMMANDS = {
    "{\"command\":\"read\",\"device\":\"a\"}",
    "{\"command\":\"read\",\"device\":\"c\"}",
    "{\"command\":\"rescan\"}",
    "{\"command\":\"retrain\",\"device\":\"a\"}",
    "{\"command\":\"dump-recorder\"}",
    "{\"command\":\"reload\"}",
    "{\"command\":\"identify\"}",
    "{\"command\":\"write\",\"device\":\"a\"}",
    "{\"command\":\"read\",\"device\":\"a\",\"function\":\"6\",\"value\":\"1\"}",
  };

  private final Registers registers =
      new Registers()
          .with(1, Table.COIL, 0, 1)
          .with(1, Table.DISCRETE_INPUT, 0, 1)
          .with(1, Table.HOLDING, 0, 1)
          .with(1, Table.INPUT, 0, 1);

  @TempDir private Path directory;

  @Test
  void onlyReadingFunctionCodesReachADevice() throws Exception {
    Files.createDirectory(directory.resolve("profiles"));
    Files.writeString(directory.resolve("profiles/all.toml"), PROFILE);
    try (BrokerProcess broker = BrokerProcess.start(directory);
        SerialPair pair = SerialPair.open(directory);
        FaultSlave rtu = FaultSlave.rtu(pair.slaveEnd(), registers, Pace.of(19200, 11, 2_000_000));
        FaultSlave tcp = FaultSlave.tcp(registers);
        FaultSlave rtuOverTcp = FaultSlave.rtuOverTcp(registers)) {
      Configuration configuration =
          new Configuration(directory, "read-only", broker)
              .table(
                  "commands",
                  "allow = [\"read\", \"rescan\", \"reload\", \"retrain\", \"dump-recorder\","
                      + " \"identify\"]\nmax_per_minute = 100")
              .tcpBus("tcp", "modbus-tcp", tcp.port())
              .tcpBus("rtu-tcp", "modbus-rtu-over-tcp", rtuOverTcp.port())
              .line("line", pair.agentEnd())
              .device("a", "tcp", "all", 1, "300 ms")
              .device("b", "rtu-tcp", "all", 1, "300 ms")
              .device("c", "line", "all", 1, "300 ms")
              .device("absent", "tcp", "all", 9, "300 ms");
      runs(broker, configuration);
      for (String command : new String[] {"read", "check"}) {
        run(command, "-c", "rackpulse.toml", "--profiles", "profiles");
      }
      run("scan", "127.0.0.1:" + tcp.port(), "--units", "1-2");
      run("scan", pair.agentEnd().toString(), "--units", "1-2");
      Set<Integer> seen = new TreeSet<>(tcp.functions());
      seen.addAll(rtu.functions());
      seen.addAll(rtuOverTcp.functions());
      assertEquals(READING, seen);
    }
  }

  private void runs(BrokerProcess broker, Configuration configuration) throws Exception {
    try (Witness witness = Witness.subscribe(broker, directory, "#");
        AgentProcess agent = AgentProcess.run(directory, configuration)) {
      witness.blame(agent);
      for (String device : new String[] {"a", "b", "c"}) {
        witness.await("/" + device + "/readings", 2, message -> message.json().has("values.coil"));
      }
      Caller caller = new Caller(broker, directory, "read-only");
      for (String command : COMMANDS) {
        assertTrue(caller.ask(command).has("ok"), command);
      }
      agent.signal("TERM");
      assertEquals(0, agent.exitCode(), agent::transcript);
    }
  }

  /// Runs a command to its end, whatever it finds.
  private void run(String... arguments) throws Exception {
    try (AgentProcess process = AgentProcess.start(directory, arguments)) {
      int exitCode = process.exitCode();
      assertTrue(exitCode == 0 || exitCode == 1, process::transcript);
    }
  }
}
