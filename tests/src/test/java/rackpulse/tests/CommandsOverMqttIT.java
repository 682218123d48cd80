package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.Fault;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Caller;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.RunningProcess;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;

/// An operator asks the agent over MQTT; what must not be done is refused with its reason.
@Timeout(240)
class CommandsOverMqttIT {
  private static final String ALL =
      """
      allow = ["read", "rescan", "reload", "retrain", "dump-recorder", "identify"]
      max_per_minute = 600
      """;

  private static final int FLOOD = 100_000;

  /// Tenths of a degree and of a percent; a word of another part.
  private final Registers registers =
      new Registers()
          .with(1, Table.INPUT, 1, 240, 500)
          .with(2, Table.HOLDING, 0, 4711)
          .with(3, Table.HOLDING, 0, 815)
          .with(4, Table.HOLDING, 0, 4711);

  @TempDir private Path directory;

  private Configuration configuration(BrokerProcess broker, FaultSlave slave, String commands) {
    return new Configuration(directory, "asked", broker)
        .table("commands", commands)
        .table("polling", "dormant_after = 1\nprobe_every = \"1 h\"")
        .tcpBus("gateway", "modbus-tcp", slave.port())
        .device("inlet", "gateway", "xy-md02", 1, "200 ms")
        .device("meter", "gateway", SiteProfile.WORD, 2, "1 h")
        .device("late", "gateway", SiteProfile.WORD, 3, "500 ms");
  }

  private AgentProcess run(BrokerProcess broker, FaultSlave slave, String commands)
      throws Exception {
    SiteProfile.write(directory);
    AgentProcess agent = AgentProcess.run(directory, configuration(broker, slave, commands));
    agent.awaitErr("a start", line -> line.contains("commands over MQTT on "));
    return agent;
  }

