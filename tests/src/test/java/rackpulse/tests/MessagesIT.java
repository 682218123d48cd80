package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

/// Topics, payloads and MQTT properties as a consumer relies on them.
class MessagesIT {
  private static final String RACK = "dc/v1/test/messages/";

  @TempDir private Path directory;

  @Test
  void areRetainedExpireAndSayWhatTheyAre() throws Exception {
    SiteProfile.write(directory);
    Registers registers = new Registers().with(1, Table.HOLDING, 0, 42);
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "#");
        FaultSlave slave = FaultSlave.tcp(registers)) {
      Configuration configuration =
          new Configuration(directory, "messages", broker)
              .tcpBus("gateway", "modbus-tcp", slave.port())
              .device("meter", "gateway", SiteProfile.WORD, 1, "400 ms");
      Instant start = Instant.now();
      try (AgentProcess agent = AgentProcess.run(directory, configuration)) {
        witness.blame(agent);
        witness.await("/readings");
        witness.await("/health");
        assertReading(witness.messages(RACK + "meter/readings"), start);
        // those who come later see the latest of each, but no health
        try (Witness late = Witness.subscribe(broker, directory, "#")) {
          assertProperties(late.await("/meter/readings", Message::retained), "1", 2);
          assertProperties(late.await("/meter/meta", Message::retained), "1", 0);
          assertProperties(late.await("/meter/status", Message::retained), "1", 180);
          assertProperties(late.await("/agent/agent/status", Message::retained), "1", 0);
          Message health = late.await("/agent/agent/health");
          assertFalse(health.retained());
          assertProperties(health, "1", 2);
          assertHealth(health.json());
        }
        assertDescription(witness);
        assertNumbered(witness.polls("meter"));
      }
    }
  }

  /// @param expirySeconds at most; 0 when it never expires
  private static void assertProperties(Message message, String qos, int expirySeconds) {
    assertEquals(qos, message.qos());
    assertEquals("application/json", message.type());
    assertEquals("1", message.textual());
    if (expirySeconds == 0) {
      assertEquals("", message.expiry(), message.topic());
    } else {
      int left = Integer.parseInt(message.expiry());
      // the broker counts down what it keeps: on a busy machine that is some seconds
      int least = Math.max(1, expirySeconds - 60);
      assertTrue(left >= least && left <= expirySeconds, message.topic() + " expires in " + left);
    }
  }

  private static void assertReading(List<Message> readings, Instant start) {
    Json first = readings.getFirst().json();
    assertEquals(1, first.integer("v"));
    assertEquals("42", first.text("values.value"));
    assertTrue(first.text("boot").matches("[0-9a-f]{4,}"), first.text("boot"));
    Instant at = Instant.parse(first.text("ts"));
    assertTrue(first.text("ts").matches(".*T\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"), first.text("ts"));
    assertFalse(at.isBefore(start.minusMillis(1)), at + " is before the start");
    assertTrue(Duration.between(start, at).compareTo(Duration.ofSeconds(30)) < 0, at.toString());
  }

  private static void assertNumbered(List<Message> polls) {
    List<Long> numbers = polls.stream().map(poll -> poll.json().integer("seq")).sorted().toList();
    assertEquals(LongStream.rangeClosed(1, numbers.size()).boxed().toList(), numbers);
  }

  private static void assertDescription(Witness witness) throws InterruptedException {
    Json meta = witness.await("/meter/meta").json();
    assertEquals("Plain registers", meta.text("part"));
    assertEquals("raw", meta.text("channels.value.quantity"));
    assertEquals("1", meta.text("channels.value.unit"));
    assertEquals(0.4, meta.number("interval"));
    Json status = witness.await("/meter/status").json();
    assertEquals("online", status.text("state"));
    Json agent = witness.await("/agent/agent/status").json();
    assertEquals("online", agent.text("state"));
    assertEquals(meta.text("boot"), agent.text("boot"));
    assertTrue(agent.has("version"));
  }

  private static void assertHealth(Json health) {
    assertEquals("up", health.text("buses.gateway.state"));
    assertEquals(1, health.integer("buses.gateway.devices"));
    assertEquals(0, health.integer("buses.gateway.dormant"));
    assertTrue(health.integer("buses.gateway.polls") > 0);
    assertEquals(0, health.integer("buses.gateway.missed"));
    assertTrue(health.integer("delivery.published") > 0);
    assertTrue(health.integer("process.resident_bytes") > 0);
  }
}
