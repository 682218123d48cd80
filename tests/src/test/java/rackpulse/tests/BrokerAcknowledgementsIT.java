package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import rackpulse.tests.broker.FaultBroker;
import rackpulse.tests.broker.PolledRack;
import rackpulse.tests.broker.Publish;
import rackpulse.tests.broker.Scripts;
import rackpulse.tests.support.Account;
import rackpulse.tests.support.Json;

/// What the broker says of single messages: taken, refused, not now, nothing.
@Execution(ExecutionMode.CONCURRENT)
class BrokerAcknowledgementsIT {
  /// Answers to polls of device a, by their number.
  private static final Map<Long, Integer> ANSWERS =
      Map.of(
          5L, 0x10, 6L, 0x80, 7L, 0x83, 8L, 0x87, 9L, 0x90, 10L, 0x91, 11L, 0x95, 12L, 0x97, 13L,
          0x99);

  @TempDir private Path directory;

  @Test
  void refusedMessagesAreToldAndOthersSentAgain() throws Exception {
    Map<Long, AtomicInteger> attempts = new ConcurrentHashMap<>();
    AtomicInteger births = new AtomicInteger();
    try (FaultBroker broker =
            FaultBroker.start(
                Scripts.answering(publish -> {
                  if (publish.on(PolledRack.STATUS)) {
                    return births.incrementAndGet() == 1 ? 0x97 : 0;
                  }
                  return answer(publish, attempts);
                }));
        PolledRack rack = PolledRack.start(directory, "answers", broker, "")) {
      rack.awaitPolls(20);
      rack.await("every answer", () -> attempts.keySet().containsAll(ANSWERS.keySet()));
      Account account = rack.awaitBalance();
      assertEquals(
          Map.of(8L, "refused", 9L, "refused", 11L, "refused", 13L, "refused"), account.lost("a"));
      assertEquals(Map.of(), account.lost("b"));
      for (long later : List.of(6L, 7L, 10L, 12L)) {
        assertEquals(2, of(later, attempts).get(), () -> "attempts of poll " + later);
      }
      assertTrue(account.backlog("a").contains(12L), account::toString);
      assertEquals(1, broker.connections(), rack.agent()::transcript);
      rack.awaitTaken("birth", publish -> publish.on(PolledRack.STATUS));
      assertEquals(1, rack.told("the broker refused a message on"));
    }
  }

  /// The first attempt of some polls of device a is answered as planned.
  private static int answer(Publish publish, Map<Long, AtomicInteger> attempts) {
    Json json = Json.parse(publish.payload());
    if (!publish.topic().contains("/a/") || !json.has("seq")) {
      return 0;
    }
    long seq = json.integer("seq");
    return of(seq, attempts).incrementAndGet() == 1 ? ANSWERS.getOrDefault(seq, 0) : 0;
  }

  private static AtomicInteger of(long seq, Map<Long, AtomicInteger> attempts) {
    return attempts.computeIfAbsent(seq, _ -> new AtomicInteger());
  }

  @Test
  void aDeviceWhoseMessagesAreAlwaysPutOffHoldsUpNoOther() throws Exception {
    AtomicBoolean puttingOff = new AtomicBoolean(true);
    try (FaultBroker broker =
            FaultBroker.start(
                Scripts.answering(
                    publish -> puttingOff.get() && publish.topic().contains("/a/") ? 0x97 : 0));
        PolledRack rack = PolledRack.start(directory, "put-off", broker, "")) {
      rack.awaitTaken("the first of b", publish -> publish.on("/b/readings"));
      rack.awaitPolls(50);
      rack.await("b up to date", () -> rack.account().last("b") >= 50);
      long live = broker.taken(publish -> publish.on("/b/readings")).size();
      assertTrue(live >= 45, () -> live + " live readings of b\n" + rack.agent().transcript());
      assertEquals(0, rack.account().last("a"));
      puttingOff.set(false);
      assertEquals(0, rack.awaitBalance().lost());
      assertEquals(1, broker.connections(), rack.agent()::transcript);
    }
  }

  @Test
  void messagesWithoutAnAnswerAreSentAgainOnANewConnection() throws Exception {
    try (FaultBroker broker =
            FaultBroker.start(
                Scripts.inTurn(
                    List.of(
                        Scripts.answering(publish -> isLate(publish) ? Scripts.NONE : 0),
                        Scripts.answering(publish -> publish.on("readings") ? Scripts.NONE : 0),
                        Scripts.good())));
        PolledRack rack = PolledRack.start(directory, "silence", broker, "ack_timeout = \"2 s\"")) {
      rack.await("a third connection", () -> broker.connections() == 3);
      Account account = rack.awaitBalance();
      assertEquals(0, account.lost(), account::toString);
      assertEquals(3, broker.connections(), rack.agent()::transcript);
      assertEquals(1, rack.told("no acknowledgement for 2000 ms"), rack.agent()::transcript);
      assertTrue(broker.mostInFlight(1) <= 16);
    }
  }

  private static boolean isLate(Publish publish) {
    return publish.topic().contains("/a/") && publish.payload().contains("\"seq\":4,");
  }
}
