package rackpulse.history;

import java.util.Locale;

/// Draws a [Plot] as a file of Scalable Vector Graphics 1.1 that stands in a report as it is: axes
/// with units of time, a legend, the band of the forecast, the anomalies.
public final class SvgPlot {
  private static final int WIDTH = 1120;
  private static final int HEIGHT = 480;
  private static final int LEFT = 80;
  private static final int TOP = 64;
  private static final int BOTTOM = 56;
  private static final int PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;
  private static final int TICK_TARGET = 6;
  private static final double MARGIN = 0.05;
  private static final String INK = "#222222";
  private static final String GREY = "#dddddd";
  private static final String VALUE = "#1f5fa8";
  private static final String BAND = "#f2b263";
  private static final String FORECAST = "#c46a00";
  private static final String ALARM = "#c21d2c";

  private final Plot plot;
  private final String forecastName;
  private final StringBuilder svg = new StringBuilder();
  private double bottom;
  private double top;

  private SvgPlot(Plot plot, String forecastName) {
    this.plot = plot;
    this.forecastName = forecastName;
  }

  /// @param forecastName the legend of the forecast, such as `forecast, 15 min ahead`
  /// @return the whole file
  public static String draw(Plot plot, String forecastName) {
    return new SvgPlot(plot, forecastName).draw();
  }

  private String draw() {
    findRange();
    svg.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        .append("<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"")
        .append(WIDTH)
        .append("\" height=\"")
        .append(HEIGHT)
        .append("\" viewBox=\"0 0 ")
        .append(WIDTH + " " + HEIGHT)
        .append("\" font-family=\"sans-serif\" font-size=\"13\" fill=\"" + INK + "\">\n")
        .append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    String file = String.valueOf(plot.recording().file().getFileName());
    text(LEFT, 24, "start", plot.recording().value() + " in " + file, " font-size=\"16\"");
    drawRaised();
    drawValueAxis();
    drawTimeAxis();
    drawBand();
    drawValues();
    drawLine(FORECAST, 1, plot::forecast);
    drawMarks();
    drawSplit();
    drawLegend();
    return svg.append("</svg>\n").toString();
  }

  private void findRange() {
    bottom = Double.POSITIVE_INFINITY;
    top = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < Plot.COLUMNS; i++) {
      include(plot.low(i));
      include(plot.high(i));
    }
    if (bottom > top) {
      bottom = 0;
      top = 1;
    }
    double margin = Math.max(MARGIN * (top - bottom), 1e-6 * Math.abs(top) + 1e-9);
    bottom -= margin;
    top += margin;
  }

  private void include(double value) {
    if (!Double.isNaN(value)) {
      bottom = Math.min(bottom, value);
      top = Math.max(top, value);
    }
  }

  private double x(double column) {
    return LEFT + column;
  }

  /// Kept within the drawing: a band that is far wider than the values would hide them.
  private double y(double value) {
    double share = Math.clamp((value - bottom) / (top - bottom), 0, 1);
    return TOP + PLOT_HEIGHT * (1 - share);
  }

  private void drawValueAxis() {
    double step = niceStep((top - bottom) / TICK_TARGET);
    int decimals = (int) Math.clamp(Math.ceil(-Math.log10(step) - 1e-9), 0, 9);
    for (double tick = Math.ceil(bottom / step) * step; tick <= top; tick += step) {
      line(LEFT, y(tick), LEFT + Plot.COLUMNS, y(tick), GREY);
      String label = String.format(Locale.ROOT, "%." + decimals + "f", tick + 0.0);
      text(LEFT - 8, y(tick) + 4, "end", label, "");
    }
    line(LEFT, TOP, LEFT, TOP + PLOT_HEIGHT, INK);
  }

  /// 1, 2 or 5 times a power of ten.
  private static double niceStep(double rough) {
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double share = rough / power;
    return (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10) * power;
  }

  private void drawTimeAxis() {
    int floor = TOP + PLOT_HEIGHT;
    line(LEFT, floor, LEFT + Plot.COLUMNS, floor, INK);
    long stepMillis = TimeTicks.stepMillis(plot.lastMillis() - plot.firstMillis());
    long first = -Math.floorDiv(-plot.firstMillis(), stepMillis) * stepMillis;
    for (long tick = first; tick <= plot.lastMillis(); tick += stepMillis) {
      double x = x(plot.share(tick) * Plot.COLUMNS);
      line(x, floor, x, floor + 5, INK);
      text(x, floor + 20, "middle", TimeTicks.label(tick, stepMillis), "");
    }
    text(LEFT + Plot.COLUMNS / 2.0, HEIGHT - 12, "middle", "time, UTC", "");
  }

  private void drawBand() {
    int from = 0;
    while (from < Plot.COLUMNS) {
      int to = from;
      while (to < Plot.COLUMNS && !Double.isNaN(plot.bandLow(to))) {
        to++;
      }
      if (to > from) {
        svg.append("<path fill=\"" + BAND + "\" fill-opacity=\"0.45\" d=\"");
        for (int i = from; i < to; i++) {
          point(i == from ? 'M' : 'L', i + 0.5, plot.bandHigh(i));
        }
        for (int i = to - 1; i >= from; i--) {
          point('L', i + 0.5, plot.bandLow(i));
        }
        svg.append("Z\"/>\n");
      }
      from = to + 1;
    }
  }

