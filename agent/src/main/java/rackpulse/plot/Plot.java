package rackpulse.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a drawing of a recording needs, gathered in as many columns as it will have: its size does
/// not depend on that of the recording.
public final class Plot {
  static final int COLUMNS = 880;

  /// More marks than this cover the drawing.
  static final int MAX_MARKS = 500;

  private final Labels labels;
  private final long firstMillis;
  private final long lastMillis;
  private long splitMillis = Long.MAX_VALUE;

  // by column; NaN where there is nothing
  private final double[] low = empty();
  private final double[] high = empty();
  private final Means value = new Means();
  private final Means forecast = new Means();
  private final Means bandLow = new Means();
  private final Means bandHigh = new Means();

  /// Where what was raised, by its name.
  private final Map<String, boolean[]> raised = new LinkedHashMap<>();

  private final double[] markAt = new double[MAX_MARKS];
  private final double[] markValue = new double[MAX_MARKS];
  private int marks;

  /// What the drawing is called, and what its parts are.
  ///
  /// @param value the value with its unit, beside its axis
  /// @param forecast such as `forecast, 15 min ahead`
  /// @param mark what a marked value is
  /// @param limits of the value, drawn where they are near what was measured
  public record Labels(
      String title, String value, String forecast, String mark, List<Limit> limits) {
    public Labels {
      limits = List.copyOf(limits);
    }
  }

  /// A line across the drawing.
  public record Limit(String name, double value) {}

  /// @param firstMillis where the axis of time begins, since the epoch
  /// @param lastMillis where it ends
  public Plot(Labels labels, long firstMillis, long lastMillis) {
    this.labels = labels;
    this.firstMillis = firstMillis;
    this.lastMillis = Math.max(lastMillis, firstMillis + 1);
  }

  /// Where the part begins that is not learned from.
  public void split(long millis) {
    splitMillis = millis;
  }

  /// Takes what was measured; NaN where nothing was.
  public void value(long millis, double measured) {
    int column = column(millis);
    if (!Double.isNaN(measured) && column >= 0) {
      low[column] = Double.isNaN(low[column]) ? measured : Math.min(low[column], measured);
      high[column] = Double.isNaN(high[column]) ? measured : Math.max(high[column], measured);
      value.add(column, measured);
    }
  }

  /// Marks a measured value.
  public void mark(long millis, double measured) {
    if (marks < MAX_MARKS && !Double.isNaN(measured) && column(millis) >= 0) {
      markAt[marks] = share(millis);
      markValue[marks++] = measured;
    }
  }

  /// Something was raised from `fromMillis` on for as long as this.
  ///
  /// @param name what it was
  public void raised(String name, long fromMillis, long durationMillis) {
    int column = column(fromMillis);
    if (column >= 0) {
      double end = Math.min(1, share(fromMillis + durationMillis));
      boolean[] columns = raised.computeIfAbsent(name, _ -> new boolean[COLUMNS]);
      Arrays.fill(columns, column, Math.max(column + 1, (int) Math.ceil(end * COLUMNS)), true);
    }
  }

  /// Takes a forecast for `millis` and half the width of its band.
  public void forecast(long millis, double predicted, double halfBand) {
    int column = column(millis);
    if (column >= 0) {
      forecast.add(column, predicted);
      bandLow.add(column, predicted - halfBand);
      bandHigh.add(column, predicted + halfBand);
    }
  }

  private int column(long millis) {
    double share = share(millis);
    return share < 0 || share > 1 ? -1 : (int) Math.min(COLUMNS - 1, share * COLUMNS);
  }

  /// Where a time lies, from 0 to 1.
  double share(long millis) {
    return ((double) millis - firstMillis) / ((double) lastMillis - firstMillis);
  }

  private static double[] empty() {
    double[] values = new double[COLUMNS];
    Arrays.fill(values, Double.NaN);
    return values;
  }

  Labels labels() {
    return labels;
  }

  long firstMillis() {
    return firstMillis;
  }

  long lastMillis() {
    return lastMillis;
  }

  boolean hasSplit() {
    return splitMillis < lastMillis;
  }

  long splitMillis() {
    return splitMillis;
  }

  double low(int column) {
    return low[column];
  }

  double high(int column) {
    return high[column];
  }

  double value(int column) {
    return value.of(column);
  }

  double forecast(int column) {
    return forecast.of(column);
  }

  double bandLow(int column) {
    return bandLow.of(column);
  }

  double bandHigh(int column) {
    return bandHigh.of(column);
  }

  /// The names of what was raised, in the order in which they were first.
  List<String> raised() {
    return new ArrayList<>(raised.keySet());
  }

  boolean isRaised(String name, int column) {
    boolean[] columns = raised.get(name);
    return columns != null && columns[column];
  }

  int marks() {
    return marks;
  }

  double markAt(int mark) {
    return markAt[mark];
  }

  double markValue(int mark) {
    return markValue[mark];
  }

  /// A mean for each column.
  private static final class Means {
    private final double[] sums = new double[COLUMNS];
    private final long[] counts = new long[COLUMNS];

    void add(int column, double number) {
      sums[column] += number;
      counts[column]++;
    }

    double of(int column) {
      return counts[column] == 0 ? Double.NaN : sums[column] / counts[column];
    }
  }
}
