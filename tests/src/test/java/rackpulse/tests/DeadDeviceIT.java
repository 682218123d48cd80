package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.Fault;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Pace;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.Ports;
import rackpulse.tests.support.SerialPair;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;

/// Nine of ten devices are dead: on a line, behind a gateway, and as hosts of their own. The tenth
/// keeps its schedule, as a device that has a bus for itself does in the same agent, and when the
/// nine return they are noticed within the documented time.
@Tag("long") // not run on the jar when there is a binary
class DeadDeviceIT {
  private static final int DEVICES = 10;
  private static final double TIMEOUT_SECONDS = 0.05;
  private static final double DEAD_SHARE = 0.05;

  /// Bus time saved up, which the dead may cost beyond their share.
  private static final double SAVED_SECONDS = 60 * DEAD_SHARE;

  /// Polls of the device that is alone.
  private static final int WINDOW_POLLS = 50;

  /// What is documented: `probe_every`, and for each of the dead 2 s and time-out over share.
  private static final Duration RETURN_LIMIT = Duration.ofSeconds(2 + 9 * (2 + 1));

  /// Hosts that refuse connections are tried again at least every 30 s; then one has to be polled.
  private static final Duration BUS_RETURN_LIMIT = Duration.ofSeconds(30 + 2);

  @TempDir private Path directory;
  private final Map<Integer, FaultSlave> hosts = new HashMap<>();
  private final Map<Integer, Integer> ports = new HashMap<>();

