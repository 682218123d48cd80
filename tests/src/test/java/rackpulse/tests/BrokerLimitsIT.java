package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import rackpulse.tests.broker.FaultBroker;
import rackpulse.tests.broker.FaultBroker.Script;
import rackpulse.tests.broker.PolledRack;
import rackpulse.tests.broker.Property;
import rackpulse.tests.broker.Publish;
import rackpulse.tests.broker.Scripts;
import rackpulse.tests.support.Account;

/// Brokers that offer less than others: the agent keeps to it and loses nothing that can be saved.
@Execution(ExecutionMode.CONCURRENT)
class BrokerLimitsIT {
  /// The window that fits each receive maximum.
  private static final Map<Integer, Integer> WINDOWS =
      new TreeMap<>(Map.of(1, 1, 2, 1, 3, 1, 5, 3, 20, 16, 65_535, 16));

  private static final int ANSWER_AFTER_MILLIS = 20;

  @TempDir private Path directory;

  @Test
  void theReceiveMaximumIsNeverExceededAndAliasesAreNotUsed() throws Exception {
    try (FaultBroker broker = FaultBroker.start(Scripts.closing());
        PolledRack rack = PolledRack.start(directory, "window", broker, "")) {
      rack.awaitPolls(40); // a backlog fills every window
      for (Map.Entry<Integer, Integer> window : WINDOWS.entrySet()) {
        int connection =
            reconnect(
                broker,
                rack,
                Scripts.late(
                    ANSWER_AFTER_MILLIS,
                    Property.receiveMaximum(window.getKey()),
                    Property.topicAliasMaximum(10)));
        rack.awaitPolls(10);
        int most = broker.mostInFlight(connection);
        String what = "receive maximum " + window.getKey() + ": " + most;
        assertTrue(most >= 1 && most <= window.getValue(), what);
        assertEquals(connection, broker.connections(), what);
      }
      assertEquals(0, rack.awaitBalance().lost());
      assertTrue(broker.received().stream().allMatch(publish -> publish.options().alias() == 0));
    }
  }

  @Test
  void whatIsLargerThanTheBrokerTakesIsToldAsLost() throws Exception {
    try (FaultBroker broker = FaultBroker.start(Scripts.good(Property.maximumPacketBytes(256)));
        PolledRack rack = PolledRack.start(directory, "size", broker, "")) {
      rack.awaitPolls(20);
      Account account = rack.awaitBalance();
      assertEquals(0, account.lost("a").size());
      assertEquals(List.of("too-large"), account.lost("b").values().stream().distinct().toList());
      assertEquals(account.last("b"), account.lost("b").size());
      assertTrue(broker.received().stream().allMatch(publish -> publish.bytes() <= 256));
      assertEquals(1, broker.connections());
      assertEquals(1, rack.told("the broker takes 256: it is dropped (1 since start)"));
      reconnect(broker, rack, Scripts.good());
      rack.awaitTaken("large readings", publish -> publish.on("/b/readings"));
      rack.awaitTaken("the large description", publish -> publish.on("/b/meta"));
      rack.awaitBalance();
    }
  }

  @Test
  void aBrokerWithoutQosOneAndRetainedMessagesIsTakenAsItIs() throws Exception {
    Script weak =
        peer -> {
          FaultBroker.Connection client = peer.greeting();
          if (client.willQos() > 0) {
            peer.connAck(0x9B);
          } else if (client.willRetained()) {
            peer.connAck(0x9A);
          } else {
            peer.connAck(0, Property.maximumQosZero(), Property.retainUnavailable());
            peer.answerAll(_ -> 0);
          }
        };
    try (FaultBroker broker = FaultBroker.start(weak);
        PolledRack rack = PolledRack.start(directory, "weak", broker, "")) {
      rack.awaitPolls(10);
      assertEquals(0, rack.awaitBalance().lost());
      assertEquals(3, broker.connections(), rack.agent()::transcript);
      assertTrue(
          broker.received().stream()
              .allMatch(publish -> publish.qos() == 0 && !publish.retained()));
      assertEquals(1, rack.told("the broker takes QoS 0 only"));
      assertEquals(1, rack.told("the broker keeps no retained messages"));
      int better = reconnect(broker, rack, Scripts.good());
      rack.awaitTaken("a reading", publish -> isReading(publish, better));
      assertEquals(List.of(), weak(broker, better));
      int again = reconnect(broker, rack, Scripts.good());
      FaultBroker.Connection client = broker.greeted().getLast();
      assertEquals(new FaultBroker.Connection(again, client.clientId(), 1, true), client);
      rack.awaitBalance();
      assertFalse(broker.taken(publish -> publish.on(PolledRack.STATUS)).isEmpty());
    }
  }

  private static boolean isReading(Publish publish, int connection) {
    return publish.connection() == connection && publish.on("readings");
  }

  private static List<Publish> weak(FaultBroker broker, int connection) {
    return broker.taken(
        publish -> isReading(publish, connection) && (publish.qos() != 1 || !publish.retained()));
  }

  /// Ends the connection; the next one is treated as `script` says.
  ///
  /// @return its number
  private static int reconnect(FaultBroker broker, PolledRack rack, Script script)
      throws Exception {
    broker.behave(script);
    broker.hangUp();
    int greeted = broker.greeted().size();
    rack.await("a new connection", () -> broker.greeted().size() > greeted);
    return broker.greeted().getLast().number();
  }
}