  /// Where a column stands for many samples, from the lowest to the highest of them.
  private void drawValues() {
    svg.append("<path fill=\"none\" stroke=\"" + VALUE + "\" stroke-opacity=\"0.35\" d=\"");
    for (int i = 0; i < Plot.COLUMNS; i++) {
      if (plot.high(i) > plot.low(i)) {
        point('M', i + 0.5, plot.low(i));
        point('L', i + 0.5, plot.high(i));
      }
    }
    svg.append("\"/>\n");
    drawLine(VALUE, 1.4, plot::value);
  }

  private interface Series {
    double at(int column);
  }

  /// Joins neighbouring columns, and those that are a few apart because samples are rarer.
  private void drawLine(String colour, double width, Series series) {
    svg.append("<path fill=\"none\" stroke=\"").append(colour).append("\" stroke-width=\"");
    svg.append(width).append("\" stroke-linejoin=\"round\" d=\"");
    int last = -Plot.COLUMNS;
    int usualGap = usualGap(series);
    for (int i = 0; i < Plot.COLUMNS; i++) {
      if (!Double.isNaN(series.at(i))) {
        point(i - last > 2 * usualGap ? 'M' : 'L', i + 0.5, series.at(i));
        last = i;
      }
    }
    svg.append("\"/>\n");
  }

  private static int usualGap(Series series) {
    int known = 0;
    for (int i = 0; i < Plot.COLUMNS; i++) {
      known += Double.isNaN(series.at(i)) ? 0 : 1;
    }
    return known == 0 ? Plot.COLUMNS : (Plot.COLUMNS + known - 1) / known;
  }

  private void drawRaised() {
    int from = 0;
    while (from < Plot.COLUMNS) {
      int to = from;
      while (to < Plot.COLUMNS && plot.rackRaised(to)) {
        to++;
      }
      if (to > from) {
        svg.append("<rect fill=\"" + ALARM + "\" fill-opacity=\"0.12\" x=\"")
            .append(number(x(from)))
            .append("\" y=\"" + TOP + "\" width=\"")
            .append(to - from)
            .append("\" height=\"" + PLOT_HEIGHT + "\"/>\n");
      }
      from = to + 1;
    }
  }

  private void drawMarks() {
    for (int i = 0; i < plot.marks(); i++) {
      circle(x(plot.markAt(i) * Plot.COLUMNS), y(plot.markValue(i)));
    }
  }

  private void circle(double x, double y) {
    svg.append("<circle r=\"4.5\" fill=\"none\" stroke=\"" + ALARM + "\" stroke-width=\"2\" cx=\"")
        .append(number(x))
        .append("\" cy=\"")
        .append(number(y))
        .append("\"/>\n");
  }

  private void drawSplit() {
    if (plot.hasSplit()) {
      double x = x(plot.share(plot.splitMillis()) * Plot.COLUMNS);
      svg.append("<g stroke-dasharray=\"5 4\">\n");
      line(x, TOP, x, TOP + PLOT_HEIGHT, INK);
      svg.append("</g>\n");
      text(x - 6, TOP + 14, "end", "learned from", " fill-opacity=\"0.7\"");
      text(x + 6, TOP + 14, "start", "test", " fill-opacity=\"0.7\"");
    }
  }

  private void drawLegend() {
    int y = 46;
    legendLine(LEFT, y, VALUE);
    text(LEFT + 34, y, "start", "measured", "");
    legendLine(LEFT + 120, y, FORECAST);
    text(LEFT + 154, y, "start", forecastName, "");
    swatch(LEFT + 380, y, BAND, 0.45);
    text(LEFT + 414, y, "start", "band of the forecast", "");
    circle(LEFT + 592, y - 4);
    text(LEFT + 606, y, "start", "unlike its past", "");
    if (!plot.recording().inputs().isEmpty()) {
      swatch(LEFT + 730, y, ALARM, 0.12);
      text(LEFT + 764, y, "start", "unlike its inputs", "");
    }
  }

  private void legendLine(int x, int y, String colour) {
    svg.append("<g stroke-width=\"2\">\n");
    line(x, y - 4.0, x + 26.0, y - 4.0, colour);
    svg.append("</g>\n");
  }

  private void swatch(int x, int y, String colour, double opacity) {
    svg.append("<rect width=\"26\" height=\"12\" fill=\"")
        .append(colour)
        .append("\" fill-opacity=\"")
        .append(opacity)
        .append("\" x=\"")
        .append(x)
        .append("\" y=\"")
        .append(y - 10)
        .append("\"/>\n");
  }

  private void line(double x1, double y1, double x2, double y2, String colour) {
    svg.append("<path fill=\"none\" stroke=\"")
        .append(colour)
        .append("\" d=\"M")
        .append(number(x1) + ' ' + number(y1) + 'L' + number(x2) + ' ' + number(y2))
        .append("\"/>\n");
  }

  private void point(char command, double column, double value) {
    svg.append(command).append(number(x(column))).append(' ').append(number(y(value)));
  }

  private void text(double x, double y, String anchor, String text, String attributes) {
    svg.append("<text x=\"")
        .append(number(x))
        .append("\" y=\"")
        .append(number(y))
        .append("\" text-anchor=\"")
        .append(anchor)
        .append('"')
        .append(attributes)
        .append('>')
        .append(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
        .append("</text>\n");
  }

  private static String number(double value) {
    return NumberText.rounded(Math.rint(10 * value) / 10, 6);
  }
}
