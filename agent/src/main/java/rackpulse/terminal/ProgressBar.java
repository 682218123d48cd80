package rackpulse.terminal;

import java.util.function.LongSupplier;

/// How far a long command has come, drawn over itself; nothing where nobody is watching.
public final class ProgressBar implements AutoCloseable {
  /// Often enough to look alive, seldom enough to cost nothing over a serial console.
  private static final long REDRAW_NANOS = 100_000_000L;

  private static final int BAR_COLUMNS = 24;

  private final Terminal terminal;
  private final String label;
  private final int total;
  private final LongSupplier nanoTime;
  private long drawnNanos;
  private int drawnColumns;

  /// @param total steps until the end, at least 1
  public ProgressBar(Terminal terminal, String label, int total, LongSupplier nanoTime) {
    this.terminal = terminal;
    this.label = label;
    this.total = Math.max(1, total);
    this.nanoTime = nanoTime;
    this.drawnNanos = nanoTime.getAsLong() - REDRAW_NANOS;
  }

  /// Shows that `done` steps are behind us; `note` says what is being done.
  public void show(int done, String note) {
    long now = nanoTime.getAsLong();
    if (!terminal.interactive() || now - drawnNanos < REDRAW_NANOS && done < total) {
      return;
    }
    drawnNanos = now;
    int filled = (int) ((long) BAR_COLUMNS * Math.min(done, total) / total);
    String text =
        label
            + " ["
            + "█".repeat(filled)
            + "·".repeat(BAR_COLUMNS - filled)
            + "] "
            + done
            + "/"
            + total
            + " "
            + note;
    draw(text.substring(0, Math.min(text.length(), terminal.columns() - 1)));
  }

  /// Prints `text` as a line of its own above the bar.
  public void line(String text) {
    draw("");
    terminal.out().print('\r');
    terminal.line(text);
  }

  /// Takes the bar away.
  @Override
  public void close() {
    if (drawnColumns > 0) {
      draw("");
      terminal.out().print('\r');
      terminal.out().flush();
    }
  }

  private void draw(String text) {
    if (!terminal.interactive()) {
      return;
    }
    String rest = " ".repeat(Math.max(0, drawnColumns - text.length()));
    terminal.out().print('\r' + text + rest);
    terminal.out().flush();
    drawnColumns = text.length();
  }
}
