package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;

/// The wall clock jumps under the running agent: libfaketime shifts it and leaves the monotonic
/// clock alone, as a step by NTP does.
@Tag("long") // not run on the jar when there is a binary
class ClockJumpIT {
  private static final Duration PERIOD = Duration.ofMillis(200);
  private static final Duration WATCHED = Duration.ofSeconds(2);

  /// How far a stamp may be from where the clock was set: a busy machine, and midnight.
  private static final Duration TOLERANCE = Duration.ofMinutes(1);

  @TempDir private Path directory;

  @Test
  void pollsGoOnEvenlyAndTheirStampsFollow() throws Exception {
    SiteProfile.write(directory);
    shift(0);
    try (BrokerProcess broker = BrokerProcess.start(directory);
        FaultSlave slave = FaultSlave.tcp(new Registers().with(1, Table.HOLDING, 0, 42));
        AgentProcess agent = run(broker, slave)) {
      try (Witness witness = Witness.subscribe(broker, directory, "#")) {
        witness.blame(agent);
        witness.await("/meter/readings");
        jump(1, slave, witness);
        jump(-1, slave, witness);
        jump(-LocalDate.now(ZoneOffset.UTC).toEpochDay(), slave, witness);
        assertNumbered(witness);
        broker.kill();
      }
      assertBacklogArrives(broker, slave, agent);
      shift(0);
      agent.signal("TERM");
      assertEquals(0, agent.exitCode(), agent::transcript);
    }
  }

  /// Shifts the clock; then as many polls as ever must come, with stamps of the new time.
  private void jump(long days, FaultSlave slave, Witness witness) throws Exception {
    long startNanos = System.nanoTime();
    long before = slave.requests(1);
    shift(days);
    witness.await("/meter/readings", message -> isAt(message.json(), days));
    Await.until(
        Duration.ofSeconds(30),
        "time to pass",
        () -> System.nanoTime() - startNanos > WATCHED.toNanos(),
        () -> "");
    long polls = slave.requests(1) - before;
    long expected = Duration.ofNanos(System.nanoTime() - startNanos).dividedBy(PERIOD);
    String evidence = polls + " polls where " + expected + " are due, after " + days + " days";
    assertTrue(polls <= expected + 2, evidence);
    assertTrue(polls >= expected / 3, evidence);
  }

  private static boolean isAt(Json poll, long days) {
    Instant expected = Instant.now().plus(Duration.ofDays(days));
    Duration error = Duration.between(expected, Instant.parse(poll.text("ts")));
    return error.abs().compareTo(TOLERANCE) < 0;
  }

  private static void assertNumbered(Witness witness) {
    TreeSet<Long> numbers = new TreeSet<>();
    witness.polls("meter").forEach(poll -> numbers.add(poll.json().integer("seq")));
    List<Long> all = LongStream.rangeClosed(numbers.first(), numbers.last()).boxed().toList();
    assertEquals(all, List.copyOf(numbers));
  }

  /// The broker comes back after a while, while the clock is back by decades.
  private void assertBacklogArrives(BrokerProcess broker, FaultSlave slave, AgentProcess agent)
      throws Exception {
    long target = slave.requests(1) + 5;
    Await.until(
        Duration.ofSeconds(30),
        "polls without a broker",
        () -> slave.requests(1) >= target,
        agent::transcript);
    agent.signal("STOP");
    broker.restart();
    try (Witness witness = Witness.subscribe(broker, directory, "#")) {
      witness.blame(agent);
      agent.signal("CONT");
      assertEquals(
          "true", witness.await("/meter/backlog").json().text("historical"), agent::transcript);
      witness.await("/meter/readings");
    }
  }

  /// Shifts the agent's wall clock. As a whole, since the agent may read the file at any moment.
  private void shift(long days) throws IOException {
    Path fresh = directory.resolve("offset.new");
    Files.writeString(fresh, (days < 0 ? "" : "+") + days + "d\n");
    Files.move(fresh, offset(), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path offset() {
    return directory.resolve("offset");
  }

  private AgentProcess run(BrokerProcess broker, FaultSlave slave) throws IOException {
    Configuration configuration =
        new Configuration(directory, "clock", broker)
            .tcpBus("gateway", "modbus-tcp", slave.port())
            .device("meter", "gateway", SiteProfile.WORD, 1, PERIOD.toMillis() + " ms");
    Files.writeString(directory.resolve("rackpulse.toml"), configuration.toString());
    Map<String, String> environment =
        Map.of(
            // the loader puts the library directory of this machine in the place of $LIB
            "LD_PRELOAD",
            "/usr/$LIB/faketime/libfaketimeMT.so.1",
            "DONT_FAKE_MONOTONIC",
            "1",
            "FAKETIME_TIMESTAMP_FILE",
            offset().toString(),
            "FAKETIME_CACHE_DURATION",
            "1",
            // its own idea of waits on the monotonic clock lets those of Java return at once
            "FAKETIME_FORCE_MONOTONIC_FIX",
            "0",
            "NO_FAKE_STAT",
            "1");
    return AgentProcess.start(
        directory, environment, "run", "--config", "rackpulse.toml", "--profiles", "profiles");
  }
}
