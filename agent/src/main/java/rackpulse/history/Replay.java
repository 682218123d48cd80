package rackpulse.history;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import rackpulse.telemetry.Anomaly;
import rackpulse.watch.RackWatch.Opinion;

/// Writes what the agent would have said of a recording, a row of CSV for each block of it.
public final class Replay {
  private static final List<String> HEADER =
      List.of(
          "time",
          "value",
          "state",
          "alarm",
          "severity",
          "kind",
          "expected",
          "low",
          "high",
          "shares",
          "text");

  /// Blocks between two calls of the progress.
  private static final int PROGRESS_BLOCKS = 64;

  private static final int SHARE_DIGITS = 4;

  private Replay() {}

  /// What was done.
  ///
  /// @param rows of the recording
  /// @param bad rows that could not be used
  /// @param samples blocks, or rows as they are, that were judged
  /// @param alarms those with an anomaly
  public record Summary(long rows, long bad, long samples, long alarms) {}

  /// Writes a row for each block with rows; as it is, each row is one and the gap rule is off.
  ///
  /// @param problems takes a line for each row that cannot be used
  /// @param progress takes how far into the file it is, 0 to 1
  public static Summary run(
      RecordingSettings settings,
      OutputStream out,
      Consumer<String> problems,
      DoubleConsumer progress)
      throws IOException, UnusableRecording {
    try (RecordedWatch watch = new RecordedWatch(settings, problems)) {
      RowWriter rows = new RowWriter(out);
      for (String column : HEADER) {
        rows.text(column);
      }
      rows.end();
      long count = 0;
      long alarms = 0;
      String state = "learning";
      for (JudgedBlock block = watch.next(); block != null; block = watch.next()) {
        state = block.state(state);
        write(rows, block, state);
        alarms += block.worst() == null ? 0 : 1;
        if (count++ % PROGRESS_BLOCKS == 0) {
          progress.accept(watch.recording().share());
        }
      }
      rows.flush();
      progress.accept(1);
      return new Summary(watch.recording().rows(), watch.recording().bad(), count, alarms);
    }
  }

  private static void write(RowWriter rows, JudgedBlock block, String state) throws IOException {
    Anomaly worst = block.worst();
    Anomaly told = worst == null ? block.ended() : worst;
    Opinion basis = block.basis();
    double expected = basis == null ? Double.NaN : basis.expected();
    double halfBand = basis == null ? Double.NaN : basis.halfBand();
    rows.time(block.startMillis());
    rows.number(block.value());
    rows.text(state);
    rows.number(block.alarm());
    rows.number(worst == null ? 0 : worst.severity());
    rows.text(worst == null ? "" : worst.kind().id());
    rows.number(expected);
    rows.number(expected - halfBand);
    rows.number(expected + halfBand);
    rows.text(worst == null ? "" : shares(worst));
    rows.text(told == null ? "" : told.text());
    rows.end();
  }

  private static String shares(Anomaly anomaly) {
    StringBuilder text = new StringBuilder();
    for (Anomaly.Share share : anomaly.shares()) {
      text.append(text.isEmpty() ? "" : "; ").append(share.name());
      text.append(share.amount() < 0 ? " " : " +");
      text.append(NumberText.rounded(share.amount(), SHARE_DIGITS));
    }
    return text.toString();
  }
}
