package rackpulse.history;

import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Consumer;

/// The rows of a recording in the order of their times, and how often each column has a value,
/// which its first rows tell.
final class Rows implements Closeable {
  /// Enough to see the usual distance also of a column that has a value in every tenth row.
  private static final int LOOKED_AT = 512;

  /// Where the first rows do not tell.
  private static final long USUAL_MILLIS = 300_000;

  private static final long SECOND_MILLIS = 1000;

  private final Recording recording;
  private final boolean isOrdered;
  private final int width;
  private final long[] firstMillis = new long[LOOKED_AT];
  private final long[] firstLines = new long[LOOKED_AT];
  private final double[] firstValues;
  private final long[] everyMillis;
  private int looked;
  private int given;
  private boolean hasRow;
  private long millis;
  private long line;
  private final double[] values;

  /// @param isOrdered whether a row before the one above it is a mistake
  Rows(RecordingSettings settings, boolean isOrdered, Consumer<String> problems)
      throws IOException, UnusableRecording {
    this.isOrdered = isOrdered;
    recording = new Recording(settings, problems);
    width = recording.width();
    values = new double[width];
    firstValues = new double[LOOKED_AT * width];
    everyMillis = new long[width];
    try {
      look();
    } catch (IOException e) {
      recording.close();
      throw e;
    }
  }

  private void look() throws IOException {
    while (looked < LOOKED_AT && recording.next()) {
      firstMillis[looked] = recording.millis();
      firstLines[looked] = recording.line();
      for (int i = 0; i < width; i++) {
        firstValues[looked * width + i] = recording.value(i);
      }
      looked++;
    }
    for (int i = 0; i < width; i++) {
      everyMillis[i] = usualDistance(i);
    }
  }

  /// The median, in whole seconds where it is nearly so, as agents poll.
  private long usualDistance(int column) {
    long[] distances = new long[LOOKED_AT];
    int count = 0;
    int last = -1;
    for (int row = 0; row < looked; row++) {
      if (!Double.isNaN(firstValues[row * width + column])) {
        if (last >= 0 && firstMillis[row] > firstMillis[last]) {
          distances[count++] = firstMillis[row] - firstMillis[last];
        }
        last = row;
      }
    }
    if (count == 0) {
      return USUAL_MILLIS;
    }
    Arrays.sort(distances, 0, count);
    long median = distances[count / 2];
    long whole = Math.round((double) median / SECOND_MILLIS) * SECOND_MILLIS;
    return Math.abs(whole - median) * 50 <= median ? whole : median;
  }

  /// Goes to the next row that can be used.
  ///
  /// @return whether there was one
  boolean next() throws IOException {
    while (take()) {
      long before = millis;
      millis = given <= looked ? firstMillis[given - 1] : recording.millis();
      if (!isOrdered || !hasRow || millis >= before) {
        hasRow = true;
        return true;
      }
      recording.tell(
          "line %d: its time %s lies before that of the row above, %s"
              .formatted(line, Instant.ofEpochMilli(millis), Instant.ofEpochMilli(before)));
      millis = before;
    }
    return false;
  }

  private boolean take() throws IOException {
    if (given < looked) {
      line = firstLines[given];
      System.arraycopy(firstValues, given * width, values, 0, width);
    } else {
      if (!recording.next()) {
        return false;
      }
      line = recording.line();
      for (int i = 0; i < width; i++) {
        values[i] = recording.value(i);
      }
    }
    given = Math.min(given + 1, looked + 1);
    return true;
  }

  /// Milliseconds since 1970.
  long millis() {
    return millis;
  }

  /// Of the value at 0, then of the inputs; NaN where there is none.
  double value(int column) {
    return values[column];
  }

  int width() {
    return width;
  }

  /// How far apart the values of a column usually are.
  long everyMillis(int column) {
    return everyMillis[column];
  }

  /// The file as it is.
  Recording recording() {
    return recording;
  }

  @Override
  public void close() throws IOException {
    recording.close();
  }
}
