package rackpulse.log;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tinylog.Level;
import org.tinylog.core.LogEntry;
import rackpulse.json.JsonWriter;

/// A log entry as lines of text, pure. What a device or a broker put into a message can neither
/// begin a line of its own nor steer a terminal: control characters are escaped.
interface Layout {
  /// One line or more, each ended.
  String lines(LogEntry entry);

  static Layout of(LogFormat format, ZoneId zone) {
    return switch (format) {
      case JOURNAL -> Layout::journal;
      case TERMINAL -> entry -> terminal(entry, zone);
      case JSON -> Layout::json;
    };
  }

  /// sd-daemon(3): the priority prefix counts for one line, so every line has it.
  private static String journal(LogEntry entry) {
    return prefixed(text(entry), "<" + priority(entry.getLevel()) + ">", "");
  }

  private static String terminal(LogEntry entry, ZoneId zone) {
    LocalTime time = LocalTime.ofInstant(entry.getTimestamp().toInstant(), zone);
    String level = entry.getLevel().name();
    String head =
        time.truncatedTo(ChronoUnit.SECONDS).toString()
            + (time.getSecond() == 0 ? ":00 " : " ") // LocalTime leaves zero seconds out
            + level
            + " ".repeat(6 - level.length());
    return prefixed(text(entry), head, " ".repeat(head.length()));
  }

  private static String json(LogEntry entry) {
    JsonWriter json =
        new JsonWriter()
            .beginObject()
            .time("ts", entry.getTimestamp().toInstant())
            .text("level", entry.getLevel().name().toLowerCase(Locale.ROOT))
            .text("thread", entry.getThread().getName())
            .text("class", entry.getClassName())
            .text("message", entry.getMessage() == null ? "" : entry.getMessage());
    if (entry.getException() != null) {
      json.text("exception", trace(entry.getException()));
    }
    return json.end().text() + "\n";
  }

  /// Message and trace.
  private static String text(LogEntry entry) {
    @Nullable String message = entry.getMessage();
    @Nullable Throwable exception = entry.getException();
    if (exception == null) {
      return message == null ? "" : message;
    }
    return message == null ? trace(exception) : message + "\n" + trace(exception);
  }

  private static String trace(Throwable exception) {
    StringWriter trace = new StringWriter();
    exception.printStackTrace(new PrintWriter(trace));
    return trace.toString().stripTrailing();
  }

  /// `first` before the first line; `others`, or `first` where that is empty, before the rest.
  private static String prefixed(String text, String first, String others) {
    StringBuilder lines = new StringBuilder(first.length() + text.length() + 1).append(first);
    String next = others.isEmpty() ? first : others;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        lines.append('\n').append(next);
      } else if (isPlain(c)) {
        lines.append(c);
      } else {
        lines.append("\\u").append(Integer.toHexString(0x10000 | c), 1, 5);
      }
    }
    return lines.append('\n').toString();
  }

  /// Format characters reverse the direction of text or hide in it.
  private static boolean isPlain(char c) {
    return c == '\t' || !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT;
  }

  private static int priority(Level level) {
    return switch (level) {
      case ERROR, OFF -> 3;
      case WARN -> 4;
      case INFO -> 6;
      case DEBUG, TRACE -> 7;
    };
  }
}
