package rackpulse.tests.slaves;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// The two ways in which Modbus frames travel, written apart from the agent's own codec so that a
/// mistake in one is seen by the other.
enum Framing {
  /// Modbus TCP: transaction, protocol 0, length, unit, then function and data.
  MBAP,
  /// Unit, function and data, CRC-16 with its low byte first.
  RTU;

  private static final int MBAP_HEADER = 6;
  private static final int DEVICE_IDENTIFICATION = 43;

  /// How long the request that begins with the first `count` of `bytes` is; 0 while that cannot be
  /// said.
  int requestLength(byte[] bytes, int count) {
    return switch (this) {
      case MBAP -> count < MBAP_HEADER ? 0 : MBAP_HEADER + word(bytes, 4);
      case RTU -> count < 2 ? 0 : bytes[1] == DEVICE_IDENTIFICATION ? 7 : 8;
    };
  }

  /// The function code of a whole request.
  int function(byte[] bytes) {
    return bytes[this == MBAP ? MBAP_HEADER + 1 : 1] & 0xFF;
  }

  Request request(byte[] bytes) {
    int from = this == MBAP ? MBAP_HEADER : 0;
    int to = bytes.length - (this == RTU ? 2 : 0);
    if (this == RTU && crc(bytes, to) != (bytes[to] & 0xFF | (bytes[to + 1] & 0xFF) << 8)) {
      throw new IllegalStateException("a request with a wrong checksum: " + Arrays.toString(bytes));
    }
    int transaction = this == MBAP ? word(bytes, 0) : 0;
    byte[] body = Arrays.copyOfRange(bytes, from + 1, to);
    return new Request(transaction, bytes[from] & 0xFF, body, bytes);
  }

  byte[] frame(int transaction, int unit, byte[] body) {
    ByteBuffer frame = ByteBuffer.allocate(body.length + (this == MBAP ? MBAP_HEADER + 1 : 3));
    if (this == MBAP) {
      frame.putShort((short) transaction).putShort((short) 0).putShort((short) (body.length + 1));
    }
    frame.put((byte) unit).put(body);
    if (this == RTU) {
      int crc = crc(frame.array(), frame.position());
      frame.put((byte) crc).put((byte) (crc >> 8));
    }
    return frame.array();
  }

  static int word(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
  }

  /// CRC-16 of the Modbus serial line specification V1.02, 6.2.2, bit by bit.
  private static int crc(byte[] bytes, int count) {
    int crc = 0xFFFF;
    for (int i = 0; i < count; i++) {
      crc ^= bytes[i] & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0xA001;
      }
    }
    return crc;
  }

  /// @param body function and data
  /// @param bytes as it came
  record Request(int transaction, int unit, byte[] body, byte[] bytes) {
    int function() {
      return body[0];
    }

    int address() {
      return word(body, 1);
    }

    int count() {
      return word(body, 3);
    }
  }
}
