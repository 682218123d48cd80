package rackpulse.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// Goes through the whole frames of one segment file, over any damage between them.
final class SegmentScan implements AutoCloseable {
  /// Read at once; more for a frame that needs more.
  private static final int BUFFER_BYTES = 16 << 10;

  private final Storage.StoredFile file;
  private ByteBuffer buffer;
  private final CRC32C crc = new CRC32C();

  /// Where `buffer` begins in the file.
  private long loadedAt;

  private long position = Segment.HEADER_BYTES;
  private long expected;
  private byte kind;
  private long number;
  private long skipped;
  private ByteBuffer body;

  /// @param file closed together with this
  /// @param expected the number of the first record
  SegmentScan(Storage.StoredFile file, long expected) {
    this.file = file;
    this.expected = expected;
    buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    body = buffer;
  }

  /// Moves to the next whole frame that ends not behind `end`.
  ///
  /// @return whether there is one
  boolean next(long end) throws IOException {
    for (long at = position; end - at >= Frame.HEADER_BYTES; at++) {
      int frameBytes = frameAt(at, end);
      if (frameBytes > 0) {
        position = at + frameBytes;
        skipped = number - expected;
        expected = Frame.numbered(kind) ? number + 1 : number;
        return true;
      }
    }
    return false;
  }

  /// @return its size; 0 when there is no whole frame
  private int frameAt(long at, long end) throws IOException {
    int start = load(at, Frame.HEADER_BYTES, end);
    int frameBytes = Frame.bytes(buffer, start);
    if (frameBytes == 0 || end - at < frameBytes) {
      return 0;
    }
    int distance = buffer.getInt(start + 4) - (int) expected;
    if (distance < 0) {
      return 0;
    }
    start = load(at, frameBytes, end);
    if (start + frameBytes > buffer.limit()
        || !Frame.whole(buffer, start, start + frameBytes, crc)) {
      return 0;
    }
    kind = buffer.get(start + 1);
    number = expected + distance;
    body = buffer.slice(start + Frame.HEADER_BYTES, frameBytes - Frame.HEADER_BYTES);
    return frameBytes;
  }

  /// @return where `at` is in the buffer
  private int load(long at, int bytes, long end) throws IOException {
    if (at < loadedAt || at + bytes > loadedAt + buffer.limit()) {
      if (buffer.capacity() < bytes) {
        buffer = ByteBuffer.allocateDirect(bytes);
      }
      buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
      file.read(buffer, at);
      buffer.flip();
      loadedAt = at;
      if (buffer.limit() < Frame.HEADER_BYTES) {
        // the file has become shorter than it was: as if there were zeros
        buffer.limit(Frame.HEADER_BYTES);
        buffer.putLong(0, 0).putInt(8, 0);
      }
    }
    return (int) (at - loadedAt);
  }

  byte kind() {
    return kind;
  }

  /// Of the record, or of the next one.
  long number() {
    return number;
  }

  /// The number of the record that comes next if none is missing.
  long expected() {
    return expected;
  }

  /// How many record numbers are missing before this frame.
  long skipped() {
    return skipped;
  }

  /// Valid until the next call of [#next].
  ByteBuffer body() {
    return body;
  }

  /// Behind the last whole frame.
  long position() {
    return position;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
