package rackpulse.terminal;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where a command prints to, and whether a person is watching.
///
/// @param interactive whether lines may be drawn over; false in scripts, pipes and journals
/// @param colour whether colours are welcome (<https://no-color.org>)
/// @param columns width, at least 40
public record Terminal(PrintStream out, boolean interactive, boolean colour, int columns) {
  private static final int DEFAULT_COLUMNS = 100;
  private static final int MIN_COLUMNS = 40;

  public Terminal {
    columns = Math.max(MIN_COLUMNS, columns);
  }

  /// Standard output, judged by whether it is a terminal and by `TERM`, `NO_COLOR`, `COLUMNS`.
  public static Terminal of(PrintStream out, Map<String, String> environment) {
    boolean watched = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    boolean interactive = watched && !"dumb".equals(environment.get("TERM"));
    boolean colour = interactive && environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Terminal(out, interactive, colour, columns(environment.get("COLUMNS")));
  }

  /// A place that is no terminal.
  public static Terminal plain(PrintStream out) {
    return new Terminal(out, false, false, DEFAULT_COLUMNS);
  }

  private static int columns(@Nullable String text) {
    try {
      return text == null ? DEFAULT_COLUMNS : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return DEFAULT_COLUMNS;
    }
  }

  /// The same place for much data: where it is standard output, what cannot be written is an
  /// exception, which a [PrintStream] keeps for itself.
  public OutputStream bytes() {
    return out.equals(System.out) ? new FileOutputStream(FileDescriptor.out) : out;
  }

  /// Prints one line.
  public void line(String text) {
    out.println(text);
  }

  /// `text` in `style`, or as it is where colours are not welcome.
  public String styled(Style style, String text) {
    return colour ? "\u001b[" + style.code + "m" + text + "\u001b[0m" : text;
  }

  /// How a text stands out (ECMA-48, select graphic rendition).
  public enum Style {
    BOLD("1"),
    DIM("2"),
    RED("31"),
    GREEN("32"),
    YELLOW("33"),
    CYAN("36");

    private final String code;

    Style(String code) {
      this.code = code;
    }
  }
}
