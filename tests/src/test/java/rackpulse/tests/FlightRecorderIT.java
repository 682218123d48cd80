package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Pace;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.SerialPair;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;

/// What an agent has recorded runs in another: the same devices say the same values.
class FlightRecorderIT {
  private static final Registers REGISTERS =
      new Registers()
          .with(1, Table.HOLDING, 0, 1111)
          .with(2, Table.HOLDING, 0, 2222)
          .with(3, Table.HOLDING, 0, 3333);

  /// Two chips with one address behind a mux, and one with two commands beside it.
  private static final String WIRE =
      """
      bus i2c
      0x70 W 01
      0x70 R 01
      0x44 W fd
      0x70 W 00
      0x70 W 01
      0x70 R 01
      0x44 R 66 66 93 72 b0 dc
      0x70 W 00
      0x70 W 80
      0x70 R 80
      0x44 W fd
      0x70 W 00
      0x70 W 80
      0x70 R 80
      0x44 R 33 33 88 66 66 93
      0x70 W 00
      0x40 W f3
      0x40 R 68 3a 7c
      0x40 W f5
      0x40 R 4e 85 6b
      """;

  private static final List<String> DEVICES =
      List.of("left", "right", "rear", "meter-line", "meter-tcp", "meter-rtu-tcp");

  @TempDir private Path directory;

