package rackpulse.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tinylog.Logger;
import rackpulse.spool.SpoolReader.Range;

/// Records of many streams, each numbered by a sequence of its own, kept on disk until they are
/// acknowledged, in any order.
///
/// What was appended and written survives the death of the process; what was also synchronised
/// survives a power cut. When the room runs out the oldest segment goes. What is lost by that or by
/// damage becomes a record itself that says so. Opening never fails because of what is in the
/// files.
///
/// One thread uses it. After an [IOException] the batch is as if it had never been, and all methods
/// can be called again.
public final class Spool implements AutoCloseable {
  /// Cause of a loss: the room ran out.
  public static final int OVERFLOW = 1;

  /// Cause of a loss: bytes on the disk are not those that were written.
  public static final int DAMAGED = 2;

  /// A segment of which almost everything is acknowledged ends at this size.
  private static final long EARLY_BYTES = 256 << 10;

  /// What may be under way to the broker when all is well: a few windows.
  private static final int FEW = 64;

  /// Losses that may still grow, one for a stream and cause.
  private static final int MAX_GROWING = 10_000;

  /// What name and numbers of a frame take at most.
  private static final int FRAME_RESERVE_BYTES = 1024;

  private static final byte[] NOTHING = {};

  private final Storage storage;
  private final SpoolSettings settings;
  private final List<Segment> segments;
  private final AcknowledgedFile acknowledgedFile;
  private final Acknowledged acknowledged;
  private final SegmentWriter writer;
  private final SpoolReader reader;

  /// Losses to be written with the next batch.
  private final List<Record> owed = new ArrayList<>();

  /// Numbers to be acknowledged when the batch is written.
  private final List<Range> done = new ArrayList<>();

  /// Losses of this batch.
  private final List<Record> batch = new ArrayList<>();

  /// Losses written, not yet told to the caller.
  private final List<Record> losses = new ArrayList<>();

  private final Map<String, Record> growing = new LinkedHashMap<>();
  private long synced;
  private long markNumber;
  private long markNanos;
  private long rolledNanos;
  private boolean unsaved;

  /// How much there is.
  ///
  /// @param records not acknowledged
  /// @param bytes on disk
  public record Depth(long records, long bytes) {}

  private Spool(Storage storage, SpoolSettings settings, AcknowledgedFile acknowledgedFile)
      throws IOException {
    this.storage = storage;
    this.settings = settings;
    this.acknowledgedFile = acknowledgedFile;
    acknowledged = acknowledgedFile.acknowledged();
    segments = Segment.list(storage);
    writer = new SegmentWriter(storage, segments);
    reader = new SpoolReader(storage, segments, acknowledged);
  }

  /// Opens what is there, whatever its state; closes `storage` when that fails.
  public static Spool open(Storage storage, SpoolSettings settings, long nowNanos)
      throws IOException {
    AcknowledgedFile acknowledged = null;
    Spool opened = null;
    try {
      acknowledged = new AcknowledgedFile(storage);
      Spool spool = new Spool(storage, settings, acknowledged);
      spool.recover(nowNanos);
      opened = spool;
      return spool;
    } finally {
      if (opened == null) {
        if (acknowledged != null) {
          acknowledged.close();
        }
        storage.close();
      }
    }
  }

  private void recover(long nowNanos) throws IOException {
    long last = Segment.findNumbers(storage, segments, acknowledged.through());
    if (!segments.isEmpty()) {
      // what lies before the first segment was acknowledged, or told as lost, and deleted
      acknowledged.add(1, segments.getFirst().first - 1);
    }
    writer.resume(last + 1, acknowledged.max() + 1);
    // what a power cut has taken from the end was never said to be safe
    acknowledged.add(writer.found(), writer.next() - 1);
    for (Segment blank : segments.reversed()) {
      blank.first = blank.first > 0 ? blank.first : segments.get(segments.indexOf(blank) + 1).first;
    }
    markNanos = nowNanos;
    rolledNanos = nowNanos;
    if (depth().records() > 0) {
      forceOlder(); // the newest is forced with what comes
    }
  }

