package rackpulse.spool;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/// The form of everything in a segment, big-endian, so that a reader finds the next whole frame
/// behind any damage:
///
/// ```
/// 0  marker  0xB5
/// 1  kind
/// 2  length  of the body, 2 bytes
/// 4  number  of the record, or of the next one; the low 4 bytes
/// 8  crc     CRC32C of the 8 bytes above and the body
/// 12 body
/// ```
///
/// Bodies: STREAM id, name, layout; LAST name, sequence; RECORD id, sequence, payload; LOSS name,
/// from, to, records, cause. Numbers in them are varints, seven bits a byte, low bits first.
final class Frame {
  static final int HEADER_BYTES = 12;
  static final int MAX_BODY_BYTES = 0xFFFF;
  static final byte MARKER = (byte) 0xB5;

  /// Names a stream for the records that follow in this segment.
  static final byte STREAM = 1;

  /// The last sequence number that a stream had reached.
  static final byte LAST = 2;

  static final byte RECORD = 3;

  /// Records of a stream that are lost; has a record number of its own.
  static final byte LOSS = 4;

  private static final int MORE = 0x80;
  private static final int SEVEN_BITS = 0x7F;

  private Frame() {}

  /// Leaves room for the header; the body is put next.
  static int begin(ByteBuffer into) {
    int start = into.position();
    into.position(start + HEADER_BYTES);
    return start;
  }

  /// Fills in the header of the frame that began at `start` and whose body ends here.
  static void end(ByteBuffer into, int start, byte kind, long number, CRC32C crc) {
    int end = into.position();
    into.put(start, MARKER)
        .put(start + 1, kind)
        .putShort(start + 2, (short) (end - start - HEADER_BYTES))
        .putInt(start + 4, (int) number)
        .putInt(start + 8, checksum(into, start, end, crc));
  }

  /// The size of the whole frame that may begin at `start`; 0 when none can.
  static int bytes(ByteBuffer from, int start) {
    byte kind = from.get(start + 1);
    boolean possible = from.get(start) == MARKER && kind >= STREAM && kind <= LOSS;
    return possible ? HEADER_BYTES + Short.toUnsignedInt(from.getShort(start + 2)) : 0;
  }

  /// Whether the frame from `start` to `end` is whole.
  static boolean whole(ByteBuffer from, int start, int end, CRC32C crc) {
    return from.getInt(start + 8) == checksum(from, start, end, crc);
  }

  /// Whether `kind` has a record number of its own.
  static boolean numbered(byte kind) {
    return kind == RECORD || kind == LOSS;
  }

  /// Leaves position and limit as they are.
  private static int checksum(ByteBuffer bytes, int start, int end, CRC32C crc) {
    int position = bytes.position();
    int limit = bytes.limit();
    crc.reset();
    crc.update(bytes.limit(start + 8).position(start));
    crc.update(bytes.limit(end).position(start + HEADER_BYTES));
    bytes.limit(limit).position(position);
    return (int) crc.getValue();
  }

  static void putNumber(ByteBuffer into, long number) {
    long rest = number;
    while ((rest & ~SEVEN_BITS) != 0) {
      into.put((byte) (rest | MORE));
      rest >>>= 7;
    }
    into.put((byte) rest);
  }

  static long number(ByteBuffer from) {
    long number = 0;
    int shift = 0;
    byte next = from.get();
    while (next < 0) {
      number |= (long) (next & SEVEN_BITS) << shift;
      shift += 7;
      next = from.get();
    }
    return number | (long) next << shift;
  }

  static void putName(ByteBuffer into, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    putNumber(into, bytes.length);
    into.put(bytes);
  }

  static String name(ByteBuffer from) {
    byte[] bytes = new byte[(int) number(from)];
    from.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
