package rackpulse.history;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;

/// Writes rows of comma-separated values (RFC 4180, with LF) into a buffer of its own.
final class RowWriter implements Closeable {
  private static final int BUFFER_BYTES = 1 << 16;

  /// More than any field but a text needs.
  private static final int ROOM_BYTES = 64;

  private static final double MICRO = 1e6;

  /// Up to here a double times a million is a whole number of a long, exactly enough.
  private static final double LARGEST_PLAIN = 1e9;

  private static final long DAY_MILLIS = 86_400_000;

  private final OutputStream out;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int length;
  private boolean inRow;

  RowWriter(OutputStream out) {
    this.out = out;
  }

  /// RFC 3339 in UTC.
  void time(long millis) throws IOException {
    separate();
    long day = Math.floorDiv(millis, DAY_MILLIS);
    long ofDay = Math.floorMod(millis, DAY_MILLIS);
    date(day);
    put('T');
    digits(ofDay / 3_600_000, 2);
    put(':');
    digits(ofDay / 60_000 % 60, 2);
    put(':');
    digits(ofDay / 1000 % 60, 2);
    if (ofDay % 1000 != 0) {
      put('.');
      digits(ofDay % 1000, 3);
    }
    put('Z');
  }

  /// Year, month and day of days since 1970, in years that begin in March.
  private void date(long epochDay) {
    long days = epochDay + 719_468;
    long era = Math.floorDiv(days, 146_097);
    long dayOfEra = days - era * 146_097;
    long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    long monthFromMarch = (5 * dayOfYear + 2) / 153;
    long month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
    digits(yearOfEra + 400 * era + (month <= 2 ? 1 : 0), 4);
    put('-');
    digits(month, 2);
    put('-');
    digits(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, 2);
  }

  /// With at most six decimals; nothing for NaN.
  void number(double value) throws IOException {
    separate();
    if (Double.isNaN(value)) {
      return;
    }
    double size = Math.abs(value);
    if (size >= LARGEST_PLAIN || size > 0 && size < 1 / MICRO) {
      bytes(Double.toString(value).getBytes(US_ASCII));
      return;
    }
    long micros = Math.round(size * MICRO);
    if (value < 0 && micros > 0) {
      put('-');
    }
    whole(micros / 1_000_000);
    long fraction = micros % 1_000_000;
    if (fraction > 0) {
      put('.');
      int decimals = 6;
      while (fraction % 10 == 0) {
        fraction /= 10;
        decimals--;
      }
      digits(fraction, decimals);
    }
  }

  /// Quoted where it must be.
  void text(String text) throws IOException {
    separate();
    boolean isPlain = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      isPlain &= c != ',' && c != '"' && c != '\n' && c != '\r';
    }
    bytes((isPlain ? text : '"' + text.replace("\"", "\"\"") + '"').getBytes(UTF_8));
  }

  void end() throws IOException {
    room(1);
    put('\n');
    inRow = false;
  }

  private void separate() throws IOException {
    room(ROOM_BYTES);
    if (inRow) {
      put(',');
    }
    inRow = true;
  }

  private void whole(long number) {
    int digits = 1;
    for (long rest = number; rest >= 10; rest /= 10) {
      digits++;
    }
    digits(number, digits);
  }

  private void digits(long number, int count) {
    long rest = number;
    for (int i = length + count - 1; i >= length; i--) {
      buffer[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += count;
  }

  private void bytes(byte[] bytes) throws IOException {
    room(bytes.length);
    if (bytes.length > buffer.length) {
      out.write(bytes);
    } else {
      System.arraycopy(bytes, 0, buffer, length, bytes.length);
      length += bytes.length;
    }
  }

  private void put(char c) {
    buffer[length++] = (byte) c;
  }

  private void room(int bytes) throws IOException {
    if (length + bytes > buffer.length) {
      flush();
    }
  }

  void flush() throws IOException {
    out.write(buffer, 0, length);
    out.flush();
    length = 0;
  }

  @Override
  public void close() throws IOException {
    flush();
    out.close();
  }
}
