package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntUnaryOperator;
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
import rackpulse.tests.support.Witness;

/// What the models say of a channel arrives at the broker, and outlives a restart.
@Tag("long") // not run on the jar when there is a binary
class WatchIT {
  private static final String STUCK = "/inlet/anomaly/temperature.sensor-stuck";
  private static final String APPROACHING = "/inlet/anomaly/temperature.approaching-limit";
  private static final String LIMIT = "/inlet/anomaly/temperature.limit";

  /// Readings from which the models learn what is usual, and some more.
  private static final int LEARNING = 260;

  /// More than any of the verdicts needs.
  private static final int MOST_READINGS = 400;

  private final Random random = new Random(3);

  /// Tenths of a degree, and of a percent.
  private final Registers registers = new Registers().with(1, Table.INPUT, 1, 240, 500);

  @TempDir private Path directory;

  @Test
  void tellsAStuckSensorAcrossARestartAndWarnsBeforeALimit() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        FaultSlave slave = FaultSlave.tcp(registers)) {
      String id;
      try (Witness witness = Witness.subscribe(broker, directory, "#");
          AgentProcess agent = run(broker, slave)) {
        witness.blame(agent);
        feed(slave, LEARNING, _ -> usual());
        Json stuck = feedUntil(slave, witness, STUCK, "raised", _ -> 241);
        assertTrue(
            stuck.text("text").startsWith("inlet temperature has been exactly 24.1 °C for"),
            stuck.text("text"));
        id = stuck.text("id");
        agent.signal("TERM");
        assertEquals(0, agent.exitCode(), agent::transcript);
      }
      try (Witness witness = Witness.subscribe(broker, directory, "#");
          AgentProcess agent = run(broker, slave)) {
        witness.blame(agent);
        Json over = feedUntil(slave, witness, STUCK, "cleared", _ -> usual());
        assertEquals(id, over.text("id"), "it goes on after a restart");
        witness.messages(STUCK).stream()
            .filter(message -> !message.payload().isEmpty())
            .forEach(message -> assertEquals(id, message.json().text("id"), "raised twice"));
        // the models have not forgotten what they learned: they would need 200 readings for this
        Json warning = feedUntil(slave, witness, APPROACHING, "raised", n -> 240 + n);
        assertTrue(warning.text("text").contains("and rising"), warning.text("text"));
        assertEquals(0, witness.messages(LIMIT).size(), "before the limit is passed");
        feedUntil(slave, witness, LIMIT, "raised", n -> Math.min(300 + n, 330));
        agent.signal("TERM");
        assertEquals(0, agent.exitCode(), agent::transcript);
      }
    }
  }

  private int usual() {
    return 240 + random.nextInt(4);
  }

  /// Gives each poll its own value.
  private void feed(FaultSlave slave, int polls, IntUnaryOperator tenths)
      throws InterruptedException {
    for (int i = 0; i < polls; i++) {
      registers.with(1, Table.INPUT, 1, tenths.applyAsInt(i));
      long before = slave.requests(1);
      Await.until(
          Duration.ofSeconds(20),
          "a poll",
          () -> slave.requests(1) > before,
          () -> "only " + before + " until now");
    }
  }

  private Json feedUntil(
      FaultSlave slave, Witness witness, String topic, String state, IntUnaryOperator tenths)
      throws InterruptedException {
    for (int i = 0; i < MOST_READINGS; i++) {
      int at = i;
      feed(slave, 1, _ -> tenths.applyAsInt(at));
      Optional<Json> told =
          witness.messages(topic).stream()
              .filter(message -> !message.payload().isEmpty())
              .map(Witness.Message::json)
              .filter(message -> message.text("state").equals(state))
              .findFirst();
      if (told.isPresent()) {
        return told.get();
      }
    }
    throw new AssertionError("nothing on " + topic + ", " + witness.evidence(""));
  }

  private AgentProcess run(BrokerProcess broker, FaultSlave slave) throws IOException {
    Configuration configuration =
        new Configuration(directory, "watch", broker)
            .tcpBus("gateway", "modbus-tcp", slave.port())
            .device("inlet", "gateway", "xy-md02", 1, "100 ms")
            .table("limit.inlet.temperature", "alarm_high = 30.0\ndelay = \"300 ms\"\n");
    Files.writeString(directory.resolve("rackpulse.toml"), configuration.toString());
    return AgentProcess.start(directory, "run", "--config", "rackpulse.toml");
  }
}
