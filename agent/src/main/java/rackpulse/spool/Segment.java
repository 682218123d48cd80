package rackpulse.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.tinylog.Logger;

/// One file of the log. It begins with
///
/// ```
/// 0  magic    8 bytes
/// 8  version
/// 12 number   of the first record, 8 bytes
/// 20 crc      CRC32C of the above
/// ```
///
/// and goes on with frames: checkpoints of all streams of the segment before, then records.
final class Segment {
  static final int HEADER_BYTES = 24;

  private static final long MAGIC = 0x52_50_53_50_4F_4F_4C_0AL; // "RPSPOOL\n"
  private static final int VERSION = 1;
  private static final String SUFFIX = ".segment";
  private static final int INDEX_DIGITS = 8;

  final long index;

  /// The number of its first record; 0 when the header is damaged.
  long first;

  /// All that is valid in it, the header included.
  long bytes;

  Segment(long index, long first, long bytes) {
    this.index = index;
    this.first = first;
    this.bytes = bytes;
  }

  String name() {
    return nameOf(index);
  }

  static String nameOf(long index) {
    return HexFormat.of().toHexDigits(index, INDEX_DIGITS) + SUFFIX;
  }

  void putHeader(ByteBuffer into) {
    int start = into.position();
    into.putLong(MAGIC).putInt(VERSION).putLong(first);
    into.putInt(checksum(into, start, into.position()));
  }

  private static int checksum(ByteBuffer header, int start, int end) {
    CRC32C crc = new CRC32C();
    crc.update(header.duplicate().limit(end).position(start));
    return (int) crc.getValue();
  }

  /// All segments of `storage`, oldest first. Those of another version get another name, under
  /// which they stay until somebody looks after them.
  static List<Segment> list(Storage storage) throws IOException {
    List<Segment> segments = new ArrayList<>();
    ByteBuffer header = ByteBuffer.allocateDirect(HEADER_BYTES);
    for (String name : storage.names().stream().sorted().toList()) {
      if (!isName(name)) {
        continue;
      }
      long index = HexFormat.fromHexDigitsToLong(name, 0, INDEX_DIGITS);
      try (Storage.StoredFile file = storage.open(name)) {
        file.read(header.clear(), 0);
        Segment segment = new Segment(index, 0, file.size());
        int version = segment.readHeader(header.flip());
        if (version == VERSION) {
          segments.add(segment);
        } else {
          setAside(storage, name, version);
        }
      }
    }
    return segments;
  }

  private static boolean isName(String name) {
    return name.length() == INDEX_DIGITS + SUFFIX.length()
        && name.endsWith(SUFFIX)
        && name.chars().limit(INDEX_DIGITS).allMatch(HexFormat::isHexDigit);
  }

  /// @return the version; ours when the header is damaged, since nothing else is known
  private int readHeader(ByteBuffer header) {
    int end = HEADER_BYTES - Integer.BYTES;
    if (header.limit() < HEADER_BYTES
        || header.getLong(0) != MAGIC
        || header.getInt(end) != checksum(header, 0, end)) {
      return VERSION;
    }
    first = header.getLong(12);
    return header.getInt(8);
  }

  private static void setAside(Storage storage, String name, int version) throws IOException {
    String aside = name + ".version-" + version;
    storage.rename(name, aside);
    Logger.warn(
        "the spool file {} is of version {}, this program reads {}: it is kept as {} and not sent;"
            + " start the program that wrote it to have it sent, or delete it",
        name,
        version,
        VERSION,
        aside);
  }

  /// Finds the first number of segments whose header is damaged.
  ///
  /// @param through all records up to this one are acknowledged
  /// @return a number that no record is beyond, except in a last segment that has a number
  static long findNumbers(Storage storage, List<Segment> segments, long through)
      throws IOException {
    for (Segment segment : segments) {
      if (segment.first == 0) {
        try (SegmentScan scan = segment.scan(storage)) {
          segment.first = scan.next(segment.bytes) ? scan.number() : 0;
        }
        boolean hasMore = segment.first > 0 || segments.size() > 1;
        if (segment == segments.getFirst() && hasMore) {
          // what it began with is missing there
          segment.first = through + 1;
        }
      }
    }
    if (segments.isEmpty() || segments.getLast().first > 0) {
      return 0;
    }
    for (Segment segment : segments.reversed()) {
      try (SegmentScan scan = segment.scan(storage)) {
        boolean any = false;
        while (scan.next(segment.bytes)) {
          any = true;
        }
        if (any) {
          return scan.expected() - 1;
        }
      }
    }
    return 0;
  }

  private SegmentScan scan(Storage storage) throws IOException {
    return new SegmentScan(storage.open(name()), Math.max(1, first));
  }
}
