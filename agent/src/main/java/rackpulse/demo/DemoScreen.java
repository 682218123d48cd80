package rackpulse.demo;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import rackpulse.json.JsonException;
import rackpulse.json.JsonReader;
import rackpulse.telemetry.Quantity;
import rackpulse.terminal.Sparkline;
import rackpulse.terminal.Table;
import rackpulse.terminal.Table.Cell;
import rackpulse.terminal.Terminal;
import rackpulse.terminal.Terminal.Style;

/// Shows the messages of a rack: a live table on a terminal, plain lines elsewhere.
public final class DemoScreen implements AutoCloseable {
  private static final int EVENT_LINES = 8;
  private static final String HOME = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";
  private static final String HIDE_CURSOR = "\u001b[?25l";
  private static final String SHOW_CURSOR = "\u001b[?25h";

  private final Terminal terminal;
  private final int fixedLevels;
  private final String title;
  private final RackView view = new RackView();
  private final Deque<String> events = new ArrayDeque<>();
  private boolean drawn;

  /// @param fixedLevels how many topic levels come before the device: prefix, site and rack
  /// @param title what stands above the table
  public DemoScreen(Terminal terminal, int fixedLevels, String title) {
    this.terminal = terminal;
    this.fixedLevels = fixedLevels;
    this.title = title;
  }

  /// Takes one message as the broker delivered it.
  public void message(String topic, byte[] payload, Instant at) {
    List<String> all = Arrays.asList(topic.split("/", -1));
    List<String> levels = all.subList(Math.min(fixedLevels, all.size() - 1), all.size());
    if (payload.length == 0) {
      view.clear(levels);
      return;
    }
    try {
      List<String> lines = view.take(levels, JsonReader.readObject(payload));
      boolean polled = levels.getLast().equals("readings");
      if (!terminal.interactive() || !polled) {
        lines.forEach(line -> event(line, at));
      }
    } catch (JsonException e) {
      event("not JSON on " + topic + ": " + e.getMessage(), at);
    }
  }

  /// Tells the audience of something that did not come in a message.
  public void event(String text, Instant at) {
    String line = at.truncatedTo(ChronoUnit.SECONDS).toString().substring(11, 19) + "  " + text;
    if (!terminal.interactive()) {
      terminal.line(line);
      return;
    }
    events.add(line);
    if (events.size() > EVENT_LINES) {
      events.remove();
    }
  }

  /// Draws the table anew; nothing without a terminal.
  ///
  /// @param elapsed how long the demonstration runs, in words
  public void draw(String elapsed) {
    if (!terminal.interactive()) {
      return;
    }
    StringBuilder screen = new StringBuilder(drawn ? HOME : HIDE_CURSOR + HOME + CLEAR_BELOW);
    for (String line : lines(elapsed)) {
      screen.append(line).append(CLEAR_LINE).append('\n');
    }
    terminal.out().print(screen.append(CLEAR_BELOW));
    terminal.out().flush();
    drawn = true;
  }

  private List<String> lines(String elapsed) {
    List<String> lines = new ArrayList<>();
    lines.add(terminal.styled(Style.BOLD, title) + "  agent " + view.agent() + "  " + elapsed);
    lines.add("");
    lines.addAll(table().lines(terminal));
    lines.add("");
    lines.add(terminal.styled(Style.BOLD, "anomalies"));
    if (view.anomalies().isEmpty()) {
      lines.add(terminal.styled(Style.DIM, "none"));
    }
    view.anomalies().forEach(text -> lines.add(terminal.styled(Style.RED, "! " + text)));
    lines.add("");
    lines.add(terminal.styled(Style.BOLD, "events"));
    lines.addAll(events);
    lines.add("");
    lines.add(terminal.styled(Style.DIM, "Ctrl-C ends it"));
    return lines;
  }

  private Table table() {
    Table table =
        new Table(
            Table.left("device"),
            Table.left("channel"),
            Table.right("value"),
            Table.left("last " + RackView.HISTORY + " polls"));
    String above = "";
    for (RackView.Row row : view.rows()) {
      String device = row.device().equals(above) ? "" : row.device();
      above = row.device();
      table.row(
          List.of(
              new Cell(device, Style.CYAN),
              new Cell(row.channel(), null),
              new Cell(row.text(), row.gap() ? Style.RED : null),
              new Cell(Sparkline.of(row.past(), leastRange(row.quantity())), Style.DIM)));
    }
    return table;
  }

  /// The change that is worth a full-height bar, in the quantity's unit.
  private static double leastRange(Quantity quantity) {
    return switch (quantity) {
      case TEMPERATURE -> 4;
      case RELATIVE_HUMIDITY, VOLTAGE -> 10;
      case POWER -> 500;
      case ENERGY -> 3.6e4;
      default -> 1;
    };
  }

  /// Gives the terminal its cursor back.
  @Override
  public void close() {
    if (drawn) {
      terminal.out().print(SHOW_CURSOR);
      terminal.out().flush();
    }
  }
}
