package rackpulse.tests.broker;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A control packet as it came from a client (MQTT 5.0, 2.1).
///
/// @param type 1 to 15
/// @param flags the lower half of the first byte
public record Packet(int type, int flags, byte[] body) {
  public static final int CONNECT = 1;
  public static final int PUBLISH = 3;
  public static final int SUBSCRIBE = 8;
  public static final int PINGREQ = 12;
  public static final int DISCONNECT = 14;

  /// Far more than the agent ever sends.
  private static final int MAX_BYTES = 1 << 20;

  static Packet read(DataInputStream in) throws IOException {
    int head = in.readUnsignedByte();
    int length = 0;
    int shift = 0;
    int digit;
    do {
      digit = in.readUnsignedByte();
      length |= (digit & 0x7F) << shift;
      shift += 7;
    } while (digit > 0x7F && shift < 28);
    if (length > MAX_BYTES) {
      throw new IOException("a packet of " + length + " bytes");
    }
    byte[] body = new byte[length];
    in.readFully(body);
    return new Packet(head >> 4, head & 0xF, body);
  }

  /// Bytes on the wire.
  int encodedBytes() {
    int length = body.length;
    int lengthBytes = length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : length < 1 << 21 ? 3 : 4;
    return 1 + lengthBytes + length;
  }

  /// What a PUBLISH says (MQTT 5.0, 3.3).
  Publish publish(int connection) {
    ByteBuffer rest = ByteBuffer.wrap(body);
    String topic = text(rest);
    int qos = flags >> 1 & 3;
    int id = qos == 0 ? 0 : rest.getShort() & 0xFFFF;
    long expirySeconds = 0;
    int alias = 0;
    int end = variableByteInteger(rest);
    end += rest.position();
    while (rest.position() < end) {
      int property = rest.get();
      switch (property) {
        case 0x01 -> rest.get(); // payload format indicator
        case 0x02 -> expirySeconds = rest.getInt() & 0xFFFF_FFFFL;
        case 0x03, 0x08, 0x09 -> text(rest); // content type, response topic, correlation data
        case 0x23 -> alias = rest.getShort() & 0xFFFF;
        default -> throw new IllegalArgumentException("property " + property + " in PUBLISH");
      }
    }
    byte[] payload = new byte[rest.remaining()];
    rest.get(payload);
    return new Publish(
        connection,
        id,
        topic,
        new String(payload, StandardCharsets.UTF_8),
        new Publish.Options(qos, (flags & 1) != 0, (flags & 8) != 0, expirySeconds, alias),
        encodedBytes());
  }

  /// The client id of a CONNECT, which follows its properties (MQTT 5.0, 3.1).
  String clientId() {
    ByteBuffer rest = ByteBuffer.wrap(body);
    text(rest); // "MQTT"
    rest.position(rest.position() + 4); // version, flags, keep alive
    int properties = variableByteInteger(rest);
    rest.position(rest.position() + properties);
    return text(rest);
  }

  /// Whether a CONNECT asks for a will that the broker retains.
  boolean retainsWill() {
    return (body[7] & 0x20) != 0;
  }

  /// The QoS of the will that a CONNECT brings.
  int willQos() {
    return body[7] >> 3 & 3;
  }

  private static String text(ByteBuffer rest) {
    byte[] text = new byte[rest.getShort() & 0xFFFF];
    rest.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static int variableByteInteger(ByteBuffer rest) {
    int value = 0;
    int shift = 0;
    byte digit;
    do {
      digit = rest.get();
      value |= (digit & 0x7F) << shift;
      shift += 7;
    } while (digit < 0);
    return value;
  }
}
