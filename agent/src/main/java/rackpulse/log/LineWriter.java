package rackpulse.log;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Map;
import org.tinylog.core.LogEntry;
import org.tinylog.core.LogEntryValue;
import org.tinylog.writers.Writer;

/// Writes log entries to standard error, each with one write so that threads never mix theirs.
/// Created by tinylog, by name.
public final class LineWriter implements Writer {
  static final String FORMAT = "format";

  private final Layout layout;
  private final PrintStream out;

  /// Called by tinylog.
  ///
  /// @param properties what [Logging] configured
  public LineWriter(Map<String, String> properties) {
    this(LogFormat.valueOf(properties.getOrDefault(FORMAT, LogFormat.TERMINAL.name())), System.err);
  }

  LineWriter(LogFormat format, PrintStream out) {
    layout = Layout.of(format, ZoneId.systemDefault());
    this.out = out;
  }

  @Override
  public Collection<LogEntryValue> getRequiredLogEntryValues() {
    return EnumSet.of(
        LogEntryValue.DATE,
        LogEntryValue.LEVEL,
        LogEntryValue.THREAD,
        LogEntryValue.CLASS,
        LogEntryValue.MESSAGE,
        LogEntryValue.EXCEPTION);
  }

  @Override
  public void write(LogEntry entry) {
    byte[] lines = layout.lines(entry).getBytes(StandardCharsets.UTF_8);
    out.write(lines, 0, lines.length);
    out.flush();
  }

  @Override
  public void flush() {
    out.flush();
  }

  @Override
  public void close() {
    out.flush();
  }
}
