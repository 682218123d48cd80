package rackpulse.mqtt;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;

/// Packets of the broker, read before Paho 1.2.5 reads them and made fit for it.
///
/// Paho throws the reason string and the server reference of a refusal away; takes a receive
/// maximum above 32,767 for a negative number and never sends again; uses topic aliases by itself
/// whenever it may, which do not survive its own retransmissions (a client need not use them); ends
/// the connection at a PUBACK whose reason code it does not know, so that one refused message would
/// be refused again and again; does not understand every DISCONNECT and every refusal; counts a
/// message as in flight after it has told us that it is not, so that a receive maximum of 1 is
/// exceeded; allocates whatever length a packet claims; and loses its receiving thread, without a
/// word to us, when a packet is malformed in a way that it did not think of.
final class Repair {
  // first bytes of packets
  private static final int CONNACK = 0x20;
  private static final int PUBACK = 0x40;
  private static final int PUBLISH = 3; // the upper half only
  private static final int SUBACK = 0x90;
  private static final int PINGRESP = 0xD0;
  private static final int DISCONNECT = 0xE0;

  /// What the broker is asked not to exceed: far more than any message that we ask for.
  static final int WANTED_PACKET_BYTES = 256 << 10;

  /// Nothing larger fits our memory.
  static final int MAX_PACKET_BYTES = 1 << 20;

  private static final int MAX_LENGTH_BYTES = 4;

  /// What a broker sends that says nothing (MQTT 5.0, 3.2.2.3.3).
  static final int DEFAULT_RECEIVE_MAXIMUM = 65_535;

  /// One that Paho cannot reach while our window, at least one, keeps its distance of two.
  private static final int LEAST_RECEIVE_MAXIMUM = 3;

  /// Words of the broker end up in one line of the log.
  private static final int MAX_TEXT_CHARACTERS = 200;

  private static final int REASON_STRING = 0x1F;
  private static final int SERVER_REFERENCE = 0x1C;
  private static final int QOS_BITS = 6;
  private static final int RETAIN_BIT = 1;
  private static final int MESSAGE_EXPIRY = 0x02;
  private static final int RESPONSE_TOPIC = 0x08;
  private static final int CORRELATION_DATA = 0x09;
  private static final int RECEIVE_MAXIMUM = 0x21;
  private static final int TOPIC_ALIAS_MAXIMUM = 0x22;

  /// A CONNACK of MQTT 3.1.1 has no properties.
  private static final int VERSION_3_BYTES = 4;

  private static final int MAXIMUM_PACKET_SIZE = 0x27;
  private static final int UNSPECIFIED = 0x80;
  private static final int IMPLEMENTATION_SPECIFIC = 0x83;
  private static final int PAYLOAD_FORMAT_INVALID = 0x99;

  /// What Paho is told whatever the reason: it knows neither all of them nor what to do.
  private static final byte[] REFUSAL = {CONNACK, 3, 0, (byte) UNSPECIFIED, 0};

  private static final byte[] END = {(byte) DISCONNECT, 1, (byte) UNSPECIFIED};

  private Repair() {}

  /// A packet of the broker that was understood, and what is left of it for Paho.
  sealed interface Packet {
    /// What Paho can read without harm.
    byte[] packet();
  }

  /// The broker's answer to CONNECT.
  ///
  /// @param receiveMaximum as the broker said, not as Paho is told
  record ConnAck(byte[] packet, Said said, int receiveMaximum) implements Packet {}

  /// The broker ends the connection.
  record Disconnect(byte[] packet, Said said) implements Packet {}

  /// A message, of which Paho hears nothing: what others can publish must not be able to end the
  /// connection, and a flood of it must not wait in Paho's queues before what we need.
  record Arrived(Message.Arrival arrival) implements Packet {
    @Override
    public byte[] packet() {
      return new byte[0];
    }
  }

  /// Whatever else needs no attention of ours.
  record Other(byte[] packet) implements Packet {}

  /// What the broker says of the connection.
  ///
  /// @param text the broker's own words; may be empty
  /// @param serverReference where else to go; may be empty
  record Said(int reasonCode, String text, String serverReference) {}

