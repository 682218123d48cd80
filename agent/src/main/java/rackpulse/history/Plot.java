package rackpulse.history;

import java.util.Arrays;

/// What a drawing of a recording needs, gathered in as many columns as it will have: its size does
/// not depend on that of the recording.
public final class Plot {
  static final int COLUMNS = 1000;

  /// More marks than this cover the drawing.
  static final int MAX_MARKS = 500;

  private final RecordingSettings recording;
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
  private final boolean[] rackRaised = new boolean[COLUMNS];
  private final double[] markAt = new double[MAX_MARKS];
  private final double[] markValue = new double[MAX_MARKS];
  private int marks;

  Plot(RecordingSettings recording, long firstMillis, long lastMillis) {
    this.recording = recording;
    this.firstMillis = firstMillis;
    this.lastMillis = Math.max(lastMillis, firstMillis + 1);
  }

  /// Where the part begins that is not learned from.
  void split(long millis) {
    splitMillis = millis;
  }

  void judge(long millis, double measured, Judgement judgement) {
    int column = column(millis);
    if (Double.isNaN(measured) || column < 0) {
      return;
    }
    low[column] = Double.isNaN(low[column]) ? measured : Math.min(low[column], measured);
    high[column] = Double.isNaN(high[column]) ? measured : Math.max(high[column], measured);
    value.add(column, measured);
    rackRaised[column] |= judgement.kind().equals("rack-model");
    if (judgement.alarm() > 0 && marks < MAX_MARKS) {
      markAt[marks] = share(millis);
      markValue[marks++] = measured;
    }
  }

  void forecast(long millis, double predicted, double halfBand) {
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
    return (double) (millis - firstMillis) / (lastMillis - firstMillis);
  }

  private static double[] empty() {
    double[] values = new double[COLUMNS];
    Arrays.fill(values, Double.NaN);
    return values;
  }

  RecordingSettings recording() {
    return recording;
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

  boolean rackRaised(int column) {
    return rackRaised[column];
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
