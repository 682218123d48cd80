package rackpulse.state;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/// Gives back what a [StateWriter] wrote, or refuses.
///
/// A model restores itself into a new object, so that a state refused half-way leaves nothing
/// behind.
public final class StateReader {
  private static final int LOW_BITS = (1 << StateWriter.DIGIT_BITS) - 1;
  private static final int MOST_SHIFT = (StateWriter.MAX_NUMBER_BYTES - 1) * StateWriter.DIGIT_BITS;

  private final ByteBuffer bytes;

  /// @throws UnusableState when the bytes are not a state, damaged, or of another version
  public StateReader(byte[] state) throws UnusableState {
    if (state.length < StateWriter.HEADER_BYTES + StateWriter.TRAILER_BYTES
        || state.length > StateWriter.MAX_BYTES) {
      throw new UnusableState("no saved state has " + state.length + " bytes");
    }
    ByteBuffer all = ByteBuffer.wrap(state);
    if (all.getInt() != StateWriter.MAGIC) {
      throw new UnusableState("these bytes are not a saved state");
    }
    int version = all.getInt();
    if (version != StateWriter.VERSION) {
      throw new UnusableState(
          "saved in format " + version + ", this program reads " + StateWriter.VERSION);
    }
    int end = state.length - StateWriter.TRAILER_BYTES;
    CRC32C crc = new CRC32C();
    crc.update(state, 0, end);
    if (all.getInt() != end - StateWriter.HEADER_BYTES || all.getInt(end) != (int) crc.getValue()) {
      throw new UnusableState("the saved state is damaged: length or checksum is wrong");
    }
    bytes = all.limit(end);
  }

  /// Enters the section that comes next.
  ///
  /// @return what [#close] and [#skip] need
  /// @throws UnusableState when another section comes, or its constants are others
  public int open(String name, long constants) throws UnusableState {
    String found = text();
    if (!found.equals(name)) {
      throw new UnusableState("the state of " + name + " was expected, found " + found);
    }
    if (constants() != constants) {
      throw new UnusableState("the state of " + name + " was made with other constants");
    }
    return enter(name);
  }

  /// Leaves the section opened last.
  ///
  /// @param section what [#open] returned
  /// @throws UnusableState when values of it were not read
  public void close(int section) throws UnusableState {
    if (bytes.position() != section) {
      throw new UnusableState("a section of the saved state has another length than expected");
    }
  }

  /// Leaves an open section wherever reading stopped.
  ///
  /// @param section what [#open] returned
  public void skip(int section) {
    bytes.position(section);
  }

  /// Where the section that comes next ends, for [#skip(int)]; nothing is read.
  public int peekEnd() throws UnusableState {
    int start = bytes.position();
    String name = text();
    constants();
    int end = enter(name);
    bytes.position(start);
    return end;
  }

  /// Passes over the section that comes next, whatever it is.
  public void skip() throws UnusableState {
    String name = text();
    constants();
    skip(enter(name));
  }

  /// Whether all has been read.
  public boolean isAtEnd() {
    return !bytes.hasRemaining();
  }

  /// Reads a text.
  public String text() throws UnusableState {
    try {
      byte[] utf8 = new byte[count(StateWriter.MAX_TEXT_BYTES)];
      bytes.get(utf8);
      return new String(utf8, StandardCharsets.UTF_8);
    } catch (BufferUnderflowException _) {
      throw ended();
    }
  }

  /// Reads a yes or no.
  public boolean flag() throws UnusableState {
    try {
      return bytes.get() != 0;
    } catch (BufferUnderflowException _) {
      throw ended();
    }
  }

  /// Reads a whole number.
  public long number() throws UnusableState {
    try {
      long number = 0;
      int shift = 0;
      long digit = bytes.get();
      while (digit < 0 && shift < MOST_SHIFT) {
        number |= (digit & LOW_BITS) << shift;
        shift += StateWriter.DIGIT_BITS;
        digit = bytes.get();
      }
      number |= digit << shift;
      return number >>> 1 ^ -(number & 1);
    } catch (BufferUnderflowException _) {
      throw ended();
    }
  }

  /// Reads a whole number that counts or is an index.
  ///
  /// @param most the largest that makes sense
  public int count(int most) throws UnusableState {
    long number = number();
    if (number < 0 || number > most) {
      throw new UnusableState("the saved state counts " + number + ", at most " + most);
    }
    return (int) number;
  }

  /// Reads a value, which is finite.
  public double value() throws UnusableState {
    try {
      double value = bytes.getDouble();
      if (!Double.isFinite(value)) {
        throw new UnusableState("the saved state holds " + value);
      }
      return value;
    } catch (BufferUnderflowException _) {
      throw ended();
    }
  }

  /// Fills `into` with values, all finite.
  ///
  /// @throws UnusableState when another number of values was written
  public void values(double[] into) throws UnusableState {
    length(into.length);
    for (int i = 0; i < into.length; i++) {
      into[i] = value();
    }
  }

  /// Fills a symmetric matrix from its upper triangle.
  ///
  /// @param size of its rows
  /// @throws UnusableState when one of another size was written
  public void symmetric(double[] into, int size) throws UnusableState {
    length(size);
    for (int i = 0; i < size; i++) {
      for (int j = i; j < size; j++) {
        double value = value();
        into[i * size + j] = value;
        into[j * size + i] = value;
      }
    }
  }

  private void length(int needed) throws UnusableState {
    long length = number();
    if (length != needed) {
      throw new UnusableState(
          "the saved state has " + length + " values where " + needed + " are needed");
    }
  }

  private long constants() throws UnusableState {
    try {
      return bytes.getLong();
    } catch (BufferUnderflowException _) {
      throw ended();
    }
  }

  private int enter(String name) throws UnusableState {
    try {
      int length = bytes.getInt();
      if (length < 0 || length > bytes.remaining()) {
        throw new UnusableState("the state of " + name + " is longer than the whole");
      }
      return bytes.position() + length;
    } catch (BufferUnderflowException _) {
      throw ended();
    }
  }

  private static UnusableState ended() {
    return new UnusableState("the saved state ends too early");
  }
}
