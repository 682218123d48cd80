package rackpulse.history;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;

/// Runs the models over a recording and writes what they say of each sample as a row of CSV.
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

  /// Samples between two calls of the progress.
  private static final int PROGRESS_SAMPLES = 1024;

  private Replay() {}

  /// What was done.
  ///
  /// @param rows of the recording
  /// @param bad rows that could not be used
  /// @param samples that the models judged
  /// @param alarms samples with an anomaly
  public record Summary(long rows, long bad, long samples, long alarms) {}

  /// Writes one row for each sample; as it is, each row is a sample and the gap rule is off.
  ///
  /// @param problems takes a line for each row that cannot be used
  /// @param progress takes how far into the file it is, 0 to 1
  public static Summary run(
      RecordingSettings settings,
      OutputStream out,
      Consumer<String> problems,
      DoubleConsumer progress)
      throws IOException, UnusableRecording {
    try (Samples samples = new Samples(settings, problems)) {
      RowWriter rows = new RowWriter(out);
      for (String column : HEADER) {
        rows.text(column);
      }
      rows.end();
      Judgement judgement = new Judgement(settings.value(), settings.inputs());
      long count = 0;
      long alarms = 0;
      while (samples.next()) {
        judgement.observe(samples);
        write(rows, samples, judgement);
        alarms += judgement.kind().isEmpty() ? 0 : 1;
        if (count++ % PROGRESS_SAMPLES == 0) {
          progress.accept(samples.recording().share());
        }
      }
      rows.flush();
      progress.accept(1);
      return new Summary(samples.recording().rows(), samples.recording().bad(), count, alarms);
    }
  }

  private static void write(RowWriter rows, Samples samples, Judgement judgement)
      throws IOException {
    rows.time(samples.millis());
    rows.number(samples.value());
    rows.text(judgement.state());
    rows.number(judgement.alarm());
    rows.number(judgement.severity());
    rows.text(judgement.kind());
    rows.number(judgement.hasValue() ? judgement.expected() : Double.NaN);
    rows.number(judgement.hasValue() ? judgement.low() : Double.NaN);
    rows.number(judgement.hasValue() ? judgement.high() : Double.NaN);
    rows.text(judgement.shares());
    rows.text(judgement.text());
    rows.end();
  }
}
