package rackpulse.terminal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Aligned columns under a header, without lines: reads well on a terminal and in a pipe.
public final class Table {
  private static final String BETWEEN = "  ";

  private final List<Column> columns;
  private final List<List<Cell>> rows = new ArrayList<>();

  public Table(Column... columns) {
    this.columns = List.of(columns);
  }

  /// A column whose texts begin at its left edge.
  public static Column left(String title) {
    return new Column(title, false);
  }

  /// A column whose texts end at its right edge, for numbers.
  public static Column right(String title) {
    return new Column(title, true);
  }

  /// Adds a row of unstyled texts, one for each column.
  public Table row(String... texts) {
    List<Cell> cells = new ArrayList<>();
    for (String text : texts) {
      cells.add(new Cell(text, null));
    }
    return row(cells);
  }

  /// Adds a row, one cell for each column.
  public Table row(List<Cell> cells) {
    if (cells.size() != columns.size()) {
      throw new IllegalArgumentException(cells.size() + " cells, " + columns.size() + " columns");
    }
    rows.add(List.copyOf(cells));
    return this;
  }

  /// Whether there is nothing but the header.
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /// The header and every row, without trailing blanks.
  public List<String> lines(Terminal terminal) {
    int[] widths = widths();
    List<String> lines = new ArrayList<>();
    List<Cell> header = new ArrayList<>();
    for (Column column : columns) {
      header.add(new Cell(column.title, Terminal.Style.BOLD));
    }
    lines.add(line(header, widths, terminal));
    for (List<Cell> row : rows) {
      lines.add(line(row, widths, terminal));
    }
    return lines;
  }

  /// Prints the header and every row.
  public void print(Terminal terminal) {
    lines(terminal).forEach(terminal::line);
  }

  private int[] widths() {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = columns.get(i).title.length();
      for (List<Cell> row : rows) {
        widths[i] = Math.max(widths[i], row.get(i).text.length());
      }
    }
    return widths;
  }

  private String line(List<Cell> cells, int[] widths, Terminal terminal) {
    StringBuilder line = new StringBuilder();
    StringBuilder owed = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      Cell cell = cells.get(i);
      String blanks = " ".repeat(widths[i] - cell.text.length());
      if (columns.get(i).right) {
        owed.append(blanks);
      }
      if (!cell.text.isEmpty()) {
        line.append(owed).append(cell.styled(terminal));
        owed.setLength(0);
      }
      if (!columns.get(i).right) {
        owed.append(blanks);
      }
      owed.append(BETWEEN);
    }
    return line.toString();
  }

  /// @param right whether texts end at the right edge
  public record Column(String title, boolean right) {}

  /// A text and how it stands out; no style means as it is.
  public record Cell(String text, Terminal.@Nullable Style style) {
    private String styled(Terminal terminal) {
      return style == null ? text : terminal.styled(style, text);
    }
  }
}
