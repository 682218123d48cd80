package rackpulse.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rackpulse.mqtt.Message.Arrival;
import rackpulse.mqtt.ScriptedBroker.Packet;
import rackpulse.mqtt.ScriptedBroker.Peer;

@Timeout(30)
class SubscriberTest {
  private static final int SUBSCRIBE = 8;

  @Test
  void handsOverWhatArrivesAndComesBackAfterALoss() throws Exception {
    try (ScriptedBroker broker = new ScriptedBroker(SubscriberTest::publish);
        Subscriber subscriber = subscriber(broker.url("mqtt"))) {
      for (int connection = 1; connection <= 2; connection++) {
        List<Arrival> arrivals = receive(subscriber, 2);
        assertEquals(List.of("a/b", "a/b"), arrivals.stream().map(Arrival::topic).toList());
        assertEquals(List.of(true, false), arrivals.stream().map(Arrival::retained).toList());
        assertEquals("one", new String(arrivals.get(0).payload(), UTF_8));
        assertEquals(0, arrivals.get(1).payload().length);
        broker.hangUp();
      }
      String subscribe = new String(broker.received(SUBSCRIBE).getFirst().body(), UTF_8);
      assertTrue(subscribe.contains("a/#"), subscribe);
    }
  }

  @Test
  void saysWhyNothingArrives() {
    try (Subscriber subscriber = subscriber(URI.create("mqtt://localhost:1"))) {
      assertEquals(List.of(), subscriber.receive(Duration.ofMillis(1)));
      assertTrue(subscriber.trouble().orElseThrow().contains("refused"));
    }
  }

  @Test
  void saysWhenItMayNotSubscribe() throws Exception {
    try (ScriptedBroker broker =
            new ScriptedBroker(peer -> {
              peer.expect(ScriptedBroker.CONNECT);
              peer.connAck(0);
              acknowledge(peer, peer.expect(SUBSCRIBE), 0x87);
              peer.readAll();
            });
        Subscriber subscriber = subscriber(broker.url("mqtt"))) {
      subscriber.receive(Duration.ofMillis(1));
      assertTrue(subscriber.trouble().orElseThrow().startsWith("0x87 not authorised"));
    }
  }

  private static void publish(Peer peer) throws IOException {
    peer.expect(ScriptedBroker.CONNECT);
    peer.connAck(0);
    acknowledge(peer, peer.expect(SUBSCRIBE), 0);
    peer.send(0x31, 9, 0, 3, 'a', '/', 'b', 0, 'o', 'n', 'e');
    peer.send(0x30, 6, 0, 3, 'a', '/', 'b', 0);
    peer.readAll();
  }

  private static void acknowledge(Peer peer, Packet subscribe, int reason) throws IOException {
    peer.send(0x90, 4, subscribe.body()[0], subscribe.body()[1], 0, reason);
  }

  private static Subscriber subscriber(URI url) {
    return new Subscriber(Some.settings(url).build(), "witness", "a/#");
  }

  private static List<Arrival> receive(Subscriber subscriber, int count) {
    List<Arrival> arrivals = new ArrayList<>();
    while (arrivals.size() < count) {
      arrivals.addAll(subscriber.receive(Duration.ofMillis(20)));
    }
    assertEquals(Optional.empty(), subscriber.trouble());
    return arrivals;
  }
}
