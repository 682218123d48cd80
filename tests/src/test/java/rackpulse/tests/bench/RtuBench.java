package rackpulse.tests.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
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

/// How close polling comes to what a serial line can carry, and what it costs.
///
/// Fifty holding registers are asked back to back from a slave at the speed of a wire. The limit is
/// the time of the request's and the answer's characters, the silence before each, and the slave's
/// turnaround.
final class RtuBench {
  private static final int REGISTERS = 50;
  private static final int REQUEST_CHARACTERS = 8;
  private static final int ANSWER_CHARACTERS = 5 + 2 * REGISTERS;
  private static final int BITS = 11; // 8E1
  private static final long TURNAROUND_NANOS = 2_000_000;
  private static final int WARM_UP_SECONDS = 10;

  /// So many that one of them is always due at the shortest period.
  private static final int DEVICES = 10;

  private final Path directory;

  RtuBench(Path directory) {
    this.directory = directory;
  }

  void run(String[] arguments) throws Exception {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 30;
    System.out.println(
        "50 holding registers back to back, 8E1, slave turnaround 2 ms, " + seconds + " s each");
    System.out.println(
        "  baud  polls/s   limit  reached   CPU s/100k values      wake-ups   reads");
    System.out.println(
        "                                   bus thread  process   per poll   per poll");
    for (int baud : List.of(9600, 19200, 115200)) {
      measure(baud, seconds);
    }
  }

  private void measure(int baud, int seconds) throws Exception {
    Path place = Files.createDirectory(directory.resolve("at-" + baud));
    SiteProfile.write(place);
    Registers registers = new Registers();
    int[] words = IntStream.range(0, REGISTERS).toArray();
    IntStream.rangeClosed(1, DEVICES)
        .forEach(unit -> registers.with(unit, Table.HOLDING, 0, words));
    try (BrokerProcess broker = BrokerProcess.start(place, "allow_anonymous true");
        Witness witness = Witness.subscribe(broker, place, "#");
        SerialPair pair = SerialPair.open(place);
        FaultSlave slave =
            FaultSlave.rtu(pair.slaveEnd(), registers, Pace.of(baud, BITS, TURNAROUND_NANOS));
        AgentProcess agent = AgentProcess.run(place, configuration(place, broker, pair, baud))) {
      witness.blame(agent);
      witness.await("/d" + DEVICES + "/readings");
      Thread.sleep(1000L * WARM_UP_SECONDS);
      long startNanos = System.nanoTime();
      long startPolls = polls(slave);
      Usage start = Usage.of(agent.pid());
      Thread.sleep(1000L * seconds);
      Usage used = Usage.of(agent.pid()).since(start);
      long polls = polls(slave) - startPolls;
      print(baud, polls * 1e9 / (System.nanoTime() - startNanos), polls, used);
    }
  }

  private static Configuration configuration(
      Path place, BrokerProcess broker, SerialPair pair, int baud) {
    Configuration configuration =
        new Configuration(place, "bench", broker)
            .table(
                "bus.line",
                """
                kind = "modbus-rtu"
                device = "%s"
                baud = %d
                turnaround = "2 ms"
                allow_overload = true
                """
                    .formatted(pair.agentEnd(), baud));
    for (int unit = 1; unit <= DEVICES; unit++) {
      configuration.device("d" + unit, "line", SiteProfile.FIFTY, unit, "50 ms");
    }
    return configuration;
  }

  private static long polls(FaultSlave slave) {
    return IntStream.rangeClosed(1, DEVICES).mapToLong(slave::requests).sum();
  }

  private static void print(int baud, double perSecond, long polls, Usage used) {
    long characterNanos = 1_000_000_000L * BITS / baud;
    long pollNanos =
        (REQUEST_CHARACTERS + ANSWER_CHARACTERS) * characterNanos
            + 2 * Pace.silenceNanos(baud, characterNanos)
            + TURNAROUND_NANOS;
    double limit = 1e9 / pollNanos;
    Usage.Task bus = used.named("bus-line");
    double hundredThousands = polls * REGISTERS / 100_000.0;
    System.out.printf(
        Locale.ROOT,
        "%6d %8.3f %7.3f %7.1f %% %11.3f %8.3f %10.2f %10.2f%n",
        baud,
        perSecond,
        limit,
        100 * perSecond / limit,
        bus.cpuNanos() / 1e9 / hundredThousands,
        used.all().cpuNanos() / 1e9 / hundredThousands,
        (double) bus.wakeUps() / polls,
        (double) bus.reads() / polls);
  }
}
