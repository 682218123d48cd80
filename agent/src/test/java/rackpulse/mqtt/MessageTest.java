package rackpulse.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.junit.jupiter.api.Test;
import rackpulse.mqtt.Message.Publication;

class MessageTest {
  @Test
  void knowsTheExactSizeOfItsPacket() throws Exception {
    for (int length : new int[] {0, 1, 50, 80, 127, 128, 300, 16_383, 20_000, 3_000_000}) {
      for (long expirySeconds : new long[] {0, 15}) {
        Publication publication =
            new Publication("dc/v1/a/b/ü", new byte[length], true, expirySeconds);
        assertEquals(packetBytes(publication), publication.encodedBytes());
      }
    }
  }

  @Test
  void emptyingMessageHasNoContent() {
    Publication publication = Publication.emptying("a/b");
    assertEquals(0, publication.payload().length);
    assertEquals(1 + 1 + 2 + 3 + 2 + 1, publication.encodedBytes());
  }

  @Test
  void holdsOneToThreePublications() {
    Publication publication = new Publication("a", "{}".getBytes(UTF_8), false, 0);
    assertThrows(IllegalArgumentException.class, () -> new Message(List.of()));
    List<Publication> four = List.of(publication, publication, publication, publication);
    assertThrows(IllegalArgumentException.class, () -> new Message(four));
    assertEquals(
        2 * publication.encodedBytes(), new Message(List.of(publication, publication)).bytes());
  }

  private static int packetBytes(Publication publication) throws Exception {
    MqttProperties properties = new MqttProperties();
    if (publication.payload().length > 0) {
      properties.setPayloadFormat(true);
      properties.setContentType(Publication.CONTENT_TYPE);
    }
    if (publication.expirySeconds() > 0) {
      properties.setMessageExpiryInterval(publication.expirySeconds());
    }
    MqttMessage message = new MqttMessage(publication.payload(), 1, true, properties);
    return new MqttPublish(publication.topic(), message, properties).serialize().length;
  }
}
