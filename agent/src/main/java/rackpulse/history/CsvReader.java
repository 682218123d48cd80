package rackpulse.history;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Reads records of comma-separated values (RFC 4180) from bytes, one at a time and without making
/// objects of them.
///
/// Fields may be quoted, with `""` for a quote and with line breaks inside; lines may end in CRLF
/// or LF; a byte order mark and empty lines are passed over.
final class CsvReader implements Closeable {
  /// A longer record is no row of numbers but a quote that is never closed.
  static final int MAX_RECORD_BYTES = 1 << 20;

  static final int MAX_FIELDS = 4096;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int END = -1;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;
  private long consumed;

  /// Fields of the record, unquoted, one after the other.
  private byte[] text = new byte[1024];

  private int[] ends = new int[64];
  private int length;
  private int fields;
  private long line = 1;
  private long recordLine = 1;

  CsvReader(InputStream in) {
    this.in = in;
  }

  /// Reads the next record.
  ///
  /// @return whether there was one
  /// @throws MalformedRow when it is no record; the next call goes on behind it
  boolean next() throws IOException, MalformedRow {
    int first;
    do {
      recordLine = line;
      first = read();
      if (first == 0xEF && consumed() == 1) {
        first = afterByteOrderMark();
      }
      if (first == '\r') {
        first = read();
      }
    } while (first == '\n' && countLine());
    length = 0;
    fields = 0;
    if (first == END) {
      return false;
    }
    int byteRead = first;
    while (byteRead != END && byteRead != '\n') {
      byteRead = byteRead == '"' ? quoted() : plain(byteRead);
      endField();
      if (byteRead == ',') {
        byteRead = read();
        if (byteRead == END || byteRead == '\n' || byteRead == '\r') {
          endField();
        }
      }
      if (byteRead == '\r') {
        byteRead = read();
      }
    }
    countLine();
    return true;
  }

  private int afterByteOrderMark() throws IOException {
    read();
    read();
    return read();
  }

  private boolean countLine() {
    line++;
    return true;
  }

  /// @return the byte behind the field: a comma, the end of the line or of the file
  private int plain(int first) throws IOException, MalformedRow {
    int byteRead = first;
    while (byteRead != ',' && byteRead != '\n' && byteRead != '\r' && byteRead != END) {
      append(byteRead);
      byteRead = read();
    }
    return byteRead;
  }

  private int quoted() throws IOException, MalformedRow {
    while (true) {
      int byteRead = read();
      if (byteRead == '"') {
        byteRead = read();
        if (byteRead != '"') {
          return behindQuotes(byteRead);
        }
      } else if (byteRead == END) {
        throw new MalformedRow(recordLine, "a quote is never closed");
      } else if (byteRead == '\n') {
        line++;
      }
      append(byteRead);
    }
  }

  private int behindQuotes(int byteRead) throws IOException, MalformedRow {
    if (byteRead != ',' && byteRead != '\n' && byteRead != '\r' && byteRead != END) {
      skipLine();
      throw new MalformedRow(recordLine, "something stands between a closing quote and the comma");
    }
    return byteRead;
  }

  private void append(int value) throws IOException, MalformedRow {
    if (length == text.length) {
      if (length == MAX_RECORD_BYTES) {
        skipLine();
        throw new MalformedRow(recordLine, "longer than " + MAX_RECORD_BYTES + " bytes");
      }
      text = Arrays.copyOf(text, Math.min(2 * length, MAX_RECORD_BYTES));
    }
    text[length++] = (byte) value;
  }

  private void endField() throws IOException, MalformedRow {
    if (fields == ends.length) {
      if (fields == MAX_FIELDS) {
        skipLine();
        throw new MalformedRow(recordLine, "more than " + MAX_FIELDS + " fields");
      }
      ends = Arrays.copyOf(ends, 2 * fields);
    }
    ends[fields++] = length;
  }

  private void skipLine() throws IOException {
    int byteRead = position == 0 ? END : buffer[position - 1] & 0xff;
    while (byteRead != '\n' && byteRead != END) {
      byteRead = read();
    }
    line++;
  }

  private int read() throws IOException {
    if (position == limit) {
      consumed += limit;
      limit = Math.max(0, in.read(buffer));
      position = 0;
      if (limit == 0) {
        return END;
      }
    }
    return buffer[position++] & 0xff;
  }

  /// Bytes read so far.
  long consumed() {
    return consumed + position;
  }

  /// The line on which the record begins, from 1.
  long line() {
    return recordLine;
  }

  int fields() {
    return fields;
  }

  /// The bytes of all fields; those of one lie between its [#start] and its [#end].
  byte[] bytes() {
    return text;
  }

  int start(int field) {
    return field == 0 ? 0 : ends[field - 1];
  }

  int end(int field) {
    return ends[field];
  }

  String string(int field) {
    return new String(text, start(field), end(field) - start(field), UTF_8);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
