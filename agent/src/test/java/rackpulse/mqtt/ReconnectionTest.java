package rackpulse.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import rackpulse.mqtt.ReasonPolicy.Failure;

class ReconnectionTest {
  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

  private long nowNanos;
  private final Reconnection reconnection = reconnection(4711);

  @Test
  void firstAttemptIsDueAtOnce() {
    assertTrue(reconnection.nanosLeft() <= 0);
  }

  @Test
  void boundOfThePauseDoublesFromFloorToCeiling() {
    long[] longestNanos = new long[12];
    for (int agent = 0; agent < 500; agent++) {
      Reconnection one = reconnection(agent);
      for (int failure = 0; failure < longestNanos.length; failure++) {
        one.failed(new Failure("gone"));
        longestNanos[failure] = Math.max(longestNanos[failure], one.nanosLeft());
      }
    }
    for (int failure = 0; failure < longestNanos.length; failure++) {
      long bound = Math.min(1L << failure, 120) * SECOND_NANOS;
      assertTrue(longestNanos[failure] <= bound, "failure " + failure);
      assertTrue(longestNanos[failure] > 0.95 * bound, "failure " + failure);
    }
  }

  @Test
  void pausesAreSpreadOverTheirWholeRange() {
    double mean =
        IntStream.range(0, 2000)
            .mapToLong(agent -> {
              Reconnection one = reconnection(agent);
              IntStream.range(0, 10).forEach(i -> one.failed(new Failure("gone")));
              return one.nanosLeft();
            })
            .average()
            .orElseThrow();
    assertEquals(60, mean / SECOND_NANOS, 3);
  }

  @Test
  void pausesGrowWhileTheBrokerAcceptsAndThrowsOut() {
    for (int round = 0; round < 10; round++) {
      reconnection.connected();
      nowNanos += 59 * SECOND_NANOS;
      reconnection.stillUp();
      reconnection.failed(new Failure(0x98, "thrown out", ""));
    }
    assertEquals(10, reconnection.failures());
  }

  @Test
  void pausesAreShortAgainAfterAMinuteOfConnection() {
    IntStream.range(0, 10).forEach(i -> reconnection.failed(new Failure("gone")));
    reconnection.connected();
    nowNanos += 60 * SECOND_NANOS;
    reconnection.stillUp();
    reconnection.failed(new Failure("gone"));
    assertEquals(1, reconnection.failures());
    assertTrue(reconnection.nanosLeft() <= SECOND_NANOS);
  }

  @Test
  void neverFightsForItsSession() {
    for (int agent = 0; agent < 100; agent++) {
      Reconnection one = reconnection(agent);
      one.failed(new Failure(0x8E, "taken over", ""));
      assertTrue(one.nanosLeft() >= 300 * SECOND_NANOS);
      assertTrue(one.nanosLeft() <= 600 * SECOND_NANOS);
    }
  }

  @Test
  void tellsOfConnectionsUntilTheyComeAndGoTooOften() {
    int told = 0;
    for (int round = 0; round < 99; round++) {
      told += reconnection.connected() ? 1 : 0;
      reconnection.failed(new Failure("gone"));
    }
    assertEquals(11, told); // nothing but the first ten, and the one after ten failures
  }

  @Test
  void suspectsATwinWhenConnectionsEndSoonAgainAndAgain() {
    reconnection.failed(new Failure("refused"));
    reconnection.failed(new Failure("refused"));
    assertEquals("refused", reconnection.reason());
    reconnection.connected();
    nowNanos += SECOND_NANOS;
    reconnection.failed(hangUp());
    assertTrue(reconnection.reason().endsWith("another agent have the same id, site and rack?"));
    reconnection.failed(new Failure("refused"));
    assertEquals("refused", reconnection.reason());
    reconnection.connected();
    nowNanos += 60 * SECOND_NANOS;
    reconnection.stillUp();
    reconnection.failed(hangUp());
    assertEquals("closed the connection", reconnection.reason());
  }

  @Test
  void suspectsNobodyWhenItEndedTheConnectionItself() {
    for (int round = 0; round < 3; round++) {
      reconnection.connected();
      reconnection.failed(new Failure("no acknowledgement"));
      assertEquals("no acknowledgement", reconnection.reason());
    }
  }

  private static Failure hangUp() {
    return new Failure(ReasonPolicy.HUNG_UP, "closed the connection", "");
  }

  @Test
  void weakensTheWillOnlyAsTheBrokerAsks() {
    Message.Publication will = new Message.Publication("t", new byte[1], true, 0);
    assertEquals(new Link.Will(will, 1, true), reconnection.will(will));
    reconnection.failed(new Failure(0x9A, "no retain", ""));
    assertEquals(new Link.Will(will, 1, false), reconnection.will(will));
    reconnection.failed(new Failure(0x9B, "no QoS 1", ""));
    assertEquals(new Link.Will(will, 0, false), reconnection.will(will));
    reconnection.offered(true, false);
    assertEquals(new Link.Will(will, 1, false), reconnection.will(will));
    reconnection.offered(true, true);
    assertEquals(new Link.Will(will, 1, true), reconnection.will(will));
  }

  @Test
  void goesWhereTheBrokerSaysOnlyWhenAllowed() {
    Endpoint home = new Endpoint(true, "broker", 8883);
    reconnection.failed(new Failure(0x9C, "use another", "evil:1 twin"));
    assertEquals(new Endpoint(true, "twin", 8883), reconnection.endpoint());
    reconnection.failed(new Failure("twin is away"));
    assertEquals(home, reconnection.endpoint());
    reconnection.failed(new Failure(0x9D, "moved", "evil:1"));
    assertEquals(home, reconnection.endpoint());
    reconnection.failed(new Failure(0x9D, "moved", "[fe80::1]:99 ten:10"));
    assertEquals(new Endpoint(true, "ten", 10), reconnection.endpoint());
    reconnection.failed(new Failure(0x9D, "moved", "ten:11 \u0001 : // twin/x"));
    assertEquals(home, reconnection.endpoint());
  }

  @Test
  void powersOfTenAreWorthTelling() {
    assertEquals(
        List.of(1, 10, 100, 1000),
        IntStream.rangeClosed(1, 9999).filter(Reconnection::isWorthTelling).boxed().toList());
  }

  private Reconnection reconnection(long seed) {
    MqttSettings settings =
        Some.settings(URI.create("mqtts://broker"))
            .serverReferences(List.of("twin", "ten:10"))
            .build();
    return new Reconnection(settings, () -> nowNanos, new Random(seed));
  }
}
