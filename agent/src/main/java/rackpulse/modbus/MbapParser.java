package rackpulse.modbus;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Cuts a stream of bytes into Modbus TCP frames, whatever pieces it comes in. Pure.
///
/// ```
/// | transaction (2) | protocol 0 (2) | length (2) | unit | body (length - 1) |
/// ```
///
/// (Modbus Messaging on TCP/IP 1.0b, 3.1.3)
final class MbapParser {
  static final int HEADER_BYTES = 7;

  /// Header and the largest body.
  static final int MAX_FRAME_BYTES = HEADER_BYTES + Request.MAX_BODY_BYTES;

  /// Unit id, function code and one byte more: an exception is the shortest answer.
  private static final int MIN_LENGTH = 3;

  /// Unit id and the largest body.
  private static final int MAX_LENGTH = 1 + Request.MAX_BODY_BYTES;

  /// Several frames, since late answers may wait before the one that is expected.
  private static final int CAPACITY_BYTES = 4 * MAX_FRAME_BYTES;

  /// What [#next] found.
  enum Found {
    /// No complete frame yet.
    INCOMPLETE,
    /// A frame; its parts can be asked for until the next call of [#space].
    FRAME,
    /// This is not Modbus TCP, or the place in the stream is lost: only a new connection helps.
    MALFORMED
  }

  private final ByteBuffer buffer = ByteBuffer.allocate(CAPACITY_BYTES);
  private final ByteBuffer body = buffer.duplicate();
  private int frame; // where the frame last found begins
  private int end; // where it ends and the next begins

  /// Where received bytes go, from position to limit; never empty after [#next] said that a frame
  /// is incomplete.
  ByteBuffer space() {
    if (end > 0) {
      buffer.flip().position(end);
      buffer.compact();
      frame = 0;
      end = 0;
    }
    return buffer;
  }

  /// Moves on to the next frame.
  Found next() {
    frame = end;
    int available = buffer.position() - frame;
    if (available < HEADER_BYTES - 1) {
      return Found.INCOMPLETE;
    }
    int length = buffer.getShort(frame + 4) & 0xFFFF;
    if (buffer.getShort(frame + 2) != 0 || length < MIN_LENGTH || length > MAX_LENGTH) {
      return Found.MALFORMED;
    }
    if (available < HEADER_BYTES - 1 + length) {
      return Found.INCOMPLETE;
    }
    end = frame + HEADER_BYTES - 1 + length;
    body.limit(end).position(frame + HEADER_BYTES);
    return Found.FRAME;
  }

  /// Of the frame found, 0 to 65535.
  int transaction() {
    return buffer.getShort(frame) & 0xFFFF;
  }

  /// Of the frame found, 0 to 255.
  int unit() {
    return buffer.get(frame + HEADER_BYTES - 1) & 0xFF;
  }

  /// Function code and data of the frame found.
  ByteBuffer body() {
    return body;
  }

  /// Whether bytes are there that do not form a frame yet.
  boolean isMidFrame() {
    return buffer.position() > end;
  }

  /// Everything from the frame looked at last, as evidence.
  byte[] evidence() {
    int length = Math.min(buffer.position() - frame, MAX_FRAME_BYTES);
    return Arrays.copyOfRange(buffer.array(), frame, frame + length);
  }

  /// Forgets everything, for a new connection.
  void clear() {
    buffer.clear();
    frame = 0;
    end = 0;
  }
}