  private void forceOlder() throws IOException {
    for (Segment segment : segments) {
      if (segment != segments.getLast()) {
        try (Storage.StoredFile file = storage.open(segment.name())) {
          file.force();
        }
      }
    }
  }

  /// Whether a record can be stored at all.
  public static boolean fits(int layoutBytes, int bodyBytes) {
    return Math.max(layoutBytes, bodyBytes) <= Frame.MAX_BODY_BYTES - FRAME_RESERVE_BYTES;
  }

  /// Adds a record to the batch that [#write] writes.
  ///
  /// @param layout how to read the body; stored once in a segment for a stream
  /// @return its number, valid once the batch is written
  public long append(String stream, byte[] layout, long sequence, ByteBuffer body)
      throws IOException {
    rollWhenFull();
    return writer.record(stream, layout, sequence, body);
  }

  /// Adds to the batch that records of a stream are lost which were never here.
  public void appendLoss(String stream, long from, long to, int cause) throws IOException {
    rollWhenFull();
    putLoss(new Record(0, stream, NOTHING, from, to, cause, NOTHING, 0));
  }

  private void rollWhenFull() throws IOException {
    boolean full = !segments.isEmpty() && segments.getLast().bytes >= settings.segmentBytes();
    if (full && writer.pendingBytes() == 0) {
      sync();
      writer.roll();
    }
  }

  /// A loss that continues one that is not yet acknowledged takes its place.
  private void putLoss(Record loss) throws IOException {
    Record told = loss;
    Record before = growing.get(loss.key());
    if (before != null
        && !acknowledged.contains(before.number())
        && before.from() <= loss.from()
        && loss.from() <= before.to() + 1) {
      done.add(new Range(before.number(), before.number()));
      told = loss.of(before.from(), Math.max(before.to(), loss.to()));
    }
    batch.add(told.numbered(writer.loss(told)));
  }

  /// Writes the batch, after making room for it.
  public void write() throws IOException {
    List<Segment> doomed = List.of();
    try {
      for (Record loss : owed) {
        putLoss(loss);
      }
      doomed = makeRoom();
      writer.write();
    } catch (IOException e) {
      rollBack();
      throw e;
    }
    owed.clear();
    for (Record loss : batch) {
      growing.put(loss.key(), loss);
      losses.add(loss);
    }
    batch.clear();
    if (growing.size() > MAX_GROWING) {
      growing.clear();
    }
    for (Range range : done) {
      acknowledged.add(range.from(), range.to());
      unsaved = true;
    }
    done.clear();
    drop(doomed);
  }

  /// Forgets the batch: nothing of it will ever be read.
  public void rollBack() {
    writer.rollBack();
    batch.clear();
    done.removeIf(range -> range.from() == range.to() && isGrowing(range.from()));
  }

  private boolean isGrowing(long number) {
    return growing.values().stream().anyMatch(loss -> loss.number() == number);
  }

  /// @return the segments that have to go, of which all that is lost is told in the batch
  private List<Segment> makeRoom() throws IOException {
    // one segment's room is kept, because what goes is deleted after what comes is written
    long room = settings.maxBytes() - settings.segmentBytes();
    long excess = bytes() + writer.pendingBytes() - room;
    List<Segment> doomed = new ArrayList<>();
    while (excess > 0 && doomed.size() < segments.size() - 1) {
      List<Segment> rest = segments.subList(doomed.size(), segments.size());
      try (SpoolReader oldest = new SpoolReader(storage, rest, acknowledged)) {
        for (Record loss : oldest.readFirst()) {
          putLoss(loss);
        }
      }
      excess -= rest.getFirst().bytes;
      doomed.add(rest.getFirst());
    }
    return doomed;
  }

  /// What was told about them must be on the medium before they go.
  private void drop(List<Segment> doomed) {
    if (doomed.isEmpty()) {
      return;
    }
    try {
      sync();
      for (Segment segment : doomed) {
        delete(segment);
      }
      acknowledged.add(1, segments.getFirst().first - 1);
      unsaved = true;
    } catch (IOException e) {
      Logger.debug("the oldest segment stays for now: {}", e.toString());
    }
  }

