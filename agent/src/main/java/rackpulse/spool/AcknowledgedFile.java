package rackpulse.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// Keeps what is acknowledged in two slots that take turns, so that a torn write leaves the older
/// one:
///
/// ```
/// 0  crc         CRC32C of the rest
/// 4  version, 2 bytes
/// 6  length      of the numbers, 2 bytes
/// 8  generation  the slot with the greater one holds
/// 16 numbers     as Acknowledged writes them
/// ```
final class AcknowledgedFile implements AutoCloseable {
  static final String NAME = "acknowledged";

  /// One page: the kernel writes it as a whole.
  static final int SLOT_BYTES = 4096;

  private static final int HEADER_BYTES = 16;
  private static final short VERSION = 1;

  private final Storage.StoredFile file;
  private final ByteBuffer slot = ByteBuffer.allocateDirect(SLOT_BYTES);
  private final CRC32C crc = new CRC32C();
  private final Acknowledged acknowledged;
  private long generation;
  private boolean unforced;

  /// Opens the file; whatever cannot be read counts as not acknowledged.
  AcknowledgedFile(Storage storage) throws IOException {
    file = storage.open(NAME);
    Acknowledged newest = new Acknowledged();
    for (int at = 0; at < 2; at++) {
      slot.clear();
      file.read(slot, (long) at * SLOT_BYTES);
      slot.flip();
      if (whole() && slot.getLong(8) > generation) {
        generation = slot.getLong(8);
        newest = Acknowledged.read(slot.position(HEADER_BYTES));
      }
    }
    acknowledged = newest;
  }

  private boolean whole() {
    if (slot.limit() < HEADER_BYTES || slot.getShort(4) != VERSION) {
      return false;
    }
    int end = HEADER_BYTES + Short.toUnsignedInt(slot.getShort(6));
    if (end > slot.limit()) {
      return false;
    }
    slot.limit(end);
    return slot.getInt(0) == checksum();
  }

  private int checksum() {
    crc.reset();
    crc.update(slot.position(4));
    return (int) crc.getValue();
  }

  Acknowledged acknowledged() {
    return acknowledged;
  }

  /// Writes what is acknowledged now; survives the death of the process.
  void save() throws IOException {
    slot.clear().position(HEADER_BYTES);
    acknowledged.put(slot);
    slot.flip();
    long following = generation + 1; // after a failure again, lest the other slot be torn as well
    slot.putShort(4, VERSION).putShort(6, (short) (slot.limit() - HEADER_BYTES));
    slot.putLong(8, following);
    slot.putInt(0, checksum());
    unforced = true;
    file.write(slot.position(0), (following & 1) * SLOT_BYTES);
    generation = following;
  }

  /// Returns when what was saved is on the medium.
  void force() throws IOException {
    if (unforced) {
      file.force();
      unforced = false;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
