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

  private final Storage storage;
  private final SpoolSettings settings;
  private final List<Segment> segments;
  private final AcknowledgedFile acknowledgedFile;
  private final Acknowledged acknowledged;
  private final SegmentWriter writer;
  private final SpoolReader reader;

  /// Losses to be written with the next batch.
  private final List<Record> owed = new ArrayList<>();

  /// Numbers to be acknowledged once what was written in their place is on the medium, and those
  /// whose place this batch takes.
  private final List<Range> done = new ArrayList<>();

  private final List<Range> replaced = new ArrayList<>();

  /// Losses of this batch.
  private final List<Record> batch = new ArrayList<>();

  /// Losses written, not yet told to the caller.
  private final List<Record> losses = new ArrayList<>();

  private final Map<String, Record> growing = new LinkedHashMap<>();
  private long synced;
  private long markNumber;
  private long markNanos;
  private long rolledNanos;
  private long dropped;
  private boolean unsaved;

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
      writer.forceOlder(); // the newest is forced with what comes
    }
  }

  /// Whether a record can be stored at all, with name and numbers.
  public static boolean fits(int layoutBytes, int bodyBytes) {
    return Math.max(layoutBytes, bodyBytes) <= Frame.MAX_BODY_BYTES - 1024;
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
  ///
  /// @return its number, valid once the batch is written
  public long appendLoss(String stream, long from, long to, int cause) throws IOException {
    rollWhenFull();
    byte[] none = {};
    return putLoss(new Record(0, stream, none, from, to, cause, none, 0, 0));
  }

  private void rollWhenFull() throws IOException {
    boolean full = !segments.isEmpty() && segments.getLast().bytes >= settings.segmentBytes();
    if (full && writer.pendingBytes() == 0) {
      sync();
      writer.roll();
    }
  }

  /// A loss that continues one that is not yet acknowledged takes its place.
  private long putLoss(Record loss) throws IOException {
    Record told = loss;
    Record before = growing.get(loss.key());
    if (before != null
        && !acknowledged.contains(before.number())
        && before.from() <= loss.from()
        && loss.from() <= before.to() + 1) {
      replace(before.number());
      told = loss.replacing(before);
    }
    long number = writer.loss(told);
    batch.add(told.numbered(number));
    return number;
  }

  /// The batch says what has become of this record: acknowledges it when that is on the medium.
  public void replace(long number) {
    replaced.add(new Range(number, number));
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
    done.addAll(replaced);
    replaced.clear();
    finish();
    drop(doomed);
  }

  /// Forgets the batch: nothing of it will ever be read.
  public void rollBack() {
    writer.rollBack();
    batch.clear();
    replaced.clear();
  }

  private void finish() {
    if (done.isEmpty()) {
      return;
    }
    try {
      sync();
      done.forEach(range -> acknowledged.add(range.from(), range.to()));
      done.clear();
      unsaved = true;
    } catch (IOException e) {
      Logger.debug("tried again with the next batch: {}", e.toString());
    }
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
      dropped = segments.getFirst().first - 1;
      acknowledged.add(1, dropped);
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

  /// All records up to this number have gone for want of room, and are told as lost, or were
  /// acknowledged before.
  public long droppedThrough() {
    return dropped;
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

  /// Losses written since the last call, those that the spool found itself among them.
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