  @Test
  void aRecordingRunsInAnotherAgent() throws Exception {
    Path first = Files.createDirectory(directory.resolve("first"));
    Path second = Files.createDirectory(directory.resolve("second"));
    SiteProfile.write(first);
    SiteProfile.write(second);
    Files.writeString(first.resolve("wire.transcript"), WIRE);
    List<String> files;
    Map<String, Set<String>> recorded;
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "#");
        SerialPair pair = SerialPair.open(first);
        FaultSlave _ = FaultSlave.rtu(pair.slaveEnd(), REGISTERS, Pace.of(19200, 11, 2_000_000));
        FaultSlave tcp = FaultSlave.tcp(REGISTERS);
        FaultSlave rtuOverTcp = FaultSlave.rtuOverTcp(REGISTERS)) {
      Configuration configuration =
          new Configuration(first, "recorded", broker)
              .table("bus.front", transcript(first.resolve("wire.transcript")))
              .line("line", pair.agentEnd())
              .tcpBus("tcp", "modbus-tcp", tcp.port())
              .tcpBus("rtu-tcp", "modbus-rtu-over-tcp", rtuOverTcp.port());
      try (AgentProcess agent = AgentProcess.run(first, withDevices(configuration))) {
        witness.blame(agent);
        awaitValues(witness, 3);
        try (AgentProcess record =
            AgentProcess.start(
                first, "record", "--file", first.resolve("status.json").toString())) {
          assertEquals(0, record.exitCode(), record::transcript);
          files = record.out();
        }
        assertEquals(4, files.size(), files.toString());
        for (String file : files) {
          agent.awaitErr("the path", line -> line.contains(file));
        }
        agent.signal("USR1");
        recorded = values(witness);
        assertEquals(12, recorded.size(), recorded.toString());
        recorded.forEach((channel, values) -> assertEquals(1, values.size(), channel + values));
        agent.awaitErr("another recording", line -> line.contains("SIGUSR1") && isNew(line, files));
      }
    }
    // nothing but the files is left
    try (BrokerProcess broker = BrokerProcess.start(second);
        Witness witness = Witness.subscribe(broker, second, "#")) {
      Configuration configuration =
          new Configuration(second, "played", broker)
              .table("bus.front", transcript(fileOf("front", files)))
              .table("bus.line", transcript(fileOf("line", files)))
              .table("bus.tcp", transcript(fileOf("tcp", files)))
              .table("bus.rtu-tcp", transcript(fileOf("rtu-tcp", files)));
      try (AgentProcess agent = AgentProcess.run(second, withDevices(configuration))) {
        witness.blame(agent);
        awaitValues(witness, 10);
        assertEquals(recorded, values(witness));
      }
    }
  }

  /// Every device has delivered so often.
  private static void awaitValues(Witness witness, int polls) throws InterruptedException {
    for (String device : DEVICES) {
      witness.await("/" + device + "/readings", polls, message -> hasValues(message));
    }
  }

  private static boolean hasValues(Witness.Message message) {
    return message.payload().contains("\"values\":{\"");
  }

  /// All values that each device has ever said; on this wire they do not change.
  private static Map<String, Set<String>> values(Witness witness) {
    Map<String, Set<String>> values = new TreeMap<>();
    for (String device : DEVICES) {
      for (Witness.Message poll : witness.polls(device)) {
        poll.json()
            .leaves()
            .forEach((path, value) -> {
              if (path.startsWith("values.")) {
                values.computeIfAbsent(device + " " + path, _ -> new TreeSet<>()).add(value);
              }
            });
      }
    }
    return values;
  }

  @Test
  void writesByItselfWhenSomethingIsWrongAndGoesOnWhereItCannot() throws Exception {
    SiteProfile.write(directory);
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "#");
        FaultSlave hot = FaultSlave.tcp(REGISTERS)) {
      FaultSlave dying = FaultSlave.tcp(REGISTERS);
      Path recordings = directory.resolve("recordings");
      Configuration configuration =
          new Configuration(directory, "alarmed", broker)
              .table("recorder", "directory = \"" + recordings + "\"\nmax_files = 2")
              .tcpBus("hot", "modbus-tcp", hot.port())
              .device("meter", "hot", SiteProfile.WORD, 1, "100 ms")
              .tcpBus("dying", "modbus-tcp", dying.port())
              .device("victim", "dying", SiteProfile.WORD, 2, "100 ms")
              .table("limit.meter.value", "alarm_high = 1000.0\ndelay = \"300 ms\"");
      try (AgentProcess agent = AgentProcess.run(directory, configuration)) {
        witness.blame(agent);
        agent.awaitErr("an anomaly", line -> line.contains("-hot.transcript (anomaly: "));
        witness.await("/victim/readings", 2, _ -> true);
        dying.close();
        agent.awaitErr("a failure", line -> line.contains("-dying.transcript (the bus failed: "));
        assertEquals(2, list(recordings).size());

        Files.move(recordings, directory.resolve("away"));
        Files.writeString(recordings, "no directory");
        agent.signal("USR1");
        agent.awaitErr("a complaint", line -> line.contains("traffic is not recorded: cannot"));
        int seen = witness.messages("/meter/readings").size();
        witness.await("/meter/readings", seen, message -> message.json().has("values.value"));
      }
    }
  }

  private static List<String> list(Path directory) throws Exception {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static Configuration withDevices(Configuration configuration) {
    return configuration
        .table("device.left", i2c("sht4x", "0x44") + "mux = { address = 0x70, channel = 0 }")
        .table("device.right", i2c("sht4x", "0x44") + "mux = { address = 0x70, channel = 7 }")
        .table("device.rear", i2c("si7021", "0x40"))
        .device("meter-line", "line", SiteProfile.WORD, 1, "200 ms")
        .device("meter-tcp", "tcp", SiteProfile.WORD, 2, "200 ms")
        .device("meter-rtu-tcp", "rtu-tcp", SiteProfile.WORD, 3, "200 ms");
  }

  private static String i2c(String profile, String address) {
    return "bus = \"front\"\nprofile = \"%s\"\naddress = %s\nevery = \"200 ms\"\n"
        .formatted(profile, address);
  }

  private static String transcript(Path file) {
    return "kind = \"transcript\"\nfile = \"" + file + "\"\nrepeat = true";
  }

  private static Path fileOf(String bus, List<String> files) {
    return Path.of(
        files.stream()
            .filter(file -> file.endsWith("Z-" + bus + ".transcript"))
            .findFirst()
            .orElseThrow(() -> new AssertionError("none for " + bus + " in " + files)));
  }

  private static boolean isNew(String line, List<String> files) {
    assertFalse(files.isEmpty());
    return files.stream().noneMatch(line::contains);
  }
}
