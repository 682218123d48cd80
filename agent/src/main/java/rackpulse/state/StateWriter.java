package rackpulse.state;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/// Collects the state of models in memory. Whoever restores reads the same values in the same order
/// with a [StateReader].
public final class StateWriter {
  static final int MAGIC = 0x52504C53; // "RPLS"
  static final int VERSION = 2;
  static final int HEADER_BYTES = 3 * Integer.BYTES;
  static final int TRAILER_BYTES = Integer.BYTES;

  /// Ten thousand channels with forecasts need less than half of it.
  static final int MAX_BYTES = 128 << 20;

  /// Names are paths of channels and models; identifiers are much shorter.
  static final int MAX_TEXT_BYTES = 1024;

  /// Bits of a number in each of its bytes, lowest first; the highest bit says that more follow.
  static final int DIGIT_BITS = 7;

  static final int MAX_NUMBER_BYTES = 10;

  private static final int FIRST_BYTES = 16 << 10;

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private ByteBuffer bytes = ByteBuffer.allocate(FIRST_BYTES);

  /// An empty state.
  public StateWriter() {
    bytes.putInt(MAGIC).putInt(VERSION).putInt(0);
  }

  /// Tells states apart that were made with different constants or laid out differently: FNV-1a
  /// over the bits.
  ///
  /// @param layout raised whenever a model writes other values or in another order
  /// @param constants all that the meaning of the values depends on
  public static long hash(int layout, double... constants) {
    long hash = (FNV_OFFSET ^ layout) * FNV_PRIME;
    for (double constant : constants) {
      long bits = Double.doubleToLongBits(constant);
      for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
        hash = (hash ^ (bits >>> shift & 0xff)) * FNV_PRIME;
      }
    }
    return hash;
  }

  /// Begins a section; sections may lie in each other.
  ///
  /// @param constants from [#hash]
  /// @return what [#close] needs
  public int open(String name, long constants) {
    text(name);
    room(Long.BYTES + Integer.BYTES).putLong(constants).putInt(0);
    return bytes.position();
  }

  /// Ends the section opened last.
  ///
  /// @param section what [#open] returned
  public void close(int section) {
    bytes.putInt(section - Integer.BYTES, bytes.position() - section);
  }

  /// Writes a text of at most 1024 bytes of UTF-8.
  public void text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > MAX_TEXT_BYTES) {
      throw new IllegalArgumentException("longer than " + MAX_TEXT_BYTES + " bytes: " + text);
    }
    number(utf8.length);
    room(utf8.length).put(utf8);
  }

  /// Writes a yes or no.
  public void flag(boolean flag) {
    room(1).put((byte) (flag ? 1 : 0));
  }

  /// Writes a whole number: small ones, also below zero, take few bytes.
  public void number(long number) {
    ByteBuffer room = room(MAX_NUMBER_BYTES);
    long left = number << 1 ^ number >> Long.SIZE - 1;
    while (left >>> DIGIT_BITS != 0) {
      room.put((byte) (left | 1 << DIGIT_BITS));
      left >>>= DIGIT_BITS;
    }
    room.put((byte) left);
  }

  /// Writes a value bit by bit; the reader refuses what is not finite.
  public void value(double value) {
    room(Double.BYTES).putDouble(value);
  }

  /// Writes values with their number.
  public void values(double[] values) {
    number(values.length);
    for (double value : values) {
      value(value);
    }
  }

  /// Writes a symmetric matrix, row by row, as its upper triangle.
  ///
  /// @param size of its rows
  public void symmetric(double[] matrix, int size) {
    number(size);
    for (int i = 0; i < size; i++) {
      for (int j = i; j < size; j++) {
        value(matrix[i * size + j]);
      }
    }
  }

  /// How long the state is so far.
  public int lengthBytes() {
    return bytes.position() + TRAILER_BYTES;
  }

  /// The whole state, with its length and checksum; nothing may be written afterwards.
  public byte[] toBytes() {
    bytes.putInt(HEADER_BYTES - Integer.BYTES, bytes.position() - HEADER_BYTES);
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, bytes.position());
    room(TRAILER_BYTES).putInt((int) crc.getValue());
    byte[] all = new byte[bytes.position()];
    bytes.get(0, all);
    return all;
  }

  private ByteBuffer room(int more) {
    if (bytes.remaining() < more) {
      int needed = bytes.position() + more;
      if (needed > MAX_BYTES) {
        throw new IllegalStateException("the state of the models exceeds " + MAX_BYTES + " bytes");
      }
      ByteBuffer larger = ByteBuffer.allocate(Math.min(MAX_BYTES, 2 * needed));
      bytes = larger.put(bytes.flip());
    }
    return bytes;
  }
}
