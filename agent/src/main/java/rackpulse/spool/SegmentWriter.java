package rackpulse.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Appends to the newest segment: frames are gathered and written together, all of them or, as far
/// as anybody can tell later, none.
final class SegmentWriter implements AutoCloseable {
  /// Gathered before it is written; more for a frame that needs more.
  private static final int BUFFER_BYTES = 16 << 10;

  /// What a name, four numbers and a header take at most beside the name's own bytes.
  private static final int SMALL_FRAME_BYTES = Frame.HEADER_BYTES + 64;

  private final Storage storage;
  private final List<Segment> segments;
  private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final CRC32C crc = new CRC32C();
  private final Map<String, Stream> streams = new HashMap<>();

  /// Streams defined since the last write.
  private final List<String> defined = new ArrayList<>();

  /// How far the streams in this segment came after their last checkpoint.
  private final Map<String, Long> since = new LinkedHashMap<>();

  /// Checkpoints to be written before anything else.
  private final Map<String, Long> carried = new LinkedHashMap<>();

  /// Earlier segments that are not yet on the medium; few, since the medium is waited for again and
  /// again as long as anything in them is needed.
  private final Map<Segment, Storage.StoredFile> unforced = new LinkedHashMap<>();

  private Storage.@Nullable StoredFile file;
  private int nextId;
  private long found;
  private long next;
  private long writtenNext;

  /// Those of this batch that are already in the file.
  private long batchBytes;

  private boolean begun;

  /// Whether there may be bytes behind those that are valid.
  private boolean torn;

  /// Also after a restart: who was there before may not have come to it.
  private boolean nameUnforced = true;

  private record Stream(int id, byte[] layout) {}

  /// @param segments all there are, oldest first; new ones are added
  SegmentWriter(Storage storage, List<Segment> segments) {
    this.storage = storage;
    this.segments = segments;
  }

  /// Goes on behind the last whole frame of the newest segment.
  ///
  /// @param behind the number behind all segments before, if it is known
  /// @param atLeast the least number for the next record
  void resume(long behind, long atLeast) throws IOException {
    found = behind;
    if (!segments.isEmpty()) {
      Segment active = segments.getLast();
      Storage.StoredFile opened = storage.open(active.name());
      file = opened;
      SegmentScan scan = new SegmentScan(opened, Math.max(1, active.first));
      Map<Integer, String> names = new HashMap<>();
      while (scan.next(active.bytes)) {
        learn(scan, names);
      }
      boolean blank = active.first == 0 && scan.position() == Segment.HEADER_BYTES;
      torn = blank || scan.position() < active.bytes;
      active.bytes = blank ? 0 : scan.position();
      found = Math.max(found, scan.expected());
      if (active.bytes == 0) {
        active.first = Math.max(found, atLeast);
      }
    }
    next = Math.max(found, atLeast);
    carried.putAll(since);
    since.clear();
    writtenNext = next;
  }

  /// Brings all segments but the newest to the medium, which whoever was there before may not have
  /// come to.
  void forceOlder() throws IOException {
    for (Segment segment : segments) {
      if (segment != segments.getLast()) {
        try (Storage.StoredFile file = storage.open(segment.name())) {
          file.force();
        }
      }
    }
  }

  private void learn(SegmentScan scan, Map<Integer, String> names) {
    ByteBuffer body = scan.body();
    switch (scan.kind()) {
      case Frame.STREAM -> {
        int id = (int) Frame.number(body);
        nextId = Math.max(nextId, id + 1);
        String name = Frame.name(body);
        names.put(id, name);
        streams.put(name, new Stream(id, rest(body)));
      }
      case Frame.LAST -> since.remove(Frame.name(body));
      case Frame.RECORD -> {
        int id = (int) Frame.number(body);
        nextId = Math.max(nextId, id + 1);
        String name = names.get(id);
        if (name != null) {
          since.put(name, Frame.number(body));
        }
      }
      default -> {
        // losses are not part of a stream's own count
      }
    }
  }

  static byte[] rest(ByteBuffer body) {
    byte[] rest = new byte[body.remaining()];
    body.get(rest);
    return rest;
  }

  /// The number behind the last record that [#resume] found.
  long found() {
    return found;
  }

  /// The number that the next record will get.
  long next() {
    return next;
  }

  /// Adds a record to the batch.
  ///
  /// @return its number, valid once the batch is written
  long record(String name, byte[] layout, long sequence, ByteBuffer body) throws IOException {
    begin();
    Stream stream = streams.get(name);
    if (stream == null || !Arrays.equals(stream.layout, layout)) {
      stream = new Stream(nextId++, layout);
      define(name, stream);
    }
    reserve(SMALL_FRAME_BYTES + body.remaining());
    int start = Frame.begin(buffer);
    Frame.putNumber(buffer, stream.id);
    Frame.putNumber(buffer, sequence);
    buffer.put(body);
    Frame.end(buffer, start, Frame.RECORD, next, crc);
    since.put(name, sequence);
    return next++;
  }

