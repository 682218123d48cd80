package rackpulse.history;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;

/// A recording as the models want it: means over blocks that are aligned to the clock, or each row
/// as it is.
final class Samples implements Closeable {
  private final Recording recording;
  private final long periodMillis;

  /// Of the block that is being filled.
  private final double[] sums;

  private final long[] counts;
  private long open;
  private boolean hasRow;
  private boolean isOver;

  private final double[] values;
  private long block;
  private boolean hasSample;
  private long intervals;

  Samples(RecordingSettings settings, Consumer<String> problems)
      throws IOException, UnusableRecording {
    recording = new Recording(settings, problems);
    periodMillis = settings.periodMillis();
    sums = new double[recording.width()];
    counts = new long[recording.width()];
    values = new double[recording.width()];
  }

  /// Goes to the next sample.
  ///
  /// @return whether there was one
  boolean next() throws IOException {
    if (periodMillis > 0) {
      return nextBlock();
    }
    if (!recording.next()) {
      return false;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = recording.value(i);
    }
    intervals = 1;
    return true;
  }

  private boolean nextBlock() throws IOException {
    if (isOver) {
      return false;
    }
    while (recording.next()) {
      long of = Math.floorDiv(recording.millis(), periodMillis);
      if (hasRow && of < open) {
        recording.tell("line " + recording.line() + ": its time lies before that of rows above");
      } else if (hasRow && of > open) {
        close(open);
        add(of);
        return true;
      } else {
        add(of);
      }
    }
    isOver = true;
    if (hasRow) {
      close(open);
    }
    return hasRow;
  }

  private void add(long of) {
    open = of;
    hasRow = true;
    for (int i = 0; i < sums.length; i++) {
      double value = recording.value(i);
      if (!Double.isNaN(value)) {
        sums[i] += value;
        counts[i]++;
      }
    }
  }

  private void close(long finished) {
    for (int i = 0; i < values.length; i++) {
      values[i] = counts[i] == 0 ? Double.NaN : sums[i] / counts[i];
    }
    Arrays.fill(sums, 0);
    Arrays.fill(counts, 0);
    intervals = hasSample ? finished - block : 1;
    block = finished;
    hasSample = true;
  }

  /// When the row was taken, or the block began.
  long millis() {
    return periodMillis > 0 ? block * periodMillis : recording.millis();
  }

  /// Nominal intervals since the sample before: 1 without a gap, and always as it is.
  long intervals() {
    return intervals;
  }

  /// Whether blocks without a sample are gaps; rows as they are have none.
  boolean hasGaps() {
    return periodMillis > 0;
  }

  /// NaN where there is none.
  double value() {
    return values[0];
  }

  /// Copies the values of the inputs.
  void inputs(double[] into) {
    System.arraycopy(values, 1, into, 0, into.length);
  }

  double input(int index) {
    return values[index + 1];
  }

  Recording recording() {
    return recording;
  }

  @Override
  public void close() throws IOException {
    recording.close();
  }
}
