package rackpulse.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
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
  /// As much of the latest events as is kept.
  private static final int EVENTS = 30;

  /// Lines of the screen beside rows, anomalies and events.
  private static final int FRAME_LINES = 10;

  /// Without a terminal, how often all is told, in the rack's time.
  private static final Duration TOLD_EVERY = Duration.ofMinutes(30);

  private static final Duration PAST = RackView.BETWEEN.multipliedBy(RackView.HISTORY);
  private static final String HOME = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";
  private static final String HIDE_CURSOR = "\u001b[?25l";
  private static final String SHOW_CURSOR = "\u001b[?25h";

  private final Terminal terminal;
  private final int height;
  private final int fixedLevels;
  private final List<String> title;
  private final RackView view = new RackView();
  private final Deque<String> events = new ArrayDeque<>();
  private Instant told = Instant.MIN;
  private boolean drawn;

  /// @param height lines of the terminal
  /// @param fixedLevels how many topic levels come before the device: prefix, site and rack
  /// @param title what stands above the table: a line, and one that explains it
  public DemoScreen(Terminal terminal, int height, int fixedLevels, List<String> title) {
    this.terminal = terminal;
    this.height = height;
    this.fixedLevels = fixedLevels;
    this.title = List.copyOf(title);
  }

  /// Takes one message as the broker delivered it.
  ///
  /// @param at the rack's time
  public void message(String topic, byte[] payload, Instant at) {
    List<String> all = Arrays.asList(topic.split("/", -1));
    List<String> levels = all.subList(Math.min(fixedLevels, all.size() - 1), all.size());
    if (payload.length == 0) {
      view.clear(levels);
      return;
    }
    try {
      view.take(levels, JsonReader.readObject(payload), at).forEach(line -> event(line, at));
    } catch (JsonException e) {
      event("not JSON on " + topic + ": " + e.getMessage(), at);
    }
  }

  /// Device, channel and kind of each anomaly that is raised, such as `inlet.temperature.limit`.
  public Set<String> raised() {
    return view.raised();
  }

  /// Whether every device has been heard of since `then`, in the rack's time.
  public boolean isCurrent(Instant then) {
    return view.heard().filter(heard -> !heard.isBefore(then)).isPresent();
  }

  /// Tells the audience of something that happens.
  ///
  /// @param at the rack's time
  public void event(String text, Instant at) {
    String line = clock(at) + "  " + text;
    if (!terminal.interactive()) {
      terminal.line(line);
      return;
    }
    events.add(line);
    if (events.size() > EVENTS) {
      events.remove();
    }
  }

  private static String clock(Instant at) {
    return at.truncatedTo(ChronoUnit.MINUTES).toString().substring(11, 16);
  }

  /// Draws the table anew; without a terminal tells the readings now and then.
  ///
  /// @param now the rack's time
  public void draw(Instant now) {
    if (!terminal.interactive()) {
      tell(now);
      return;
    }
    StringBuilder screen = new StringBuilder(drawn ? HOME : HIDE_CURSOR + HOME + CLEAR_BELOW);
    for (String line : lines(now)) {
      screen.append(line).append(CLEAR_LINE).append('\n');
    }
    terminal.out().print(screen.append(CLEAR_BELOW));
    terminal.out().flush();
    drawn = true;
  }

  private void tell(Instant now) {
    if (now.isBefore(told.plus(TOLD_EVERY))) {
      return;
    }
    String line =
        mainRows().stream()
            .filter(row -> !row.text().isEmpty())
            .map(row -> row.device() + " " + row.text())
            .collect(Collectors.joining(", "));
    if (!line.isEmpty()) {
      told = now;
      terminal.line(clock(now) + "  " + line);
    }
  }

  private List<String> lines(Instant now) {
    List<String> lines = new ArrayList<>();
    lines.add(terminal.styled(Style.BOLD, title.getFirst()) + "  " + clock(now));
    title.stream().skip(1).forEach(lines::add);
    lines.add("");
    lines.addAll(table().lines(terminal));
    lines.add("");
    int room = Math.max(2, height - FRAME_LINES - mainRows().size());
    List<String> anomalies = view.anomalies().stream().map(text -> "! " + text).toList();
    lines.add(terminal.styled(Style.BOLD, "anomalies: " + anomalies.size()));
    List<String> latest = latest(anomalies, 2 * room / 3);
    latest.forEach(text -> lines.add(terminal.styled(Style.RED, text)));
    lines.add("");
    lines.add(terminal.styled(Style.BOLD, "events"));
    lines.addAll(latest(List.copyOf(events), room - latest.size()));
    lines.add(terminal.styled(Style.DIM, "Ctrl-C ends it"));
    return lines;
  }

  /// The last of `texts`, in as many lines of the terminal as they need, at most `room`.
  private List<String> latest(List<String> texts, int room) {
    List<String> lines = new ArrayList<>();
    for (String text : texts.reversed()) {
      List<String> wrapped = wrapped(text);
      if (lines.size() + wrapped.size() > room) {
        return lines;
      }
      lines.addAll(0, wrapped);
    }
    return lines;
  }

  private List<String> wrapped(String text) {
    List<String> lines = new ArrayList<>();
    int columns = terminal.columns() - 1;
    String rest = text;
    while (rest.length() > columns) {
      int space = rest.lastIndexOf(' ', columns);
      int end = space > columns / 2 ? space : columns;
      lines.add(rest.substring(0, end));
      rest = "       " + rest.substring(end).strip();
    }
    lines.add(rest);
    return lines;
  }

  /// What a person looks at first: temperatures and power.
  private List<RackView.Row> mainRows() {
    return view.rows().stream().filter(DemoScreen::isMain).toList();
  }

  private static boolean isMain(RackView.Row row) {
    return switch (row.quantity()) {
      case TEMPERATURE -> !row.channel().equals("dew-point");
      case POWER -> true;
      default -> false;
    };
  }

  private Table table() {
    Table table =
        new Table(
            Table.left("device"),
            Table.left("channel"),
            Table.right("value"),
            Table.left("the last " + PAST.toHours() + " h"));
    String above = "";
    for (RackView.Row row : mainRows()) {
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
      case POWER -> 500;
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
