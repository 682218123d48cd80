package rackpulse.mqtt;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Packets of the broker, read before Paho 1.2.5 reads them and made fit for it.
///
/// Paho throws the reason string and the server reference of a refusal away; takes a receive
/// maximum above 32,767 for a negative number and never sends again; uses topic aliases by itself
/// whenever it may, which do not survive its own retransmissions (a client need not use them); ends
/// the connection at a PUBACK whose reason code it does not know, so that one refused message would
/// be refused again and again; and allocates whatever length a packet claims.
final class Repair {
  /// First byte of a CONNACK.
  static final byte CONNACK = 0x20;

  /// First byte of a PUBACK.
  static final byte PUBACK = 0x40;

  /// Nothing that we ask for is larger; nothing larger fits our memory.
  static final int MAX_PACKET_BYTES = 1 << 20;

  private static final int MAX_LENGTH_BYTES = 4;
  private static final int REASON_STRING = 0x1F;
  private static final int SERVER_REFERENCE = 0x1C;
  private static final int RECEIVE_MAXIMUM = 0x21;
  private static final int TOPIC_ALIAS_MAXIMUM = 0x22;

  /// A CONNACK of MQTT 3.1.1 has no properties.
  private static final int VERSION_3_BYTES = 4;

  /// A PUBACK with reason code; the shorter one means success.
  private static final int PUBACK_REASON_BYTES = 5;

  private static final int PUBACK_REASON_AT = 4;
  private static final byte PAYLOAD_FORMAT_INVALID = (byte) 0x99;
  private static final byte IMPLEMENTATION_SPECIFIC = (byte) 0x83;

  private Repair() {}

  /// The broker's answer to CONNECT.
  ///
  /// @param packet the whole packet for Paho
  /// @param reasonText the broker's own words; may be empty
  /// @param serverReference where else to go; may be empty
  record ConnAck(byte[] packet, int reasonCode, String reasonText, String serverReference) {}

  /// The whole packet that begins with `head`, the byte just read from `in`.
  static byte[] packet(int head, DataInputStream in) throws IOException {
    byte[] length = new byte[MAX_LENGTH_BYTES];
    int remaining = 0;
    for (int i = 0; i < MAX_LENGTH_BYTES; i++) { // variable byte integer: MQTT 5.0, 1.5.5
      length[i] = in.readByte();
      remaining |= (length[i] & 0x7F) << 7 * i;
      if (length[i] >= 0) {
        if (remaining > MAX_PACKET_BYTES) {
          break;
        }
        byte[] packet = new byte[1 + i + 1 + remaining];
        packet[0] = (byte) head;
        System.arraycopy(length, 0, packet, 1, i + 1);
        in.readFully(packet, i + 2, remaining);
        return packet;
      }
    }
    throw new IOException("the broker sent a packet of " + remaining + " bytes or more");
  }

  /// ```
  /// +------+-----------+-------+--------+-------------------+------------+
  /// | 0x20 | remaining | flags | reason | properties length | properties |
  /// +------+-----------+-------+--------+-------------------+------------+
  /// ```
  ///
  /// @param packet a whole CONNACK; changed
  static ConnAck connAck(byte[] packet) throws IOException {
    if (packet.length == VERSION_3_BYTES && packet[3] != 0) {
      // a broker of MQTT 3.1.1 refuses in its own format
      byte[] refusal = {CONNACK, 3, 0, (byte) ReasonPolicy.UNSUPPORTED_PROTOCOL_VERSION, 0};
      return new ConnAck(refusal, ReasonPolicy.UNSUPPORTED_PROTOCOL_VERSION, "", "");
    }
    try {
      return properties(packet);
    } catch (BufferUnderflowException e) {
      throw new IOException("the broker's CONNACK is malformed", e);
    }
  }

  private static ConnAck properties(byte[] packet) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(packet);
    rest.get(); // type
    variableByteInteger(rest);
    rest.get(); // session present
    int reasonCode = rest.get() & 0xFF;
    String reasonText = "";
    String serverReference = "";
    int length = rest.hasRemaining() ? variableByteInteger(rest) : 0;
    int end = rest.position() + length;
    while (rest.position() < end) {
      int property = rest.get();
      switch (property) {
        case REASON_STRING -> reasonText = text(rest);
        case SERVER_REFERENCE -> serverReference = text(rest);
        case RECEIVE_MAXIMUM -> limit(rest, Short.MAX_VALUE);
        case TOPIC_ALIAS_MAXIMUM -> limit(rest, 0);
        default -> skip(rest, property);
      }
    }
    return new ConnAck(packet, reasonCode, reasonText, serverReference);
  }

  /// Lowers an unsigned 16-bit number in place.
  private static void limit(ByteBuffer packet, int most) {
    int at = packet.position();
    int value = packet.getShort() & 0xFFFF;
    packet.putShort(at, (short) Math.min(value, most));
  }

  /// MQTT 5.0, 2.2.2.2: the type of a property follows from its identifier.
  private static void skip(ByteBuffer packet, int property) throws IOException {
    switch (property) {
      case 0x24, 0x25, 0x28, 0x29, 0x2A -> packet.get();
      case 0x13 -> packet.getShort();
      case 0x11, 0x27 -> packet.getInt();
      case 0x12, 0x15, 0x16, 0x1A -> text(packet);
      case 0x26 -> {
        text(packet); // a user property is a pair
        text(packet);
      }
      default -> throw new IOException("the broker's CONNACK has an unknown property " + property);
    }
  }

  private static String text(ByteBuffer packet) {
    byte[] text = new byte[packet.getShort() & 0xFFFF];
    packet.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static int variableByteInteger(ByteBuffer packet) {
    int value = 0;
    int shift = 0;
    byte digit;
    do {
      digit = packet.get();
      value |= (digit & 0x7F) << shift;
      shift += 7;
    } while (digit < 0 && shift < 7 * MAX_LENGTH_BYTES);
    return value;
  }

  /// Puts a reason code that Paho knows, with the same consequence, for one that it does not.
  ///
  /// @param packet a whole PUBACK; changed
  static byte[] pubAck(byte[] packet) {
    if (packet.length >= PUBACK_REASON_BYTES) {
      packet[PUBACK_REASON_AT] =
          switch (packet[PUBACK_REASON_AT] & 0xFF) {
            case 0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x97, 0x99 -> packet[PUBACK_REASON_AT];
            case 0x95 -> PAYLOAD_FORMAT_INVALID; // too large, which a PUBACK should not say
            default -> IMPLEMENTATION_SPECIFIC; // such as 0x91, packet identifier in use
          };
    }
    return packet;
  }
}
