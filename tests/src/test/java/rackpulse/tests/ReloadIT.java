package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.CountingSlave;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Pace;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.NotifyListener;
import rackpulse.tests.support.NotifyListener.Word;
import rackpulse.tests.support.Ports;
import rackpulse.tests.support.SerialPair;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;
import rackpulse.tests.support.Witness.Message;

/// SIGHUP brings a new configuration in while the agent runs.
class ReloadIT {
  private static final Registers OLD =
      new Registers().with(1, Table.HOLDING, 0, 1111).with(2, Table.HOLDING, 0, 4444);
  private static final Registers NEW =
      new Registers().with(1, Table.HOLDING, 0, 2222).with(2, Table.HOLDING, 0, 3333);

  @TempDir private Path directory;

  @BeforeEach
  void writeProfiles() throws IOException {
    SiteProfile.write(directory);
  }

  /// The slave of the bus that stays counts its requests and answers with the count, so that the
  /// readings are its log.
  @Test
  void onlyWhatDiffersIsTouched() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "#");
        NotifyListener systemd = NotifyListener.open(directory);
        CountingSlave still = CountingSlave.tcp(1);
        FaultSlave before = FaultSlave.tcp(OLD);
        FaultSlave after = FaultSlave.tcp(NEW)) {
      Configuration first =
          rack(broker, still)
              .tcpBus("power", "modbus-tcp", before.port())
              .device("pdu", "power", SiteProfile.WORD, 1, "100 ms")
              .device("leaver", "power", SiteProfile.WORD, 2, "100 ms");
      Configuration second =
          rack(broker, still)
              .tcpBus("power", "modbus-tcp", after.port())
              .device("pdu", "power", SiteProfile.WORD, 1, "100 ms")
              .device("comer", "power", SiteProfile.WORD, 2, "100 ms");
      try (AgentProcess agent = run(first, systemd)) {
        witness.blame(agent);
        witness.await("/pdu/readings", isValue(1111));
        witness.await("/leaver/readings", isValue(4444));
        witness.await("/still/readings", isFrom(5));
        reload(agent, second);
        Json reload = witness.await("/health", is("applied")).json();
        assertEquals("SIGHUP", reload.text("reload.origin"));
        String text = reload.text("reload.text");
        assertTrue(text.contains("bus power: changed, restarts (its own keys, its devices)"), text);
        assertFalse(text.contains("bus still"), text);
        witness.await("/pdu/readings", isValue(2222));
        witness.await("/comer/readings", isValue(3333));
        witness.await("/comer/meta");
        witness.await("/leaver/meta", message -> message.payload().isEmpty());
        witness.await("/still/readings", isFrom(still.polls(1) + 10));
        assertNothingMissed(witness, "still");
        assertCountsOn(witness, "pdu");
        assertNoOneSees(broker, "leaver");
        assertReloadWasTold(systemd, agent);
        agent.signal("TERM");
        assertEquals(0, agent.exitCode(), agent::transcript);
      }
    }
  }

  /// Only one bus can have the line at a time; a device keeps its numbers wherever it hangs.
  @Test
  void aLineMovesFromOneBusToAnother() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "#");
        CountingSlave still = CountingSlave.tcp(1);
        SerialPair pair = SerialPair.open(directory);
        FaultSlave slave = FaultSlave.rtu(pair.slaveEnd(), NEW, Pace.instant())) {
      Configuration first =
          rack(broker, still)
              .line("left", pair.agentEnd())
              .device("a", "left", SiteProfile.WORD, 1, "100 ms")
              .device("b", "left", SiteProfile.WORD, 2, "100 ms");
      Configuration second =
          rack(broker, still)
              .line("right", pair.agentEnd())
              .device("b", "right", SiteProfile.WORD, 2, "100 ms");
      try (AgentProcess agent = AgentProcess.run(directory, first)) {
        witness.blame(agent);
        witness.await("/a/readings", isValue(2222));
        witness.await("/b/readings", isValue(3333));
        reload(agent, second);
        witness.await("/health", is("applied"));
        witness.await("/a/meta", message -> message.payload().isEmpty());
        int seen = witness.messages("/b/readings").size();
        witness.await("/b/readings", seen, isValue(3333));
        assertCountsOn(witness, "b");
        assertTrue(
            witness.polls("b").stream().noneMatch(poll -> poll.payload().contains("bus-down")),
            () -> witness.evidence("/b/readings"));
        assertTrue(slave.requests(2) > 0);
        assertNothingMissed(witness, "still");
      }
    }
  }

  @Test
  void aBrokenConfigurationChangesNothingAndIsTold() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "#");
        NotifyListener systemd = NotifyListener.open(directory);
        CountingSlave still = CountingSlave.tcp(1)) {
      Configuration good = rack(broker, still);
      try (AgentProcess agent = run(good, systemd)) {
        witness.blame(agent);
        witness.await("/still/readings", isFrom(5));
        reload(agent, good + "[device.second]\nbus = \"stil\"\nprofile = \"word\"\nunit = 2\n");
        Json told = witness.await("/health", is("refused")).json();
        assertTrue(told.text("reload.problems.0.file").endsWith("rackpulse.toml"));
        long line = told.integer("reload.problems.0.line");
        assertEquals(good.toString().lines().count() + 2, line);
        String remedy = told.text("reload.problems.0.message");
        assertTrue(remedy.contains("did you mean \"still\"?"), remedy);
        agent.awaitErr("the same in the log", each -> each.contains("did you mean \"still\"?"));
        Json status = Json.parse(Files.readString(directory.resolve("status.json")));
        assertEquals("refused", status.text("reload.outcome"));
        Files.delete(directory.resolve("rackpulse.toml"));
        agent.signal("HUP");
        agent.awaitErr("the file is missed", each -> each.contains("no such file"));
        witness.await("/still/readings", isFrom(still.polls(1) + 5));
        int seen = witness.messages("/health").size();
        reload(agent, good);
        witness.await("/health", seen, is("applied"));
        agent.signal("HUP");
        agent.signal("HUP");
        witness.await("/still/readings", isFrom(still.polls(1) + 5));
        assertNothingMissed(witness, "still");
        assertReloadWasTold(systemd, agent);
        agent.signal("HUP");
        agent.signal("TERM");
        assertEquals(0, agent.exitCode(), agent::transcript);
        assertEquals("STOPPING=1", systemd.words().getLast().text());
      }
    }
  }

  @Test
  void aBusThatDoesWorseGetsItsOldConfigurationBack() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "#");
        CountingSlave still = CountingSlave.tcp(1);
        FaultSlave there = FaultSlave.tcp(OLD)) {
      try (AgentProcess agent =
          AgentProcess.run(directory, onProbation(broker, still, there.port()))) {
        witness.blame(agent);
        witness.await("/pdu/readings", isValue(1111));
        int nowhere = Ports.free();
        reload(agent, onProbation(broker, still, nowhere));
        witness.await("/health", is("applied"));
        witness.await("/pdu/readings", message -> message.json().has("gaps.value"));
        String why = witness.await("/health", is("restored")).json().text("reload.text");
        assertTrue(why.contains("polls on bus power gave nothing, before it 0 of "), why);
        agent.awaitErr("the same in the log", line -> line.contains("gave nothing, before it"));
        int seen = witness.messages("/pdu/readings").size();
        witness.await("/pdu/readings", seen, isValue(1111));
        witness.await("/still/readings", isFrom(still.polls(1) + 5));
        assertNothingMissed(witness, "still");
        assertCountsOn(witness, "pdu");
      }
    }
  }

  private String onProbation(BrokerProcess broker, CountingSlave still, int port) {
    return rack(broker, still)
        .tcpBus("power", "modbus-tcp", port)
        .device("pdu", "power", SiteProfile.WORD, 1, "100 ms")
        .toString()
        .replace("[agent]\n", "[agent]\nprobation = \"4 s\"\n");
  }

  @Test
  void theSessionMovesToAnotherBrokerAndLosesNothing() throws Exception {
    Path other = Files.createDirectory(directory.resolve("other"));
    try (BrokerProcess first = BrokerProcess.start(directory);
        BrokerProcess second = BrokerProcess.start(other);
        Witness before = Witness.subscribe(first, directory, "#");
        Witness after = Witness.subscribe(second, directory, "#");
        CountingSlave still = CountingSlave.tcp(1)) {
      try (AgentProcess agent = AgentProcess.run(directory, rack(first, still))) {
        before.blame(agent);
        after.blame(agent);
        before.await("/still/readings", isFrom(5));
        reload(agent, rack(second, still));
        after.await("/still/readings", isFrom(still.polls(1) + 5));
        after.await("/still/meta");
        before.await(
            "/agent/" + agentName(after) + "/status",
            message -> message.json().text("state").equals("offline"));
        Await.until(
            Duration.ofSeconds(20),
            "every poll at one of the brokers",
            () -> isWhole(both(before, after)),
            () -> sequences(before, "still") + " " + sequences(after, "still"));
      }
    }
  }

  /// What was under way when the session ended may have come to both.
  private static List<Long> both(Witness before, Witness after) {
    TreeSet<Long> seen = new TreeSet<>(sequences(before, "still"));
    seen.addAll(sequences(after, "still"));
    return List.copyOf(seen);
  }

  private static String agentName(Witness witness) {
    String topic = witness.messages("/health").getFirst().topic();
    String[] levels = topic.split("/", -1);
    return levels[levels.length - 2];
  }

  private Configuration rack(BrokerProcess broker, CountingSlave still) {
    return new Configuration(directory, "reload", broker)
        .tcpBus("still", "modbus-tcp", still.port())
        .device("still", "still", SiteProfile.WORD, 1, "100 ms");
  }

  private AgentProcess run(Configuration configuration, NotifyListener systemd) throws IOException {
    Map<String, String> environment = Map.of("NOTIFY_SOCKET", systemd.socket());
    return AgentProcess.run(directory, configuration, environment);
  }

  private void reload(AgentProcess agent, Object configuration) throws Exception {
    Files.writeString(directory.resolve("rackpulse.toml"), configuration.toString());
    agent.signal("HUP");
  }

  private static Predicate<Message> isValue(long value) {
    return message -> {
      Json json = message.json();
      return json.has("values.value") && json.integer("values.value") == value;
    };
  }

  private static Predicate<Message> isFrom(long value) {
    return message -> {
      Json json = message.json();
      return json.has("values.value") && json.integer("values.value") >= value;
    };
  }

  private static Predicate<Message> is(String outcome) {
    return message -> {
      Json json = message.json();
      return json.has("reload.outcome") && json.text("reload.outcome").equals(outcome);
    };
  }

  /// Each request that the slave saw is one poll, none was asked for twice, none is missing, and
  /// the thread of the bus is that of the start.
  private static void assertNothingMissed(Witness witness, String device) throws Exception {
    assertCountsOn(witness, device);
    List<Message> polls = witness.polls(device);
    for (Message message : polls) {
      Json poll = message.json();
      if (poll.has("values.value")) {
        assertEquals(poll.integer("seq"), poll.integer("values.value"));
      } else { // the slave of a busy machine can be late; that has nothing to do with a reload
        assertEquals("no-answer", poll.text("gaps.value"));
      }
    }
    Json health = witness.messages("/health").getLast().json();
    long counted = health.integer("buses." + device + ".polls");
    long before =
        polls.stream()
            .filter(poll -> poll.json().text("ts").compareTo(health.text("ts")) < 0)
            .count();
    assertTrue(counted >= before - 1, () -> before + " polls, and begun anew: " + health);
  }

  /// Every poll has its number, none is missing; those that waited for the broker come late.
  private static void assertCountsOn(Witness witness, String device) throws Exception {
    Await.until(
        Duration.ofSeconds(20),
        "every poll of " + device,
        () -> isWhole(sequences(witness, device)),
        () -> sequences(witness, device) + " " + witness.evidence("/" + device + "/backlog"));
  }

  private static boolean isWhole(List<Long> sequences) {
    return !sequences.isEmpty()
        && sequences.getLast() == sequences.size()
        && sequences.stream().distinct().count() == sequences.size();
  }

  private static List<Long> sequences(Witness witness, String device) {
    return witness.polls(device).stream().map(poll -> poll.json().integer("seq")).sorted().toList();
  }

  /// Whoever comes now finds nothing that stands of `device`.
  private void assertNoOneSees(BrokerProcess broker, String device) throws Exception {
    try (Witness late = Witness.subscribe(broker, directory, "#")) {
      late.await("/still/meta", Message::retained);
      late.await("/still/readings", message -> !message.retained());
      for (Message message : late.messages()) {
        assertFalse(message.topic().contains("/" + device + "/"), message::toString);
      }
    }
  }

  /// RELOADING with the time of the machine's monotonic clock, then READY and how it does.
  private static void assertReloadWasTold(NotifyListener systemd, AgentProcess agent)
      throws Exception {
    systemd.await("RELOADING", agent, word -> word.text().contains("RELOADING=1"));
    Await.until(
        Duration.ofSeconds(10),
        "READY after RELOADING",
        () -> {
          List<String> words = systemd.words().stream().map(Word::text).toList();
          int reloading = indexOf(words, "RELOADING=1");
          return reloading >= 0 && indexOf(words.subList(reloading, words.size()), "READY=1") > 0;
        },
        () -> systemd.words().toString());
    String all = String.join("\n", systemd.words().stream().map(Word::text).toList());
    int at = all.indexOf("MONOTONIC_USEC=");
    assertTrue(at > 0, all);
    String digits = all.substring(at + 15).split("\\R", -1)[0];
    double seconds = Long.parseLong(digits) / 1e6;
    double uptime = Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ", -1)[0]);
    assertTrue(seconds <= uptime + 1 && seconds > uptime - 600, seconds + " of " + uptime);
  }

  private static int indexOf(List<String> words, String part) {
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).contains(part)) {
        return i;
      }
    }
    return -1;
  }
}
