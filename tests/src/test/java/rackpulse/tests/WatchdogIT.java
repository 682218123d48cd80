package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Pace;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.NotifyListener;
import rackpulse.tests.support.NotifyListener.Word;
import rackpulse.tests.support.Ports;
import rackpulse.tests.support.SerialPair;
import rackpulse.tests.support.SiteProfile;

/// What systemd is told, and what the agent does when one of its threads hangs. There is no broker:
/// none of this depends on one.
@Tag("long") // not run on the jar when there is a binary
class WatchdogIT {
  private static final Duration WATCHDOG = Duration.ofSeconds(4);

  @TempDir private Path directory;

  @Test
  void tellsThatItIsReadyHowItDoesAndThatItStops() throws Exception {
    Registers registers = new Registers().with(1, Table.HOLDING, 0, 42);
    try (FaultSlave slave = FaultSlave.tcp(registers);
        NotifyListener systemd = NotifyListener.open(directory)) {
      Configuration configuration =
          configuration()
              .tcpBus("gateway", "modbus-tcp", slave.port())
              .device("meter", "gateway", SiteProfile.WORD, 1, "200 ms");
      try (AgentProcess agent = run(configuration, systemd)) {
        systemd.await("READY", agent, is("READY=1"));
        systemd.await("a first sign of life", agent, is("WATCHDOG=1"));
        String status =
            systemd.await("STATUS", agent, word -> word.text().startsWith("STATUS=")).text();
        assertTrue(status.startsWith("STATUS=1 bus, 1 device, broker away: "), status);
        assertTrue(status.contains(", spool "), status);
        agent.signal("TERM");
        systemd.await("STOPPING", agent, is("STOPPING=1"));
        assertEquals(0, agent.exitCode(), agent::transcript);
      }
    }
  }

  /// One adapter is not plugged in, behind one address nobody listens, and there is no broker.
  @Test
  void isReadyWithoutItsAdaptersAndTakesThemWhenTheyCome() throws Exception {
    Registers registers = new Registers().with(1, Table.HOLDING, 0, 42);
    Path line = Files.createDirectory(directory.resolve("line"));
    int port = Ports.free();
    try (NotifyListener systemd = NotifyListener.open(directory)) {
      Configuration configuration =
          configuration()
              .line("line", line.resolve("tty-agent"))
              .tcpBus("gateway", "modbus-tcp", port)
              .device("near", "line", SiteProfile.WORD, 1, "200 ms")
              .device("far", "gateway", SiteProfile.WORD, 1, "200 ms");
      try (AgentProcess agent = run(configuration, systemd)) {
        systemd.await("READY", agent, is("READY=1"));
        String without = "STATUS=2 buses (2 down), 2 devices (2 offline), broker away: ";
        systemd.await("STATUS", agent, word -> word.text().startsWith(without));
        try (SerialPair pair = SerialPair.open(line);
            FaultSlave near = FaultSlave.rtu(pair.slaveEnd(), registers, Pace.instant());
            FaultSlave far = FaultSlave.tcp(port, registers)) {
          String with = "STATUS=2 buses, 2 devices, broker away: ";
          systemd.await("STATUS", agent, word -> word.text().startsWith(with));
          assertTrue(near.requests(1) > 0 && far.requests(1) > 0);
        }
        agent.signal("TERM");
        assertEquals(0, agent.exitCode(), agent::transcript);
        List<String> order = systemd.words().stream().map(Word::text).toList();
        assertEquals("READY=1", order.getFirst(), order::toString);
        assertEquals("STOPPING=1", order.getLast(), order::toString);
      }
    }
  }

  /// A named pipe into which nobody writes: to open it hangs in the kernel, for ever.
  @Test
  void endsWithAReasonWhenAThreadHangs() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    try (NotifyListener systemd = NotifyListener.open(directory)) {
      Configuration configuration =
          configuration()
              .table("bus.stuck", "kind = \"transcript\"\nfile = \"" + pipe + "\"")
              .device("meter", "stuck", SiteProfile.WORD, 1, "1 s");
      try (AgentProcess agent = run(configuration, systemd)) {
        LocalTime ready = systemd.await("READY", agent, is("READY=1")).at();
        Word stopping = systemd.await("STOPPING", agent, is("STOPPING=1"));
        assertEquals(70, agent.exitCode(), agent::transcript);
        assertTrue(
            agent.err().stream()
                .anyMatch(line ->
                    line.contains("the agent cannot go on: thread bus-stuck has not come back")),
            agent::transcript);
        assertCadence(systemd.words(), ready, stopping.at());
      }
    }
  }

  /// Half the time that systemd gives, and never later than that time.
  private static void assertCadence(List<Word> words, LocalTime from, LocalTime to) {
    List<LocalTime> signs = words.stream().filter(is("WATCHDOG=1")).map(Word::at).toList();
    LocalTime last = from;
    for (LocalTime sign : signs) {
      assertTrue(between(last, sign).compareTo(WATCHDOG) < 0, words::toString);
      last = sign;
    }
    long expected = between(from, to).dividedBy(WATCHDOG.dividedBy(2));
    assertTrue(signs.size() <= expected + 2, expected + " expected: " + words);
    assertTrue(signs.size() >= expected / 2, expected + " expected: " + words);
  }

  /// Over midnight, too.
  private static Duration between(LocalTime a, LocalTime b) {
    Duration duration = Duration.between(a, b);
    return duration.isNegative() ? duration.plusDays(1) : duration;
  }

  private static Predicate<Word> is(String text) {
    return word -> word.text().equals(text);
  }

  private Configuration configuration() throws IOException {
    SiteProfile.write(directory);
    String nobody = "mqtt://127.0.0.1:" + Ports.free();
    return new Configuration(directory, "watchdog", nobody, "");
  }

  private AgentProcess run(Configuration configuration, NotifyListener systemd) throws IOException {
    Map<String, String> environment =
        Map.of(
            "NOTIFY_SOCKET",
            systemd.socket(),
            "WATCHDOG_USEC",
            Long.toString(WATCHDOG.toNanos() / 1000));
    Files.writeString(directory.resolve("rackpulse.toml"), configuration.toString());
    return AgentProcess.start(
        directory, environment, "run", "--config", "rackpulse.toml", "--profiles", "profiles");
  }
}
