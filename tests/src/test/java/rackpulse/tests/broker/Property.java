package rackpulse.tests.broker;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A property of a CONNACK or DISCONNECT, as on the wire (MQTT 5.0, 2.2.2.2).
public record Property(byte[] bytes) {
  /// Seconds instead of the client's keep alive.
  public static Property serverKeepAlive(int seconds) {
    return number(0x13, Short.BYTES, seconds);
  }

  /// Where the client shall go instead.
  public static Property serverReference(String reference) {
    return text(0x1C, reference);
  }

  /// Why, for people.
  public static Property reason(String reason) {
    return text(0x1F, reason);
  }

  /// How many unacknowledged messages of QoS 1 the broker takes.
  public static Property receiveMaximum(int count) {
    return number(0x21, Short.BYTES, count);
  }

  /// How many topic aliases the client may use.
  public static Property topicAliasMaximum(int count) {
    return number(0x22, Short.BYTES, count);
  }

  /// Only QoS 0.
  public static Property maximumQosZero() {
    return number(0x24, Byte.BYTES, 0);
  }

  /// No retained messages.
  public static Property retainUnavailable() {
    return number(0x25, Byte.BYTES, 0);
  }

  /// The largest packet that the broker takes.
  public static Property maximumPacketBytes(int size) {
    return number(0x27, Integer.BYTES, size);
  }

  private static Property number(int id, int width, int value) {
    ByteBuffer buffer = ByteBuffer.allocate(1 + width).put((byte) id);
    switch (width) {
      case Byte.BYTES -> buffer.put((byte) value);
      case Short.BYTES -> buffer.putShort((short) value);
      default -> buffer.putInt(value);
    }
    return new Property(buffer.array());
  }

  private static Property text(int id, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer = ByteBuffer.allocate(1 + Short.BYTES + utf8.length);
    return new Property(buffer.put((byte) id).putShort((short) utf8.length).put(utf8).array());
  }

  /// Their length in one byte, and they: fewer than 128 bytes.
  static byte[] encoded(Property... properties) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Property property : properties) {
      all.writeBytes(property.bytes);
    }
    if (all.size() > 0x7F) {
      throw new IllegalArgumentException("properties of " + all.size() + " bytes");
    }
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    encoded.write(all.size());
    encoded.writeBytes(all.toByteArray());
    return encoded.toByteArray();
  }
}