  private void define(String name, Stream stream) throws IOException {
    reserve(SMALL_FRAME_BYTES + 4 * name.length() + stream.layout.length);
    int start = Frame.begin(buffer);
    Frame.putNumber(buffer, stream.id);
    Frame.putName(buffer, name);
    buffer.put(stream.layout);
    Frame.end(buffer, start, Frame.STREAM, next, crc);
    streams.put(name, stream);
    defined.add(name);
  }

  /// Adds the word that some of a stream are lost.
  ///
  /// @return its number, valid once the batch is written
  long loss(Record loss) throws IOException {
    begin();
    reserve(SMALL_FRAME_BYTES + 4 * loss.stream().length());
    int start = Frame.begin(buffer);
    Frame.putName(buffer, loss.stream());
    Frame.putNumber(buffer, loss.from());
    Frame.putNumber(buffer, loss.to());
    Frame.putNumber(buffer, loss.cause());
    Frame.end(buffer, start, Frame.LOSS, next, crc);
    return next++;
  }

  /// Starts a batch: cleans up after one that failed, writes what a segment begins with.
  private void begin() throws IOException {
    if (begun) {
      return;
    }
    Storage.StoredFile active = file;
    if (active == null) {
      roll();
    } else {
      mend(active);
    }
    begun = true;
    if (segments.getLast().bytes == 0) {
      segments.getLast().putHeader(buffer);
    }
    for (Map.Entry<String, Long> last : carried.entrySet()) {
      reserve(SMALL_FRAME_BYTES + 4 * last.getKey().length());
      int start = Frame.begin(buffer);
      Frame.putName(buffer, last.getKey());
      Frame.putNumber(buffer, last.getValue());
      Frame.end(buffer, start, Frame.LAST, next, crc);
    }
  }

  /// Cuts off what a failed batch has left, which would be found after a crash.
  private void mend(Storage.StoredFile active) throws IOException {
    if (torn) {
      active.truncate(segments.getLast().bytes);
      torn = false;
    }
  }

  private void reserve(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
      if (buffer.capacity() < bytes) {
        buffer = ByteBuffer.allocateDirect(bytes);
      }
    }
  }

  private void flush() throws IOException {
    Storage.StoredFile active = file;
    if (active == null) {
      return;
    }
    int bytes = buffer.position();
    active.write(buffer.flip(), segments.getLast().bytes + batchBytes);
    batchBytes += bytes;
    buffer.clear();
  }

  /// What the batch takes so far.
  long pendingBytes() {
    return batchBytes + buffer.position();
  }

  /// Writes the batch; then it survives the death of the process.
  void write() throws IOException {
    if (!begun) {
      return;
    }
    flush();
    segments.getLast().bytes += batchBytes;
    batchBytes = 0;
    begun = false;
    writtenNext = next;
    carried.clear();
    defined.clear();
  }

  /// Forgets the batch, whatever of it may be in the file.
  void rollBack() {
    torn |= begun;
    buffer.clear();
    batchBytes = 0;
    begun = false;
    next = writtenNext;
    defined.forEach(streams::remove);
    defined.clear();
  }

  /// Begins a new segment with the next batch.
  void roll() throws IOException {
    long index = segments.isEmpty() ? 1 : segments.getLast().index + 1;
    Storage.StoredFile older = file;
    if (older != null) {
      mend(older);
    }
    Storage.StoredFile opened = storage.open(Segment.nameOf(index));
    if (older != null) {
      unforced.put(segments.getLast(), older);
    }
    file = opened;
    nameUnforced = true;
    torn = opened.size() > 0;
    segments.add(new Segment(index, next, 0));
    streams.clear();
    nextId = 0;
    carried.putAll(since);
    since.clear();
  }

  /// Returns when all that was written is on the medium.
  void force() throws IOException {
    for (Storage.StoredFile older : unforced.values()) {
      older.force();
    }
    closeUnforced();
    Storage.StoredFile active = file;
    if (active != null) {
      active.force();
    }
    if (nameUnforced) {
      storage.force();
      nameUnforced = false;
    }
  }

  private void closeUnforced() throws IOException {
    for (Storage.StoredFile older : unforced.values()) {
      older.close();
    }
    unforced.clear();
  }

  /// Lets go of a segment that is going to be deleted.
  void release(Segment segment) throws IOException {
    Storage.StoredFile older = unforced.remove(segment);
    if (older != null) {
      older.close();
    }
  }

  @Override
  public void close() throws IOException {
    closeUnforced();
    Storage.StoredFile active = file;
    file = null;
    if (active != null) {
      active.close();
    }
  }
}
