package rackpulse.history;

import java.nio.file.Path;
import java.util.List;

/// Which file, which of its columns, and what those are.
///
/// @param file CSV with a first line that names the columns
/// @param time the column of the time
/// @param value the column to be judged or forecast
/// @param inputs columns that may explain it, at most 7
/// @param periodMillis length of the blocks that are averaged; 0 to take each row as a sample
/// @param subject what the value and the inputs are
public record RecordingSettings(
    Path file, String time, String value, List<String> inputs, long periodMillis, Subject subject) {
  public RecordingSettings {
    inputs = List.copyOf(inputs);
  }
}