  @Test
  void nineDeadOfTenTakeNothingFromTheTenthAndAreNoticedWhenTheyReturn() throws Exception {
    SiteProfile.write(directory);
    Pace pace = Pace.of(19200, 11, 2_000_000);
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "#");
        SerialPair pair = SerialPair.open(Files.createDirectory(directory.resolve("pair")));
        FaultSlave line = FaultSlave.rtu(pair.slaveEnd(), registers(DEVICES), pace);
        FaultSlave gateway = FaultSlave.tcp(registers(DEVICES));
        FaultSlave alone = FaultSlave.tcp(registers(1))) {
      Configuration configuration =
          new Configuration(directory, "dead", broker)
              .table("polling", "probe_every = \"2 s\"\ndead_share = \"5 %\"")
              .table(
                  "bus.line",
                  "kind = \"modbus-rtu\"\ndevice = \""
                      + pair.agentEnd()
                      + "\"\n"
                      + "timeout = \"50 ms\"");
      tcp(configuration, "gateway", gateway.port());
      tcp(configuration, "alone", alone.port());
      configuration.device("alone-1", "alone", SiteProfile.WORD, 1, "200 ms");
      for (int unit = 1; unit <= DEVICES; unit++) {
        configuration.device("line-" + unit, "line", SiteProfile.WORD, unit, "200 ms");
        configuration.device("gateway-" + unit, "gateway", SiteProfile.WORD, unit, "200 ms");
        addHost(configuration, unit);
      }
      for (int unit = 2; unit <= DEVICES; unit++) {
        line.behave(unit, Fault.silence());
        gateway.behave(unit, Fault.silence());
      }
      long startNanos = System.nanoTime();
      try (AgentProcess agent = AgentProcess.run(directory, configuration)) {
        witness.blame(agent);
        awaitTheDead(witness);
        assertTheLivingKeepTheirSchedule(witness);
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        assertCostsAtMostItsShare(line, seconds);
        assertCostsAtMostItsShare(gateway, seconds);
        assertVerdicts(witness);

        Instant returned = Instant.now();
        for (int unit = 2; unit <= DEVICES; unit++) {
          line.behave(unit, Fault.none());
          gateway.behave(unit, Fault.none());
          returnHost(unit);
        }
        for (int unit = 2; unit <= DEVICES; unit++) {
          awaitReturn(witness, "line-" + unit, returned, RETURN_LIMIT);
          awaitReturn(witness, "gateway-" + unit, returned, RETURN_LIMIT);
          boolean isRefusing = ports.containsKey(unit);
          awaitReturn(
              witness, "host-" + unit, returned, isRefusing ? BUS_RETURN_LIMIT : RETURN_LIMIT);
        }
      } finally {
        for (FaultSlave host : hosts.values()) {
          host.close();
        }
      }
    }
  }

  private static Registers registers(int units) {
    Registers registers = new Registers();
    for (int unit = 1; unit <= units; unit++) {
      registers.with(unit, Table.HOLDING, 0, 1000 + unit);
    }
    return registers;
  }

  private static void tcp(Configuration configuration, String name, int port) {
    String address = "kind = \"modbus-tcp\"\nhost = \"127.0.0.1\"\nport = " + port + "\n";
    configuration.table("bus." + name, address + "timeout = \"50 ms\"");
  }

  /// The first lives, the even ones take connections and are silent, the odd ones take none.
  private void addHost(Configuration configuration, int number) throws Exception {
    int port = Ports.free();
    if (number == 1 || number % 2 == 0) {
      FaultSlave host = FaultSlave.tcp(port, registers(1));
      hosts.put(number, host);
      host.behave(1, number == 1 ? Fault.none() : Fault.silence());
    } else {
      ports.put(number, port);
    }
    tcp(configuration, "host" + number, port);
    configuration.device("host-" + number, "host" + number, SiteProfile.WORD, 1, "200 ms");
  }

  private void returnHost(int number) throws Exception {
    FaultSlave silent = hosts.get(number);
    if (silent != null) {
      silent.behave(1, Fault.none());
    } else {
      hosts.put(number, FaultSlave.tcp(Objects.requireNonNull(ports.get(number)), registers(1)));
    }
  }

  private void awaitTheDead(Witness witness) throws InterruptedException {
    for (int unit = 2; unit <= DEVICES; unit++) {
      witness.await("/line-" + unit + "/status", message -> isOffline(message, "dormant"));
      witness.await("/gateway-" + unit + "/status", message -> isOffline(message, "dormant"));
      String reason = ports.containsKey(unit) ? "bus-down" : "dormant";
      witness.await("/host-" + unit + "/status", message -> isOffline(message, reason));
    }
  }

  /// The device that is alone says how many polls the machine allowed.
  private static void assertTheLivingKeepTheirSchedule(Witness witness)
      throws InterruptedException {
    List<String> living = List.of("line-1", "gateway-1", "host-1");
    int aloneBefore = witness.polls("alone-1").size();
    List<Integer> before = living.stream().map(name -> witness.polls(name).size()).toList();
    witness.await("/alone-1/readings", aloneBefore + WINDOW_POLLS, _ -> true);
    int alone = witness.polls("alone-1").size() - aloneBefore;
    for (int i = 0; i < living.size(); i++) {
      List<Witness.Message> polls = new ArrayList<>(witness.polls(living.get(i)));
      List<Witness.Message> window = polls.subList(before.get(i), polls.size());
      // they are not polled at the same moment: one more or less is no miss
      String counted = living.get(i) + " " + window.size() + ", alone " + alone;
      assertTrue(window.size() >= alone * 0.99 - 1, counted);
      long values = window.stream().filter(message -> message.json().has("values.value")).count();
      assertTrue(values >= window.size() * 0.9, counted + ", values " + values);
    }
  }

  private static void assertCostsAtMostItsShare(FaultSlave slave, double seconds) {
    long requests = IntStream.rangeClosed(2, DEVICES).mapToLong(slave::requests).sum();
    double allowed = DEAD_SHARE * seconds + SAVED_SECONDS + TIMEOUT_SECONDS;
    assertTrue(
        requests * TIMEOUT_SECONDS <= allowed,
        requests + " requests to the dead in " + seconds + " s cost more than " + allowed + " s");
    assertTrue(requests >= 4 * (DEVICES - 1), "they are probed: " + requests);
  }

  private static void assertVerdicts(Witness witness) throws InterruptedException {
    Json health = witness.await("/health", witness.messages("/health").size(), _ -> true).json();
    for (String bus : List.of("line", "gateway")) {
      assertTrue(health.integer("buses." + bus + ".dormant") == 9, health.toString());
      String verdict = health.text("buses." + bus + ".verdict");
      assertTrue(verdict.startsWith("9 of 10 devices fail ("), verdict);
      assertTrue(verdict.contains("no answer from unit 2; others on the bus do"), verdict);
      assertTrue(health.integer("buses." + bus + ".errors.silence") >= 27, health.toString());
      assertTrue(
          health.integer("buses." + bus + ".troubled." + bus + "-5.errors.silence") >= 3,
          health.toString());
    }
    assertTrue(
        health.text("buses.host2.verdict").startsWith("connected, but no answer from any device"),
        health.toString());
    assertTrue(
        health.text("buses.host3.verdict").startsWith("cannot connect to"), health.toString());
  }

  private static void awaitReturn(Witness witness, String device, Instant returned, Duration limit)
      throws InterruptedException {
    Witness.Message online =
        witness.await(
            "/" + device + "/status", message -> message.json().text("state").equals("online"));
    Duration took = Duration.between(returned, Instant.parse(online.json().text("since")));
    assertTrue(took.compareTo(limit) <= 0, device + " was noticed after " + took);
  }

  private static boolean isOffline(Witness.Message message, String reason) {
    Json json = message.json();
    return json.text("state").equals("offline") && json.text("reason").equals(reason);
  }
}