  @Test
  void everyCommandDoesWhatItSaysAndAnswers() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        FaultSlave slave = FaultSlave.tcp(registers)) {
      slave.behave(3, Fault.silence());
      try (Witness witness = Witness.subscribe(broker, directory, "#");
          AgentProcess agent = run(broker, slave, ALL)) {
        witness.blame(agent);
        witness.await("/inlet/readings", 2, _ -> true);
        Caller caller = new Caller(broker, directory, "asked");
        reads(caller, slave, witness);
        identifies(caller);
        rescans(caller, slave, witness);
        retrains(caller);
        dumps(caller);
        reloads(caller, slave, broker, witness);
        agent.signal("TERM");
        assertEquals(0, agent.exitCode(), agent::transcript);
      }
    }
  }

  private static void reads(Caller caller, FaultSlave slave, Witness witness) throws Exception {
    witness.await("/meter/readings");
    long before = slave.requests(2);
    Json read = caller.ask("{\"command\":\"read\",\"device\":\"meter\"}");
    assertEquals("true", read.text("ok"));
    assertEquals("read", read.text("command"));
    assertEquals("4711", read.text("values.value"));
    assertEquals(before + 1, slave.requests(2));
    // what was answered is what was published
    String seq = read.text("seq");
    witness.await("/meter/readings", message -> message.json().text("seq").equals(seq));
    Json stamped =
        caller.ask(
            "{\"command\":\"read\",\"device\":\"meter\",\"ts\":\"" + Instant.now() + "\"}",
            new String[0]);
    assertEquals("true", stamped.text("ok"));
    refused("not-found", caller.ask("{\"command\":\"read\",\"device\":\"nobody\"}"));
    witness.await("/late/status", message -> message.payload().contains("dormant"));
    Json silent = caller.ask("{\"command\":\"read\",\"device\":\"late\"}");
    assertEquals("no-answer", silent.text("gaps.value"), "a gap is an answer, too");
  }

  private static void identifies(Caller caller) throws Exception {
    Json json = caller.ask("{\"command\":\"identify\"}");
    assertEquals("asked", json.text("rack"));
    assertEquals("agent", json.text("agent"));
    assertFalse(json.text("version").isEmpty());
    assertEquals("inlet", json.text("buses.gateway.0"));
  }

  private static void rescans(Caller caller, FaultSlave slave, Witness witness) throws Exception {
    slave.behave(3, Fault.none()); // without the command it is noticed after an hour
    Json rescan = caller.ask("{\"command\":\"rescan\"}");
    assertEquals("gateway", rescan.text("buses.0"));
    witness.await("/late/status", message -> message.payload().contains("\"online\""));
    refused("not-found", caller.ask("{\"command\":\"rescan\",\"bus\":\"elsewhere\"}"));
  }

  private static void retrains(Caller caller) throws Exception {
    Json one =
        caller.ask("{\"command\":\"retrain\",\"device\":\"inlet\",\"channel\":\"temperature\"}");
    assertEquals("inlet.temperature", one.text("channels.0"));
    assertFalse(one.has("channels.1"));
    Json all = caller.ask("{\"command\":\"retrain\",\"device\":\"inlet\"}");
    assertTrue(all.has("channels.1"));
    refused("not-found", caller.ask("{\"command\":\"retrain\",\"device\":\"meter\"}"));
  }

  private static void dumps(Caller caller) throws Exception {
    Json dump = caller.ask("{\"command\":\"dump-recorder\"}");
    assertTrue(Files.readString(Path.of(dump.text("files.0"))).contains("bus modbus-tcp"));
    // so that nobody fills the disk, or replaces what the recorder kept by itself
    refused("too-often", caller.ask("{\"command\":\"dump-recorder\"}"));
  }

  private void reloads(Caller caller, FaultSlave slave, BrokerProcess broker, Witness witness)
      throws Exception {
    Path file = directory.resolve("rackpulse.toml");
    Files.writeString(file, "[agent]\nid = 1");
    refused("failed", caller.ask("{\"command\":\"reload\"}"));
    Configuration more =
        configuration(broker, slave, ALL).device("fresh", "gateway", SiteProfile.WORD, 4, "200 ms");
    Files.writeString(file, more.toString());
    Json reload = caller.ask("{\"command\":\"reload\"}");
    assertEquals("true", reload.text("ok"), reload::toString);
    assertTrue(reload.text("text").contains("device fresh: added"), reload::toString);
    witness.await("/fresh/readings");
    Json read = caller.ask("{\"command\":\"read\",\"device\":\"fresh\"}");
    assertEquals("4711", read.text("values.value"), "commands know the new device");
  }

  private static void refused(String reason, Json answer) {
    assertEquals("false", answer.text("ok"), answer::toString);
    assertEquals(reason, answer.text("reason"), answer::toString);
  }

  @Test
  void everyRefusalIsAnsweredAndLogged() throws Exception {
    String allowed = "allow = [\"identify\"]\nmax_bytes = \"64 B\"\nmax_per_minute = 12\n";
    try (BrokerProcess broker = BrokerProcess.start(directory);
        FaultSlave slave = FaultSlave.tcp(registers);
        Witness witness = Witness.subscribe(broker, directory, "#");
        AgentProcess agent = run(broker, slave, allowed)) {
      witness.blame(agent);
      witness.await("/agent/agent/status", message -> message.payload().contains("online"));
      Caller caller = new Caller(broker, directory, "asked");
      refused("not-enabled", caller.ask("{\"command\":\"read\",\"device\":\"meter\"}"));
      refused("malformed", caller.ask("{\"command\":\"identify\",\"and\":\"more\"}"));
      refused("malformed", caller.ask("identify"));
      refused("unknown-command", caller.ask("{\"command\":\"reboot\"}"));
      refused("too-large", caller.ask("{\"command\":\"identify\"}" + " ".repeat(100)));
      String[] noExpiry = {};
      refused("too-old", caller.ask("{\"command\":\"identify\"}", noExpiry));
      String old = "{\"command\":\"identify\",\"ts\":\"2026-01-01T00:00:00Z\"}";
      refused("too-old", caller.ask(old, noExpiry));
      logged(agent, "not-enabled", "malformed", "unknown-command", "too-large", "too-old");

      String identify = "{\"command\":\"identify\"}";
      answerOn(caller, identify, "dc/v1/test/asked/meter/readings");
      answerOn(caller, identify, caller.replies() + "/#"); // the broker passes it on
      answerOn(caller, identify, caller.replies() + "/+/x");
      Await.until(
          Duration.ofSeconds(30),
          "three refusals",
          () -> count(agent, "is refused, bad-response: ") == 3,
          agent::transcript);
      caller.tell(" ".repeat(300_000)); // more than the agent wants to be sent at all
      Json good = caller.ask(identify);
      assertEquals("true", good.text("ok"));
      assertEquals(
          0,
          witness.messages("/meter/readings").stream()
              .filter(message -> message.payload().contains("\"ok\""))
              .count());

      // ten are counted above: whatever is left of twelve, and then no more
      Json last = good;
      for (int i = 0; i < 12 && last.text("ok").equals("true"); i++) {
        last = caller.ask(identify);
      }
      refused("too-often", last);
      logged(agent, "too-often");
      assertEquals(0, count(agent, "no connection to the broker"), agent::transcript);
    }
  }

  /// Asks for an answer on `topic`.
  private static void answerOn(Caller caller, String payload, String topic) throws Exception {
    caller.tell(
        payload,
        "-D",
        "PUBLISH",
        "message-expiry-interval",
        "20",
        "-D",
        "PUBLISH",
        "response-topic",
        topic);
  }

  private static long count(AgentProcess agent, String text) {
    return agent.err().stream().filter(line -> line.contains(text)).count();
  }

  private static void logged(AgentProcess agent, String... reasons) throws Exception {
    for (String reason : reasons) {
      agent.awaitErr(reason, line -> line.contains("is refused, " + reason + ": "));
    }
  }

  @Test
  void aRetainedCommandIsNeverRun() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        FaultSlave slave = FaultSlave.tcp(registers);
        Witness witness = Witness.subscribe(broker, directory, "#")) {
      Caller caller = new Caller(broker, directory, "asked");
      caller.tell(
          "{\"command\":\"identify\",\"ts\":\"" + Instant.now() + "\"}",
          "-r",
          "-D",
          "PUBLISH",
          "response-topic",
          caller.replies() + "/r");
      try (AgentProcess agent = run(broker, slave, ALL)) {
        witness.blame(agent);
        refused("retained", witness.await("/reply/r").json());
        logged(agent, "retained");
      }
    }
  }

  @Test
  void aFloodOfCommandsDisturbsNoPoll() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        FaultSlave slave = FaultSlave.tcp(registers);
        Witness witness = Witness.subscribe(broker, directory, "dc/v1/test/asked/+/+");
        Witness answers = Witness.subscribe(broker, directory, "dc/v1/+/+/agent/agent/reply/#");
        AgentProcess agent = run(broker, slave, ALL.replace("600", "10"))) {
      witness.blame(agent);
      witness.await("/inlet/readings", 3, _ -> true);
      Caller caller = new Caller(broker, directory, "asked");
      String dump = "{\"command\":\"dump-recorder\",\"ts\":\"" + Instant.now() + "\"}";
      try (RunningProcess flood = caller.flood(dump, FLOOD)) {
        int seen = witness.messages("/inlet/readings").size();
        witness.await("/inlet/readings", seen + 10, _ -> true);
        assertEquals(0, flood.exitCode(), flood::transcript);
      }
      int seen = witness.messages("/inlet/readings").size();
      witness.await("/inlet/readings", seen + 5, _ -> true);
      TreeSet<Long> polls = new TreeSet<>();
      for (Witness.Message poll : witness.polls("inlet")) {
        assertTrue(poll.json().has("values.temperature"), poll::toString);
        polls.add(poll.json().integer("seq"));
      }
      assertEquals(polls.last() - polls.first() + 1, polls.size(), "none is missing");
      long told = answers.messages("/reply/flood").size();
      assertTrue(told >= 1 && told <= 40, told + " answers"); // ten in a minute, and as many more
      assertEquals(1, files(directory.resolve("state/recorder")));
      assertTrue(agent.err().size() < 200, () -> agent.err().size() + " lines in the log");
    }
  }

  private static long files(Path folder) throws Exception {
    try (var files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  void commandsComeThroughAgainAfterTheBrokerWasAway() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        FaultSlave slave = FaultSlave.tcp(registers);
        AgentProcess agent = run(broker, slave, ALL)) {
      for (int i = 0; i < 2; i++) {
        try (Witness witness = Witness.subscribe(broker, directory, "#")) {
          witness.blame(agent);
          int seen = witness.messages("/inlet/readings").size();
          witness.await("/inlet/readings", seen, message -> !message.retained());
          Caller caller = new Caller(broker, directory, "asked");
          Json read = caller.ask("{\"command\":\"read\",\"device\":\"meter\"}");
          assertEquals("4711", read.text("values.value"));
        }
        broker.restart();
      }
    }
  }

  @Test
  void nothingIsSubscribedUnlessSomethingIsAllowed() throws Exception {
    SiteProfile.write(directory);
    try (BrokerProcess broker = BrokerProcess.start(directory);
        FaultSlave slave = FaultSlave.tcp(registers);
        Witness witness = Witness.subscribe(broker, directory, "#");
        AgentProcess agent = AgentProcess.run(directory, configuration(broker, slave, ""))) {
      witness.blame(agent);
      witness.await("/inlet/readings");
      Caller caller = new Caller(broker, directory, "asked");
      caller.tell("{\"command\":\"identify\"}");
      witness.await("/inlet/readings", 3, _ -> true);
      assertFalse(
          broker.process().err().stream()
              .anyMatch(line -> line.contains("SUBSCRIBE from rackpulse-")));
      assertFalse(agent.err().stream().anyMatch(line -> line.contains("over MQTT")));
    }
  }
}
