package rackpulse.tests.bench;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import rackpulse.tests.slaves.Fault;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;

/// The jar and the native binary side by side on one configuration: 10 Modbus TCP devices, each on
/// a bus of its own, 50 registers each every second, to a local Mosquitto at QoS 1.
final class NativeBench {
  private static final int DEVICES = 10;
  private static final int REGISTERS = 50;
  private static final int STARTS = 5;
  private static final int SETTLE_SECONDS = 60;
  private static final double MIB = 1 << 20;

  private final Path directory;
  private final Path target;

  /// @param target where the jar and the binary were built
  NativeBench(Path directory, Path target) {
    this.directory = directory;
    this.target = target;
  }

  /// @param arguments seconds of the measurement after the first minute; commands by name,
  ///   `NAME=COMMAND`, instead of the jar and the binary that are built
  void run(String[] arguments) throws Exception {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 60;
    SiteProfile.write(directory);
    Map<String, String> commands = new LinkedHashMap<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      if (equals > 0) {
        commands.put(argument.substring(0, equals), argument.substring(equals + 1));
      }
    }
    if (commands.isEmpty()) {
      commands.put("jar", jar());
      commands.put("native", target.resolve("rackpulse").toString());
    }
    Map<String, Map<String, String>> columns = new LinkedHashMap<>();
    for (Map.Entry<String, String> command : commands.entrySet()) {
      columns.put(command.getKey(), measure(command.getValue(), seconds));
    }
    print(columns);
  }

  /// As the launcher starts it, without the launcher.
  private String jar() {
    return ProcessHandle.current().info().command().orElseThrow()
        + " -XX:+UseSerialGC -Xshare:auto -XX:+ExitOnOutOfMemoryError"
        + " --enable-native-access=ALL-UNNAMED -jar "
        + target.resolve("rackpulse.jar");
  }

  private Map<String, String> measure(String command, int seconds) throws Exception {
    System.setProperty("agent.command", command);
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("binary or jars, MiB", decimal(bytesOf(command) / MIB));
    Registers registers = new Registers();
    int[] words = IntStream.range(0, REGISTERS).map(i -> 1000 + i).toArray();
    IntStream.rangeClosed(1, DEVICES)
        .forEach(unit -> registers.with(unit, Table.HOLDING, 0, words));
    try (BrokerProcess broker =
            BrokerProcess.start(directory, "allow_anonymous true", "log_type none");
        Slaves slaves = Slaves.start(registers)) {
      Configuration configuration = configuration(broker, slaves);
      List<Double> polls = new ArrayList<>();
      List<Double> acks = new ArrayList<>();
      for (int start = 0; start < STARTS; start++) {
        try (Run run = new Run(broker, slaves, configuration)) {
          polls.add(run.firstPollMillis);
          acks.add(run.firstReadingMillis);
        }
      }
      rows.put("start to first request on the wire, ms", spread(polls));
      rows.put("start to first reading at a subscriber, ms", spread(acks));
      try (Run run = new Run(broker, slaves, configuration)) {
        steady(run, slaves, seconds, rows);
      }
    }
    return rows;
  }

  private static void steady(Run run, Slaves slaves, int seconds, Map<String, String> rows)
      throws Exception {
    long pid = run.agent.pid();
    Thread.sleep(1000L * SETTLE_SECONDS);
    rows.put("after 60 s: RSS, MiB", decimal(Usage.residentKib(pid) / 1024.0));
    rows.put("after 60 s: PSS, MiB", decimal(Usage.proportionalKib(pid) / 1024.0));
    Usage before = Usage.of(pid);
    long polledBefore = slaves.requests();
    long startNanos = System.nanoTime();
    Thread.sleep(1000L * seconds);
    Usage used = Usage.of(pid).since(before);
    double values = (slaves.requests() - polledBefore) * (double) REGISTERS;
    double elapsedSeconds = (System.nanoTime() - startNanos) / 1e9;
    String later = "after " + (SETTLE_SECONDS + seconds) + " s: ";
    rows.put(later + "RSS, MiB", decimal(Usage.residentKib(pid) / 1024.0));
    rows.put(later + "PSS, MiB", decimal(Usage.proportionalKib(pid) / 1024.0));
    rows.put("values polled", String.format(Locale.ROOT, "%.0f", values));
    rows.put("CPU s per 100,000 values", perValue(used.all(), values));
    for (String group : List.of("bus-", "analysis", "publish", "main")) {
      rows.put("  of it " + group, perValue(used.named(group), values));
    }
    rows.put("wake-ups per second", decimal(used.all().wakeUps() / elapsedSeconds));
    rows.put("threads", Integer.toString(used.threads().size()));
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      rows.put("file descriptors", Long.toString(open.count()));
    }
  }

  private static String perValue(Usage.Task task, double values) {
    return String.format(Locale.ROOT, "%.3f", task.cpuNanos() / 1e9 / (values / 100_000));
  }

  private static long bytesOf(String command) throws IOException {
    List<String> words = List.of(command.split(" ", -1));
    boolean isJar = words.getLast().endsWith(".jar");
    Path program = Path.of(isJar ? words.getLast() : words.getFirst());
    long bytes = Files.size(program);
    if (isJar) {
      try (Stream<Path> libraries = Files.list(program.resolveSibling("lib"))) {
        for (Path library : libraries.toList()) {
          bytes += Files.size(library);
        }
      }
    }
    return bytes;
  }

  private Configuration configuration(BrokerProcess broker, Slaves slaves) {
    Configuration configuration = new Configuration(directory, "bench", broker);
    for (int unit = 1; unit <= DEVICES; unit++) {
      configuration.tcpBus("b" + unit, "modbus-tcp", slaves.slaves.get(unit - 1).port());
      configuration.device("d" + unit, "b" + unit, SiteProfile.FIFTY, unit, "1 s");
    }
    return configuration;
  }

  private static String decimal(double number) {
    return String.format(Locale.ROOT, "%.1f", number);
  }

  /// Median, least and most.
  private static String spread(List<Double> numbers) {
    List<Double> sorted = numbers.stream().sorted().toList();
    return String.format(
        Locale.ROOT,
        "%.0f (%.0f to %.0f)",
        sorted.get(sorted.size() / 2),
        sorted.getFirst(),
        sorted.getLast());
  }

  private static void print(Map<String, Map<String, String>> columns) {
    StringBuilder head = new StringBuilder(String.format("%-44s", ""));
    columns.keySet().forEach(name -> head.append(String.format("%22s", name)));
    System.out.println(head);
    for (String row : columns.values().iterator().next().keySet()) {
      StringBuilder line = new StringBuilder(String.format("%-44s", row));
      columns.values().forEach(column -> line.append(String.format("%22s", column.get(row))));
      System.out.println(line);
    }
  }

  /// An agent that was started and has published.
  private final class Run implements AutoCloseable {
    final AgentProcess agent;
    final double firstPollMillis;
    final double firstReadingMillis;

    Run(BrokerProcess broker, Slaves slaves, Configuration configuration) throws Exception {
      slaves.firstNanos.set(0);
      try (Witness witness = Witness.subscribe(broker, directory, "+/+/+/+/+/readings", "-R")) {
        long startNanos = System.nanoTime();
        agent = AgentProcess.run(directory, configuration);
        witness.blame(agent);
        while (witness.messages().isEmpty() && agent.alive()) {
          Thread.sleep(1);
        }
        if (!agent.alive()) {
          throw new IllegalStateException(agent.transcript());
        }
        firstReadingMillis = (System.nanoTime() - startNanos) / 1e6;
        firstPollMillis = (slaves.firstNanos.get() - startNanos) / 1e6;
      }
    }

    @Override
    public void close() {
      agent.close();
    }
  }

  /// One process with a port for each device.
  private record Slaves(List<FaultSlave> slaves, AtomicLong firstNanos) implements Closeable {
    static Slaves start(Registers registers) throws IOException {
      AtomicLong firstNanos = new AtomicLong();
      List<FaultSlave> started = new ArrayList<>();
      for (int unit = 1; unit <= DEVICES; unit++) {
        FaultSlave slave = FaultSlave.tcp(registers);
        Fault none = Fault.none();
        slave.behave(
            unit,
            good -> {
              firstNanos.compareAndSet(0, System.nanoTime());
              return none.acts(good);
            });
        started.add(slave);
      }
      return new Slaves(started, firstNanos);
    }

    long requests() {
      long requests = 0;
      for (int unit = 1; unit <= DEVICES; unit++) {
        requests += slaves.get(unit - 1).requests(unit);
      }
      return requests;
    }

    @Override
    public void close() throws IOException {
      for (FaultSlave slave : slaves) {
        slave.close();
      }
    }
  }
}