  /// A record is done with.
  public void acknowledge(long number) {
    acknowledged.add(number);
    unsaved = true;
  }

  /// All records up to this number are done with.
  public long acknowledgedThrough() {
    return acknowledged.through();
  }

  /// Makes what is acknowledged survive the death of the process, and lets go of what nobody needs
  /// any more. As long as all is well with the broker, a segment is gone before the kernel would
  /// bring it to the medium.
  public void tidy(long nowNanos) throws IOException {
    try {
      if (unsaved) {
        acknowledgedFile.save();
        unsaved = false;
      }
      rollEarly(nowNanos);
    } finally {
      // also when there is no room to save it: that makes room, and what is gone needs no word
      while (segments.size() > 1 && segments.get(1).first - 1 <= acknowledged.through()) {
        delete(segments.getFirst());
      }
    }
  }

  private void rollEarly(long nowNanos) throws IOException {
    if (segments.size() == 1
        && writer.pendingBytes() == 0
        && depth().records() <= FEW
        && segments.getFirst().bytes > 0
        && (nowNanos - rolledNanos >= settings.syncEvery().toNanos()
            || segments.getFirst().bytes >= EARLY_BYTES)) {
      writer.roll();
      rolledNanos = nowNanos;
    }
  }

  private void delete(Segment gone) throws IOException {
    storage.delete(gone.name());
    segments.remove(gone);
    writer.release(gone);
    if (reader.segment() == gone) {
      reader.close();
    }
  }

  /// Whether [#sync] is due, by count or by time. To be asked at least twice in the time set.
  public boolean syncDue(long nowNanos) {
    long written = writer.next() - 1;
    if (acknowledged.open(synced + 1, written) >= settings.syncCount()) {
      return true;
    }
    if (nowNanos - markNanos < settings.syncEvery().dividedBy(2).toNanos()) {
      return false;
    }
    // whatever was there half the time ago and is still not acknowledged
    boolean due = !acknowledged.covers(synced + 1, markNumber);
    markNumber = written;
    markNanos = nowNanos;
    return due;
  }

  /// Returns when everything written that is not acknowledged is on the medium.
  public void sync() throws IOException {
    long written = writer.next() - 1;
    if (!acknowledged.covers(synced + 1, written)) {
      writer.force();
    }
    synced = written;
  }

  /// Everything up to this number survives a power cut, or is not needed any more.
  public long synced() {
    return synced;
  }

  /// The next records and losses that are not acknowledged, oldest first; fewer than `most` only at
  /// the end.
  public List<Record> read(int most) throws IOException {
    List<Record> records = new ArrayList<>();
    Record record = reader.next();
    while (record != null) {
      records.add(record);
      record = records.size() < most ? reader.next() : null;
    }
    owed.addAll(reader.takeLost());
    if (records.size() < most) {
      done.addAll(reader.takeDamaged());
    }
    return records;
  }

  /// All numbers below this one have been read, if they were not acknowledged before.
  public long position() {
    return reader.position();
  }

  /// Losses written since the last call, those that the spool found itself among them. Each
  /// replaces those of its stream that lie within.
  public List<Record> takeLosses() {
    List<Record> taken = List.copyOf(losses);
    losses.clear();
    return taken;
  }

  /// How much there is now.
  public Depth depth() {
    return new Depth(acknowledged.open(1, writer.next() - 1), bytes());
  }

  private long bytes() {
    long bytes = 0;
    for (Segment segment : segments) {
      bytes += segment.bytes;
    }
    return bytes;
  }

  /// Brings everything to the medium and lets go of the files.
  @Override
  public void close() throws IOException {
    try (storage;
        acknowledgedFile;
        writer;
        reader) {
      if (unsaved) {
        acknowledgedFile.save();
      }
      acknowledgedFile.force();
      sync();
    }
  }
}
