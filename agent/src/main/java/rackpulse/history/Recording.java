package rackpulse.history;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A CSV file with a time, a value and perhaps inputs in named columns, read row by row.
///
/// A row that cannot be used is told with its line number and passed over.
final class Recording implements Closeable {
  /// After so many problems they are only counted: a file in another form has one in every row.
  static final int MAX_TOLD = 20;

  private final RecordingSettings settings;
  private final Consumer<String> problems;
  private final long sizeBytes;
  private final CsvReader csv;
  private final int columns;
  private final int timeColumn;

  /// Of the value, then of the inputs.
  private final int[] valueColumns;

  private final double[] values;
  private long millis;
  private long rows;
  private long bad;

  /// @param problems takes a line for each row that cannot be used
  /// @throws UnusableRecording when there is no such file or column
  Recording(RecordingSettings settings, Consumer<String> problems)
      throws IOException, UnusableRecording {
    this.settings = settings;
    this.problems = problems;
    boolean isInput = settings.file().equals(Path.of("-"));
    Path file = isInput ? Path.of("/dev/stdin") : settings.file();
    if (!Files.exists(file)) {
      throw new UnusableRecording(file + ": there is no such file");
    }
    if (Files.isDirectory(file)) {
      throw new UnusableRecording(file + ": this is a directory: name a CSV file in it");
    }
    if (!Files.isReadable(file)) {
      throw new UnusableRecording(file + ": no permission to read it");
    }
    sizeBytes = Files.isRegularFile(file) ? Math.max(1, Files.size(file)) : Long.MAX_VALUE;
    csv = new CsvReader(Files.newInputStream(file));
    try {
      List<String> header = header();
      columns = header.size();
      timeColumn = column(header, settings.time());
      valueColumns = new int[1 + settings.inputs().size()];
      valueColumns[0] = column(header, settings.value());
      for (int i = 1; i < valueColumns.length; i++) {
        valueColumns[i] = column(header, settings.inputs().get(i - 1));
      }
      values = new double[valueColumns.length];
    } catch (IOException | UnusableRecording e) {
      csv.close();
      throw e;
    }
  }

  private List<String> header() throws IOException, UnusableRecording {
    try {
      if (!csv.next()) {
        throw new UnusableRecording(
            settings.file() + ": the file is empty: its first line must name the columns");
      }
    } catch (MalformedRow e) {
      throw new UnusableRecording(settings.file() + ": " + e.problem());
    }
    List<String> header = new ArrayList<>();
    for (int i = 0; i < csv.fields(); i++) {
      header.add(csv.string(i).strip());
    }
    return header;
  }

  private int column(List<String> header, String name) throws UnusableRecording {
    int index = header.indexOf(name);
    if (index < 0) {
      throw new UnusableRecording(
          "%s: there is no column \"%s\" in its first line, but %s%s"
              .formatted(settings.file(), name, String.join(", ", header), hint(header)));
    }
    if (header.lastIndexOf(name) != index) {
      throw new UnusableRecording(
          settings.file() + ": there are two columns \"" + name + "\": rename one");
    }
    return index;
  }

  /// What programs for tables like to write instead of CSV.
  private static String hint(List<String> header) {
    String first = header.getFirst();
    if (first.indexOf('\0') >= 0) {
      return ": this is UTF-16, save it as UTF-8";
    }
    boolean isOther = header.size() == 1 && (first.indexOf(';') >= 0 || first.indexOf('\t') >= 0);
    return isOther ? ": separate the columns by commas" : "";
  }

  /// Goes to the next row that can be used.
  ///
  /// @return whether there was one
  boolean next() throws IOException {
    while (true) {
      try {
        if (!csv.next()) {
          return false;
        }
        rows++;
        parse();
        return true;
      } catch (MalformedRow e) {
        tell(e.problem());
      }
    }
  }

  private void parse() throws MalformedRow {
    if (csv.fields() != columns) {
      throw new MalformedRow(
          csv.line(), csv.fields() + " fields, where the first line has " + columns);
    }
    millis = TimeText.millis(csv.bytes(), csv.start(timeColumn), csv.end(timeColumn));
    if (millis == TimeText.NONE) {
      throw new MalformedRow(
          csv.line(),
          "\"%s\" is no time: 2026-11-23T18:00:00Z, 2026-11-23 18:00:00, or seconds or milliseconds"
                  .formatted(csv.string(timeColumn))
              + " since 1970");
    }
    for (int i = 0; i < values.length; i++) {
      int column = valueColumns[i];
      values[i] = NumberText.value(csv.bytes(), csv.start(column), csv.end(column));
      if (!Double.isFinite(values[i]) && !isNothing(csv.string(column).strip())) {
        throw new MalformedRow(csv.line(), "\"" + csv.string(column) + "\" is no number");
      }
    }
  }

  /// How recordings write that there is no value.
  private static boolean isNothing(String text) {
    return text.isEmpty()
        || text.equalsIgnoreCase("nan")
        || text.equalsIgnoreCase("null")
        || text.equalsIgnoreCase("na");
  }

  /// Tells a problem of the present row or counts it, and takes it for bad.
  void tell(String problem) {
    if (bad < MAX_TOLD) {
      problems.accept(settings.file() + ": " + problem);
    } else if (bad == MAX_TOLD) {
      problems.accept(settings.file() + ": more rows like these are only counted");
    }
    bad++;
  }

  long line() {
    return csv.line();
  }

  /// Milliseconds since 1970.
  long millis() {
    return millis;
  }

  /// Of the value at 0, then of the inputs; NaN where there is none.
  double value(int index) {
    return values[index];
  }

  /// How many values a row has: one and the inputs.
  int width() {
    return values.length;
  }

  long rows() {
    return rows;
  }

  /// Rows that could not be used.
  long bad() {
    return bad;
  }

  /// How far into the file it is, 0 to 1.
  double share() {
    return Math.min(1, (double) csv.consumed() / sizeBytes);
  }

  @Override
  public void close() throws IOException {
    csv.close();
  }
}
