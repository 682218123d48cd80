package rackpulse.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// A report as it travels: usually one publication; several where retained messages are emptied.
///
/// @param publications in the order in which they are sent; at most [#MAX_PUBLICATIONS]
public record Message(List<Publication> publications) {
  /// A removed device empties three topics.
  public static final int MAX_PUBLICATIONS = 3;

  public Message {
    publications = List.copyOf(publications);
    if (publications.isEmpty() || publications.size() > MAX_PUBLICATIONS) {
      throw new IllegalArgumentException(publications.size() + " publications in one message");
    }
  }

  /// Its size on the wire, which is about what it takes in memory.
  public int bytes() {
    int bytes = 0;
    for (Publication publication : publications) {
      bytes += publication.encodedBytes();
    }
    return bytes;
  }

  /// One PUBLISH packet of QoS 1.
  ///
  /// @param payload JSON, or empty to take the retained message back; not copied, never changed
  /// @param expirySeconds how long the broker keeps it; 0 for ever
  public record Publication(String topic, byte[] payload, boolean retained, long expirySeconds) {
    /// The content type of everything that is not empty.
    static final String CONTENT_TYPE = "application/json";

    /// MQTT 5.0, 3.3.2.3: payload format indicator (2 bytes) and content type (3 and its length).
    private static final int CONTENT_PROPERTIES_BYTES = 2 + 3 + CONTENT_TYPE.length();

    private static final int EXPIRY_BYTES = 5;

    /// An empty retained message, which removes the one that the broker keeps.
    static Publication emptying(String topic) {
      return new Publication(topic, new byte[0], true, 0);
    }

    /// The size of the whole packet, to be compared with what the broker takes (MQTT 5.0, 3.3).
    public int encodedBytes() {
      int properties =
          (payload.length > 0 ? CONTENT_PROPERTIES_BYTES : 0)
              + (expirySeconds > 0 ? EXPIRY_BYTES : 0);
      int topicBytes = topic.getBytes(StandardCharsets.UTF_8).length;
      // length and text of the topic, packet identifier, length of the properties and they, payload
      int remaining = 2 + topicBytes + 2 + 1 + properties + payload.length;
      return 1 + lengthBytes(remaining) + remaining;
    }

    /// Bytes of a variable byte integer: 7 bits in each (MQTT 5.0, 1.5.5).
    private static int lengthBytes(int value) {
      return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
    }
  }
}
