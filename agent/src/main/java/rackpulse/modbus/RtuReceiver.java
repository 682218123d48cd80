package rackpulse.modbus;

import java.nio.ByteBuffer;
import java.util.Arrays;
import rackpulse.bus.Crc16;

/// Finds an answer among the bytes that came in on a line, whatever pieces they came in and
/// whatever else is around it. Pure.
///
/// ```
/// | unit | body (1 to 253) | CRC, low byte first (2) |
/// ```
///
/// (Modbus over Serial Line 1.02, 2.5.1.1)
final class RtuReceiver {
  /// Unit id, CRC.
  static final int ENVELOPE_BYTES = 3;

  /// Two of the largest frames: one in full behind as much that does not belong to it.
  static final int CAPACITY_BYTES = 2 * (ENVELOPE_BYTES + Request.MAX_BODY_BYTES);

  /// What [#search] found.
  enum Found {
    /// Nothing that could belong to the answer.
    NOTHING,
    /// What may be the beginning of the answer; [#missingBytes] more must come.
    UNDERWAY,
    /// The answer: [#body].
    GOOD,
    /// The device's refusal: [#body].
    EXCEPTION,
    /// An intact frame from another unit or to another request: [#unit].
    FOREIGN
  }

  private final byte[] bytes = new byte[CAPACITY_BYTES];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes);
  private final ByteBuffer body = buffer.duplicate();
  private int from; // what lies before is consumed
  private int start; // of the frame found
  private int skipped;
  private int missing;
  private boolean damaged;

  /// Where received bytes go, from position to limit.
  ByteBuffer space() {
    if (from > 0) {
      buffer.flip().position(from);
      buffer.compact();
      from = 0;
    }
    return buffer;
  }

  /// Looks for the answer to `request`. A frame that is found is consumed with all that lies before
  /// it.
  ///
  /// @param isOver whether nothing more is to be expected; until then what begins like the answer
  ///   is given the time to become it
  Found search(Request request, boolean isOver) {
    damaged = false;
    int end = buffer.position();
    for (int at = from; at < end; at++) {
      int bodyBytes = bodyBytes(request, at, end);
      if (bodyBytes < 0) {
        continue;
      }
      missing = at + ENVELOPE_BYTES + bodyBytes - end;
      if (missing <= 0 && isIntact(at, bodyBytes)) {
        takeFrame(at, bodyBytes);
        return bytes[at + 1] < 0 ? Found.EXCEPTION : Found.GOOD;
      }
      if (missing > 0 && !isOver) {
        start = at;
        return Found.UNDERWAY;
      }
      damaged |= missing <= 0;
    }
    return takeAnyFrame() ? Found.FOREIGN : Found.NOTHING;
  }

  /// The length of the answer's body if it began at `at`; the least it can be as long as that is
  /// not to be seen; negative when it does not begin there.
  private int bodyBytes(Request request, int at, int end) {
    if ((bytes[at] & 0xFF) != request.unit()) {
      return -1;
    }
    if (at + 1 == end) {
      return request.answerBodyBytes();
    }
    int code = bytes[at + 1] & 0xFF;
    int asked = request.function().code();
    if (code == (asked | AnswerForm.EXCEPTION_BIT)) {
      return AnswerForm.EXCEPTION_BODY_BYTES;
    }
    if (code != asked) {
      return -1;
    }
    int available = end - at - 1;
    int bodyBytes = AnswerForm.bodyBytes(buffer, at + 1, available);
    if (bodyBytes == AnswerForm.UNKNOWN_YET) {
      return Math.max(request.answerBodyBytes(), available);
    }
    boolean isAsked = request.answerDataBytes() < 0 || bodyBytes == request.answerBodyBytes();
    return isAsked ? bodyBytes : -1;
  }

  /// Consumes the first intact frame of whatever kind.
  boolean takeAnyFrame() {
    int end = buffer.position();
    for (int at = from; at < end; at++) {
      int bodyBytes = AnswerForm.bodyBytes(buffer, at + 1, end - at - 1);
      if (bodyBytes > 0 && at + ENVELOPE_BYTES + bodyBytes <= end && isIntact(at, bodyBytes)) {
        takeFrame(at, bodyBytes);
        return true;
      }
    }
    return false;
  }

  /// Whether an intact frame of `unit` is among what is not consumed; consumes nothing.
  boolean hasFrameOf(int unit) {
    int end = buffer.position();
    for (int at = from; at < end; at++) {
      int bodyBytes =
          (bytes[at] & 0xFF) == unit ? AnswerForm.bodyBytes(buffer, at + 1, end - at - 1) : 0;
      if (bodyBytes > 0 && at + ENVELOPE_BYTES + bodyBytes <= end && isIntact(at, bodyBytes)) {
        return true;
      }
    }
    return false;
  }

  /// Consumes the bytes of `request` if they came back, and all before them.
  boolean takeEcho(ByteBuffer request) {
    int length = request.limit();
    for (int at = from; at + length <= buffer.position(); at++) {
      int same = 0;
      while (same < length && bytes[at + same] == request.get(same)) {
        same++;
      }
      if (same == length) {
        take(at, length);
        return true;
      }
    }
    return false;
  }

  private boolean isIntact(int at, int bodyBytes) {
    int crc = Crc16.of(bytes, at, 1 + bodyBytes);
    int low = at + 1 + bodyBytes;
    return bytes[low] == (byte) crc && bytes[low + 1] == (byte) (crc >> 8);
  }

  private void takeFrame(int at, int bodyBytes) {
    body.limit(at + 1 + bodyBytes).position(at + 1);
    take(at, ENVELOPE_BYTES + bodyBytes);
  }

  private void take(int at, int length) {
    skipped += at - from;
    start = at;
    from = at + length;
  }

  /// The unit that sent the frame found.
  int unit() {
    return bytes[start] & 0xFF;
  }

  /// Function code and data of the frame found; valid until the next call of [#space].
  ByteBuffer body() {
    return body;
  }

  /// How many bytes are still to come of an answer underway.
  int missingBytes() {
    return missing;
  }

  /// How many bytes of the answer underway are there.
  int presentBytes() {
    return buffer.position() - start;
  }

  /// Bytes that lay before what was consumed, since [#clear].
  int skippedBytes() {
    return skipped;
  }

  /// Bytes received and not consumed.
  int size() {
    return buffer.position() - from;
  }

  /// Whether the last search saw an answer of the right length whose CRC was wrong.
  boolean isDamaged() {
    return damaged;
  }

  /// What was received, consumed or not, since [#space] was last called.
  byte[] evidence() {
    return Arrays.copyOf(bytes, buffer.position());
  }

  /// Forgets everything.
  void clear() {
    buffer.clear();
    from = 0;
    skipped = 0;
  }
}
