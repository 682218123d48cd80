package rackpulse.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads what is not acknowledged, oldest first, and notices what is missing.
final class SpoolReader implements AutoCloseable {
  private static final byte[] NOTHING = {};

  private final Storage storage;
  private final List<Segment> segments;
  private final Acknowledged acknowledged;
  private final Sequences sequences = new Sequences();
  private final Map<Integer, Stream> streams = new HashMap<>();

  /// What went missing in damage, not yet told.
  private final List<Record> lost = new ArrayList<>();

  /// Record numbers in damage whose losses can still be found further on.
  private final List<Range> damaged = new ArrayList<>();

  private @Nullable Segment segment;
  private @Nullable SegmentScan scan;
  private long expected;

  private record Stream(String name, byte[] layout) {}

  /// Record numbers, both inclusive.
  record Range(long from, long to) {}

  /// @param segments all there are, oldest first; they may come and go
  SpoolReader(Storage storage, List<Segment> segments, Acknowledged acknowledged) {
    this.storage = storage;
    this.segments = segments;
    this.acknowledged = acknowledged;
  }

  /// All numbers below this one were read.
  long position() {
    return expected;
  }

  /// The segment it is in; null before the first and when that is gone.
  @Nullable Segment segment() {
    return segment;
  }

  /// The next record or loss that is not acknowledged; null at the end.
  @Nullable Record next() throws IOException {
    while (true) {
      SegmentScan present = scan;
      if (present == null) {
        if (!enter()) {
          return null;
        }
      } else if (present.next(segmentBytes())) {
        Record record = take(present);
        if (record != null) {
          return record;
        }
      } else if (!leave(present)) {
        return null;
      }
    }
  }

  private long segmentBytes() {
    Segment present = segment;
    return present == null ? 0 : present.bytes;
  }

  private boolean enter() throws IOException {
    if (segments.isEmpty()) {
      return false;
    }
    enter(segments.getFirst());
    return true;
  }

  private void enter(Segment next) throws IOException {
    streams.clear();
    segment = next;
    missing(expected, next.first - 1);
    expected = Math.max(expected, next.first);
    scan = new SegmentScan(storage.open(next.name()), Math.max(1, expected));
  }

  /// @return whether there is a segment behind this one
  private boolean leave(SegmentScan present) throws IOException {
    int at = segments.indexOf(segment);
    if (at == segments.size() - 1) {
      return false;
    }
    present.close();
    enter(segments.get(at + 1));
    return true;
  }

  private @Nullable Record take(SegmentScan at) {
    missing(at.number() - at.skipped(), at.number() - 1);
    expected = at.expected();
    ByteBuffer body = at.body();
    return switch (at.kind()) {
      case Frame.STREAM -> {
        int id = (int) Frame.number(body);
        streams.put(id, new Stream(Frame.name(body), SegmentWriter.rest(body)));
        yield null;
      }
      case Frame.LAST -> {
        String name = Frame.name(body);
        long last = Frame.number(body);
        tell(name, sequences.checkpoint(name, last), last);
        yield null;
      }
      case Frame.RECORD -> record(at.number(), body);
      default -> loss(at.number(), body);
    };
  }

  private @Nullable Record record(long number, ByteBuffer body) {
    Stream stream = streams.get((int) Frame.number(body));
    if (stream == null) {
      missing(number, number); // its name was in the damage
      return null;
    }
    long sequence = Frame.number(body);
    tell(stream.name, sequences.reached(stream.name, sequence, sequence), sequence - 1);
    if (acknowledged.contains(number)) {
      return null;
    }
    byte[] payload = SegmentWriter.rest(body);
    return new Record(number, stream.name, stream.layout, sequence, sequence, 0, payload, 0, 0);
  }

  private @Nullable Record loss(long number, ByteBuffer body) {
    if (acknowledged.contains(number)) {
      return null;
    }
    String name = Frame.name(body);
    long from = Frame.number(body);
    long to = Frame.number(body);
    int cause = (int) Frame.number(body);
    return new Record(number, name, NOTHING, from, to, cause, NOTHING, 0, 0);
  }

  private void missing(long from, long to) {
    if (from > 0 && !acknowledged.covers(from, to)) {
      sequences.damaged();
      damaged.add(new Range(from, to));
    }
  }

  private void tell(String stream, long from, long to) {
    if (from <= to) {
      long count = to - from + 1;
      lost.add(new Record(0, stream, NOTHING, from, to, Spool.DAMAGED, NOTHING, count, 0));
    }
  }

  /// What went missing since the last call.
  List<Record> takeLost() {
    List<Record> taken = List.copyOf(lost);
    lost.clear();
    return taken;
  }

  /// Numbers of which everything that can be known is known, to be acknowledged once that is told;
  /// to be called at the end of the log.
  List<Range> takeDamaged() {
    List<Range> taken = List.copyOf(damaged);
    damaged.clear();
    return taken;
  }

  /// What is lost when the first segment goes: all that is not acknowledged, and what is missing
  /// there according to the checkpoints at the beginning of the second.
  List<Record> readFirst() throws IOException {
    List<Record> records = new ArrayList<>();
    Segment first = segments.getFirst();
    enter();
    SegmentScan present = scan;
    boolean within = true;
    while (within && present != null) {
      if (!present.next(segmentBytes())) {
        within = segment == first && leave(present);
        present = scan;
      } else if (segment == first || present.kind() == Frame.LAST) {
        Record record = take(present);
        if (record != null) {
          records.add(record);
        }
      } else {
        within = false;
      }
    }
    records.addAll(takeLost());
    return lossesOf(records);
  }

  /// What is said of records that go: one loss for neighbours.
  private static List<Record> lossesOf(List<Record> records) {
    Map<String, Record> open = new HashMap<>();
    List<Record> losses = new ArrayList<>();
    for (Record record : records) {
      Record loss = record.cause() == 0 ? record.lostBy(Spool.OVERFLOW) : record;
      Record before = open.get(loss.key());
      if (before == null || loss.from() != before.to() + 1) {
        if (before != null) {
          losses.add(before);
        }
        open.put(loss.key(), loss);
      } else {
        open.put(loss.key(), before.joined(loss));
      }
    }
    losses.addAll(open.values());
    return losses;
  }

  @Override
  public void close() throws IOException {
    SegmentScan present = scan;
    scan = null;
    segment = null;
    if (present != null) {
      present.close();
    }
  }
}
