package rackpulse.config;

import java.nio.file.Path;

/// One thing that is wrong in a file, and how to put it right.
///
/// @param line from 1; 0 when it concerns the file as a whole
/// @param column from 1; 0 when it concerns the line as a whole
public record Problem(Path file, int line, int column, String message) {
  /// As compilers print it: `rackpulse.toml:14:9: message`.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(file.toString());
    if (line > 0) {
      text.append(':').append(line);
    }
    if (column > 0) {
      text.append(':').append(column);
    }
    return text.append(": ").append(message).toString();
  }
}
