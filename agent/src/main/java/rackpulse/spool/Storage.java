package rackpulse.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// The directory of one spool, which nobody else uses as long as this is open.
///
/// The operations are those of a disk on which bytes and names that were not forced can be lost in
/// a power cut.
public interface Storage extends AutoCloseable {
  /// The names of all files, in no order.
  List<String> names() throws IOException;

  /// Opens a file for reading and writing; it is made when there is none.
  StoredFile open(String name) throws IOException;

  /// Gives a file another name, which no other file has.
  void rename(String from, String to) throws IOException;

  /// Removes a file.
  void delete(String name) throws IOException;

  /// Returns when names made, changed and removed are on the medium.
  void force() throws IOException;

  @Override
  void close() throws IOException;

  /// One file. Positions and sizes in bytes.
  interface StoredFile extends AutoCloseable {
    long size() throws IOException;

    /// Fills `into` from `position` on, or as much of it as there is.
    void read(ByteBuffer into, long position) throws IOException;

    /// Writes all of `bytes` at `position`; after a failure any part may be there.
    void write(ByteBuffer bytes, long position) throws IOException;

    /// Cuts the file off behind `size` bytes.
    void truncate(long size) throws IOException;

    /// Returns when all bytes written are on the medium.
    void force() throws IOException;

    @Override
    void close() throws IOException;
  }
}