  /// Whether a broker may send us what begins with `head`.
  private static boolean isForUs(int head) {
    return switch (head) {
      case CONNACK, PUBACK, SUBACK, PINGRESP, DISCONNECT -> true;
      // whatever we subscribe to, we want once at most
      default -> head >> 4 == PUBLISH && (head & QOS_BITS) == 0;
    };
  }

  /// The whole packet that begins with `head`, the byte just read from `in`.
  static byte[] read(int head, DataInputStream in) throws IOException {
    if (!isForUs(head)) {
      int type = head >> 4;
      throw new IOException("the broker sent a packet of type " + type + ", which it may not");
    }
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

  /// Understands a whole packet.
  ///
  /// @param packet as [#read] gives it; changed
  /// @throws IOException when it is malformed
  static Packet understand(byte[] packet) throws IOException {
    int type = packet[0] & 0xFF;
    try {
      return switch (type) {
        case CONNACK -> connAck(packet);
        case PUBACK -> new Other(pubAck(packet));
        case DISCONNECT -> disconnect(packet);
        case PINGRESP -> new Other(new byte[] {(byte) PINGRESP, 0});
        case SUBACK -> {
          ByteBuffer rest = afterLength(packet);
          rest.getShort(); // packet identifier
          properties(rest);
          yield readable(packet);
        }
        default -> new Arrived(arrival(packet));
      };
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new IOException("the broker sent a malformed packet of type " + (type >> 4), e);
    }
  }

  /// Lets Paho try: what it cannot decode here would end its receiving thread.
  private static Other readable(byte[] packet) throws IOException {
    try {
      MqttWireMessage.createWireMessage(packet);
      return new Other(packet);
    } catch (MqttException | RuntimeException e) {
      throw new IOException(
          "the broker sent a malformed packet of type " + ((packet[0] & 0xFF) >> 4), e);
    }
  }

  private static ByteBuffer afterLength(byte[] packet) {
    ByteBuffer rest = ByteBuffer.wrap(packet);
    rest.get(); // type
    variableByteInteger(rest);
    return rest;
  }

  /// The properties that begin here, without their length; `rest` goes on behind them.
  private static ByteBuffer properties(ByteBuffer rest) {
    int length = rest.hasRemaining() ? variableByteInteger(rest) : 0;
    ByteBuffer properties = rest.slice(rest.position(), rest.remaining()).limit(length);
    rest.position(rest.position() + length);
    return properties;
  }

  /// MQTT 5.0, 3.3. What its sender put into it was checked by the broker, or is read as it is.
  private static Message.Arrival arrival(byte[] packet) throws IOException {
    ByteBuffer rest = afterLength(packet);
    String topic = text(rest);
    if (topic.isEmpty()) {
      throw new IOException("the broker uses a topic alias, which it was not offered");
    }
    ByteBuffer properties = properties(rest);
    Optional<String> responseTopic = Optional.empty();
    byte[] correlation = {};
    OptionalLong expirySeconds = OptionalLong.empty();
    while (properties.hasRemaining()) {
      int property = properties.get();
      switch (property) {
        case MESSAGE_EXPIRY -> expirySeconds = OptionalLong.of(properties.getInt() & 0xFFFFFFFFL);
        case RESPONSE_TOPIC -> responseTopic = Optional.of(text(properties));
        case CORRELATION_DATA -> correlation = binary(properties);
        default -> skip(properties, property);
      }
    }
    byte[] payload = new byte[rest.remaining()];
    rest.get(payload);
    boolean retained = (packet[0] & RETAIN_BIT) != 0;
    return new Message.Arrival(topic, payload, retained, responseTopic, correlation, expirySeconds);
  }

  /// ```
  /// +------+-----------+-------+--------+-------------------+------------+
  /// | 0x20 | remaining | flags | reason | properties length | properties |
  /// +------+-----------+-------+--------+-------------------+------------+
  /// ```
  private static ConnAck connAck(byte[] packet) throws IOException {
    if (packet.length == VERSION_3_BYTES && packet[3] != 0) {
      // a broker of MQTT 3.1.1 refuses in its own format
      Said said = new Said(ReasonPolicy.UNSUPPORTED_PROTOCOL_VERSION, "", "");
      return new ConnAck(REFUSAL, said, DEFAULT_RECEIVE_MAXIMUM);
    }
    ByteBuffer rest = afterLength(packet);
    rest.get(); // session present
    int reasonCode = rest.get() & 0xFF;
    ByteBuffer properties = properties(rest);
    String text = "";
    String serverReference = "";
    int receiveMaximum = DEFAULT_RECEIVE_MAXIMUM;
    while (properties.hasRemaining()) {
      int property = properties.get();
      switch (property) {
        case REASON_STRING -> text = text(properties);
        case SERVER_REFERENCE -> serverReference = text(properties);
        case RECEIVE_MAXIMUM ->
            receiveMaximum = clamp(properties, LEAST_RECEIVE_MAXIMUM, Short.MAX_VALUE);
        case TOPIC_ALIAS_MAXIMUM -> clamp(properties, 0, 0);
        case MAXIMUM_PACKET_SIZE -> {
          if (properties.getInt() == 0) {
            throw new IOException("the broker says that it takes packets of at most 0 bytes");
          }
        }
        default -> skip(properties, property);
      }
    }
    byte[] fit = ReasonPolicy.isError(reasonCode) ? REFUSAL : readable(packet).packet();
    return new ConnAck(fit, said(reasonCode, text, serverReference), receiveMaximum);
  }

  private static Said said(int reasonCode, String text, String serverReference) {
    return new Said(
        reasonCode,
        text.substring(0, Math.min(text.length(), MAX_TEXT_CHARACTERS)),
        serverReference);
  }

  /// Changes an unsigned 16-bit number in place.
  ///
  /// @return what it was
  private static int clamp(ByteBuffer properties, int least, int most) {
    int at = properties.position();
    int value = properties.getShort() & 0xFFFF;
    properties.putShort(at, (short) Math.clamp(value, least, most));
    return value;
  }

  /// MQTT 5.0, 3.14: reason code and properties may both be left out.
  private static Disconnect disconnect(byte[] packet) throws IOException {
    ByteBuffer rest = afterLength(packet);
    int reasonCode = rest.hasRemaining() ? rest.get() & 0xFF : 0;
    ByteBuffer properties = properties(rest);
    String text = "";
    String serverReference = "";
    while (properties.hasRemaining()) {
      int property = properties.get();
      switch (property) {
        case REASON_STRING -> text = text(properties);
        case SERVER_REFERENCE -> serverReference = text(properties);
        default -> skip(properties, property);
      }
    }
    return new Disconnect(END, said(reasonCode, text, serverReference));
  }

  /// Puts a reason code that Paho knows, with the same consequence, for one that it does not, and
  /// leaves out what we do not need.
  private static byte[] pubAck(byte[] packet) {
    ByteBuffer rest = afterLength(packet);
    byte high = rest.get();
    byte low = rest.get();
    int said = rest.hasRemaining() ? rest.get() & 0xFF : 0;
    int known =
        switch (said) {
          case 0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x97, 0x99 -> said;
          case 0x95 -> PAYLOAD_FORMAT_INVALID; // too large, which a PUBACK should not say
          default -> IMPLEMENTATION_SPECIFIC; // such as 0x91, packet identifier in use
        };
    return new byte[] {PUBACK, 3, high, low, (byte) known};
  }

  /// MQTT 5.0, 2.2.2.2: the type of a property follows from its identifier.
  private static void skip(ByteBuffer properties, int property) throws IOException {
    switch (property) {
      case 0x01, 0x24, 0x25, 0x28, 0x29, 0x2A -> properties.get();
      case 0x13, 0x23 -> properties.getShort();
      case 0x11 -> properties.getInt();
      case 0x0B -> variableByteInteger(properties);
      case 0x03, 0x12, 0x15, 0x16, 0x1A -> text(properties);
      case 0x26 -> {
        text(properties); // a user property is a pair
        text(properties);
      }
      default -> throw new IOException("the broker sent an unknown property " + property);
    }
  }

  private static String text(ByteBuffer packet) {
    return new String(binary(packet), StandardCharsets.UTF_8);
  }

  private static byte[] binary(ByteBuffer packet) {
    byte[] bytes = new byte[packet.getShort() & 0xFFFF];
    packet.get(bytes);
    return bytes;
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
}
