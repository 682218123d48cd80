package rackpulse.tests.bench;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;
import rackpulse.tests.support.Witness.Message;

/// What a rack's worth of values costs: 100 devices with 50 registers each, every second, over
/// Modbus TCP from one slave process, published at QoS 1.
final class TcpBench {
  private static final int DEVICES = 100;
  private static final int REGISTERS = 50;
  private static final int WARM_UP_SECONDS = 30;

  private final Path directory;

  TcpBench(Path directory) {
    this.directory = directory;
  }

  void run(String[] arguments) throws Exception {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 60;
    int buses = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10;
    SiteProfile.write(directory);
    Registers registers = new Registers();
    int[] words = IntStream.range(0, REGISTERS).map(i -> 1000 + i).toArray();
    IntStream.rangeClosed(1, DEVICES)
        .forEach(unit -> registers.with(unit, Table.HOLDING, 0, words));
    try (BrokerProcess broker =
            BrokerProcess.start(directory, "allow_anonymous true", "log_type none");
        Witness witness = Witness.subscribe(broker, directory, "#");
        Slaves slaves = Slaves.start(buses, registers);
        AgentProcess agent = AgentProcess.run(directory, configuration(broker, slaves.ports()))) {
      witness.blame(agent);
      witness.await("/d" + DEVICES + "/readings");
      Thread.sleep(1000L * WARM_UP_SECONDS);
      int firstMessage = witness.messages().size();
      Usage start = Usage.of(agent.pid());
      long startNanos = System.nanoTime();
      Thread.sleep(1000L * seconds);
      Usage used = Usage.of(agent.pid()).since(start);
      double elapsedSeconds = (System.nanoTime() - startNanos) / 1e9;
      List<Message> seen = witness.messages();
      print(buses, elapsedSeconds, readings(seen.subList(firstMessage, seen.size())), used);
      int healths = witness.messages("/health").size();
      printHealth(agent.pid(), witness.await("/health", healths, _ -> true).json(), buses);
    }
  }

  /// One process that listens on several ports, since a port is one bus.
  private record Slaves(List<FaultSlave> slaves) implements Closeable {
    static Slaves start(int count, Registers registers) throws IOException {
      List<FaultSlave> started = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        started.add(FaultSlave.tcp(registers));
      }
      return new Slaves(started);
    }

    List<Integer> ports() {
      return slaves.stream().map(FaultSlave::port).toList();
    }

    @Override
    public void close() throws IOException {
      for (FaultSlave slave : slaves) {
        slave.close();
      }
    }
  }

  private Configuration configuration(BrokerProcess broker, List<Integer> ports) {
    Configuration configuration = new Configuration(directory, "bench", broker);
    int buses = ports.size();
    for (int bus = 0; bus < buses; bus++) {
      configuration.tcpBus("b" + bus, "modbus-tcp", ports.get(bus));
    }
    for (int unit = 1; unit <= DEVICES; unit++) {
      configuration.device("d" + unit, "b" + unit % buses, SiteProfile.FIFTY, unit, "1 s");
    }
    return configuration;
  }

  private static long readings(List<Message> messages) {
    return messages.stream().filter(message -> message.topic().endsWith("/readings")).count();
  }

  private static void print(int buses, double elapsedSeconds, long readings, Usage used) {
    double hundredThousands = readings * REGISTERS / 100_000.0;
    System.out.printf(
        Locale.ROOT,
        "%d devices x %d registers every second on %d buses, %.1f s%n",
        DEVICES,
        REGISTERS,
        buses,
        elapsedSeconds);
    System.out.printf(
        Locale.ROOT, "messages witnessed %d, expected %.0f%n", readings, DEVICES * elapsedSeconds);
    System.out.printf("CPU seconds per 100,000 values%n");
    List<String> groups =
        new ArrayList<>(List.of("bus-", "analysis", "publish", "MQTT", "GC", "C1", "C2", "VM"));
    double rest = used.all().cpuNanos();
    for (String group : groups) {
      Usage.Task task = used.named(group);
      rest -= task.cpuNanos();
      System.out.printf(
          Locale.ROOT,
          "  %-10s %7.3f   %8.1f wake-ups/s%n",
          group,
          task.cpuNanos() / 1e9 / hundredThousands,
          task.wakeUps() / elapsedSeconds);
    }
    System.out.printf(Locale.ROOT, "  %-10s %7.3f%n", "others", rest / 1e9 / hundredThousands);
    System.out.printf(
        Locale.ROOT, "  %-10s %7.3f%n", "process", used.all().cpuNanos() / 1e9 / hundredThousands);
  }

  private static void printHealth(long pid, Json health, int buses) throws Exception {
    long missed = 0;
    double latest = 0;
    for (int bus = 0; bus < buses; bus++) {
      missed += health.integer("buses.b" + bus + ".missed");
      latest = Math.max(latest, health.number("buses.b" + bus + ".lateness_max_ms"));
    }
    System.out.printf(
        Locale.ROOT, "missed polls %d, greatest lateness of late %.1f ms%n", missed, latest);
    System.out.printf(
        Locale.ROOT,
        "memory: resident %.1f MiB, proportional %.1f MiB%n",
        Usage.residentKib(pid) / 1024.0,
        Usage.proportionalKib(pid) / 1024.0);
  }
}
