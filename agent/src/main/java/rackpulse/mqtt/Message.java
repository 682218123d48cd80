package rackpulse.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

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

  /// A message that came in.
  ///
  /// @param payload empty when a retained message was taken back
  /// @param retained whether it was there before we subscribed
  /// @param responseTopic where its sender wants an answer
  /// @param correlation for the answer, as it is; may be empty
  /// @param expirySeconds how much longer its sender lets it live; empty for ever
  public record Arrival(
      String topic,
      byte[] payload,
      boolean retained,
      Optional<String> responseTopic,
      byte[] correlation,
      OptionalLong expirySeconds) {}

  /// One PUBLISH packet of QoS 1.
  ///
  /// @param payload JSON, or empty to take the retained message back; not copied, never changed
  /// @param expirySeconds how long the broker keeps it; 0 for ever
  /// @param correlation of the request that it answers; may be empty
  public record Publication(
      String topic, byte[] payload, boolean retained, long expirySeconds, byte[] correlation) {
    /// The content type of everything that is not empty.
    static final String CONTENT_TYPE = "application/json";

    /// MQTT 5.0, 3.3.2.3: payload format indicator (2 bytes) and content type (3 and its length).
    private static final int CONTENT_PROPERTIES_BYTES = 2 + 3 + CONTENT_TYPE.length();

    private static final int EXPIRY_BYTES = 5;

    /// Identifier and length of correlation data (3.3.2.3.6).
    private static final int CORRELATION_BYTES = 1 + 2;

    /// One that answers nobody.
    public Publication(String topic, byte[] payload, boolean retained, long expirySeconds) {
      this(topic, payload, retained, expirySeconds, new byte[0]);
    }

    /// An empty retained message, which removes the one that the broker keeps.
    static Publication emptying(String topic) {
      return new Publication(topic, new byte[0], true, 0);
    }

    /// The size of the whole packet, to be compared with what the broker takes (MQTT 5.0, 3.3).
    public int encodedBytes() {
      int properties =
          (payload.length > 0 ? CONTENT_PROPERTIES_BYTES : 0)
              + (expirySeconds > 0 ? EXPIRY_BYTES : 0)
              + (correlation.length > 0 ? CORRELATION_BYTES + correlation.length : 0);
      int topicBytes = topic.getBytes(StandardCharsets.UTF_8).length;
      // length and text of the topic, packet identifier, length of the properties and they, payload
      int remaining = 2 + topicBytes + 2 + lengthBytes(properties) + properties + payload.length;
      return 1 + lengthBytes(remaining) + remaining;
    }

    /// Bytes of a variable byte integer: 7 bits in each (MQTT 5.0, 1.5.5).
    private static int lengthBytes(int value) {
      return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
    }
  }
}
