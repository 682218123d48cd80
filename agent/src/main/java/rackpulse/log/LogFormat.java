package rackpulse.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// How log entries look.
public enum LogFormat {
  /// For the systemd journal: each line begins with its syslog priority, `<3>` to `<7>`.
  JOURNAL,
  /// For people: time, level, message.
  TERMINAL,
  /// For programs: one JSON object per line.
  JSON;

  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  /// What fits the place to which standard error goes.
  ///
  /// @param environment the process's own
  public static LogFormat fitting(Map<String, String> environment) {
    return fitting(environment, STANDARD_ERROR);
  }

  /// systemd sets `JOURNAL_STREAM` to device and inode of the stream (systemd.exec(5)); a shell
  /// inside a service inherits the variable, but not the stream.
  static LogFormat fitting(Map<String, String> environment, Path standardError) {
    String journal = environment.get("JOURNAL_STREAM");
    if (journal == null) {
      return TERMINAL;
    }
    try {
      Map<String, Object> stream = Files.readAttributes(standardError, "unix:dev,ino");
      return journal.equals(stream.get("dev") + ":" + stream.get("ino")) ? JOURNAL : TERMINAL;
    } catch (IOException e) {
      return TERMINAL;
    }
  }
}
