package rackpulse.tests.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.SiteProfile;

/// What an outage writes: 100 devices with 50 registers each, every second, and no broker. Bytes
/// written are what the kernel brings to the medium for the agent, whole pages, as it counts them;
/// file systems add their own metadata.
final class SpoolBench {
  private static final int DEVICES = 100;
  private static final int REGISTERS = 50;
  private static final int WARM_UP_SECONDS = 15;

  /// Two clocks and a mark, then a tag and eight bytes for each value; device and sequence 4.
  private static final int RECORD_BYTES = 17 + REGISTERS * 9 + 4;

  private final Path directory;

  SpoolBench(Path directory) {
    this.directory = directory;
  }

  void run(String[] arguments) throws Exception {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 60;
    // everything else that the agent writes goes to memory
    Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "rackpulse-bench");
    Registers registers = new Registers();
    int[] words = IntStream.range(0, REGISTERS).map(i -> 1000 + i).toArray();
    IntStream.rangeClosed(1, DEVICES)
        .forEach(unit -> registers.with(unit, Table.HOLDING, 0, words));
    SiteProfile.write(memory);
    try (FaultSlave slave = FaultSlave.tcp(registers);
        AgentProcess agent = AgentProcess.run(memory, configuration(memory, slave))) {
      Thread.sleep(1000L * WARM_UP_SECONDS);
      Usage usage = Usage.of(agent.pid());
      long written = written(agent.pid());
      Json start = Json.parse(Files.readString(memory.resolve("status.json")));
      Thread.sleep(1000L * seconds);
      Json end = Json.parse(Files.readString(memory.resolve("status.json")));
      written = written(agent.pid()) - written;
      Usage.Task thread = Usage.of(agent.pid()).since(usage).named("spool");
      print(start, end, written, thread);
    } finally {
      Bench.delete(memory);
    }
  }

  private Configuration configuration(Path memory, FaultSlave slave) {
    Configuration configuration =
        new Configuration(memory, "bench", "mqtt://127.0.0.1:9", "")
            .table("spool", "directory = \"" + directory + "/spool\"")
            .tcpBus("b", "modbus-tcp", slave.port());
    for (int unit = 1; unit <= DEVICES; unit++) {
      configuration.device("d" + unit, "b", SiteProfile.FIFTY, unit, "1 s");
    }
    return configuration;
  }

  private static void print(Json start, Json end, long written, Usage.Task thread) {
    long messages = end.integer("spool.messages") - start.integer("spool.messages");
    long bytes = end.integer("spool.bytes") - start.integer("spool.bytes");
    double payload = (double) messages * RECORD_BYTES;
    System.out.printf(
        Locale.ROOT,
        "%d messages of %d bytes stored: %.0f KiB%n",
        messages,
        RECORD_BYTES,
        payload / 1024);
    System.out.printf(
        Locale.ROOT, "in files %.0f KiB: x %.3f of that%n", bytes / 1024.0, bytes / payload);
    System.out.printf(
        Locale.ROOT, "to medium %.0f KiB: x %.3f%n", written / 1024.0, written / payload);
    System.out.printf(
        Locale.ROOT,
        "spool thread: %.1f us and %.2f wake-ups for each message%n",
        thread.cpuNanos() / 1e3 / messages,
        (double) thread.wakeUps() / messages);
  }

  private static long written(long pid) throws Exception {
    List<String> lines = Files.readAllLines(Path.of("/proc", Long.toString(pid), "io"));
    String line = lines.stream().filter(text -> text.startsWith("write_bytes")).findFirst().get();
    return Long.parseLong(line.substring(line.indexOf(' ') + 1));
  }
}
