package rackpulse.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Draws a [Plot] as a file of Scalable Vector Graphics 1.1 that stands in a report as it is: axes
/// with units, a legend, the band of the forecast, and below, a lane for each sort of anomaly.
///
/// Letters are large enough for a page 17 cm wide; nothing is loaded from elsewhere.
public final class SvgPlot {
  private static final int LEFT = 150;
  private static final int WIDTH = LEFT + Plot.COLUMNS + 24;

  /// Where the name of the axis of values stands.
  private static final int NAME_X = 58;

  private static final int TEXT_SIZE = 17;
  private static final int TITLE_BASELINE = 32;
  private static final int LEGEND_BASELINE = 66;
  private static final int LEGEND_LINE = 28;
  private static final int PLOT_HEIGHT = 380;
  private static final int LANE_HEIGHT = 26;

  /// Between the drawing and the first lane.
  private static final int LANE_GAP = 12;

  /// The longest name of an anomaly fits beside the axis.
  private static final int LANE_TEXT_SIZE = 15;

  /// Room for the labels of the axis of time, and its name.
  private static final int BELOW = 68;

  /// Letters of the usual fonts are about so wide, in units of their size.
  private static final double LETTER_WIDTH = 0.53;

  private static final int TICK_TARGET = 6;
  private static final double MARGIN = 0.05;

  /// A limit is shown when it is not farther off than this, in heights of what was measured.
  private static final double NEAR_LIMIT = 0.5;

  private static final String INK = "#222222";
  private static final String GREY = "#dddddd";
  private static final String VALUE = "#1f5fa8";
  private static final String BAND = "#f2b263";
  private static final String FORECAST = "#c46a00";
  static final String ALARM = "#c21d2c";

  private final Plot plot;
  private final List<String> lanes;
  private final Shapes svg = new Shapes();
  private int top;
  private double bottom;
  private double ceiling;

  private SvgPlot(Plot plot) {
    this.plot = plot;
    lanes = plot.raised();
  }

  /// @return the whole file
  public static String draw(Plot plot) {
    return new SvgPlot(plot).draw();
  }

  private String draw() {
    findRange();
    drawLegend();
    int height = floor() + BELOW;
    String legend = svg.take();
    svg.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        .append("<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" role=\"img\" width=\"")
        .append(WIDTH)
        .append("\" height=\"")
        .append(height)
        .append("\" viewBox=\"0 0 ")
        .append(WIDTH + " " + height)
        .append("\" font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\"")
        .append(" font-size=\"" + TEXT_SIZE + "\" fill=\"" + INK + "\">\n")
        .append("<title>" + Shapes.escaped(plot.labels().title()) + "</title>\n")
        .append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n")
        .append("<clipPath id=\"inside\"><rect x=\"" + LEFT + "\" y=\"" + top + "\" width=\"")
        .append(Plot.COLUMNS + "\" height=\"" + PLOT_HEIGHT + "\"/></clipPath>\n");
    svg.text(LEFT, TITLE_BASELINE, "start", plot.labels().title(), " font-size=\"21\"");
    svg.append(legend);
    drawValueAxis();
    svg.append("<g clip-path=\"url(#inside)\">\n");
    drawBand();
    drawLine(FORECAST, 2.4, plot::forecast);
    drawValues();
    svg.append("</g>\n");
    drawLimits();
    drawMarks();
    drawSplit();
    drawLanes();
    drawTimeAxis();
    return svg.append("</svg>\n").take();
  }

  private void findRange() {
    bottom = Double.POSITIVE_INFINITY;
    ceiling = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < Plot.COLUMNS; i++) {
      include(plot.low(i));
      include(plot.high(i));
    }
    if (bottom > ceiling) {
      bottom = 0;
      ceiling = 1;
    }
    double near = NEAR_LIMIT * (ceiling - bottom);
    double lowest = bottom - near;
    double highest = ceiling + near;
    for (Plot.Limit limit : plot.labels().limits()) {
      include(limit.value() >= lowest && limit.value() <= highest ? limit.value() : Double.NaN);
    }
    double margin = Math.max(MARGIN * (ceiling - bottom), 1e-6 * Math.abs(ceiling) + 1e-9);
    bottom -= margin;
    ceiling += margin;
  }

  private void include(double value) {
    if (!Double.isNaN(value)) {
      bottom = Math.min(bottom, value);
      ceiling = Math.max(ceiling, value);
    }
  }

  /// Where the axis of time is.
  private int floor() {
    return lane(lanes.size());
  }

  /// Where a lane begins.
  private int lane(int number) {
    return top + PLOT_HEIGHT + (lanes.isEmpty() ? 0 : LANE_GAP) + number * LANE_HEIGHT;
  }

  private double x(double column) {
    return LEFT + column;
  }

  /// Not far outside of the drawing: a band may be far wider than the values.
  private double y(double value) {
    double share = Math.clamp((value - bottom) / (ceiling - bottom), -1, 2);
    return top + PLOT_HEIGHT * (1 - share);
  }

  private void drawValueAxis() {
    double step = niceStep((ceiling - bottom) / TICK_TARGET);
    int decimals = (int) Math.clamp(Math.ceil(-Math.log10(step) - 1e-9), 0, 9);
    long first = (long) Math.ceil(bottom / step);
    for (long i = 0; (first + i) * step <= ceiling && i <= 2 * TICK_TARGET; i++) {
      double tick = (first + i) * step;
      svg.line(LEFT, y(tick), LEFT + Plot.COLUMNS, y(tick), GREY);
      String label = String.format(Locale.ROOT, "%." + decimals + "f", tick + 0.0);
      svg.text(LEFT - 8, y(tick) + 6, "end", label, "");
    }
    svg.line(LEFT, top, LEFT, floor(), INK);
    double middle = top + PLOT_HEIGHT / 2.0;
    String turned = " transform=\"rotate(-90 " + NAME_X + " " + Shapes.number(middle) + ")\"";
    svg.text(NAME_X, middle, "middle", plot.labels().value(), turned);
  }

  /// 1, 2 or 5 times a power of ten.
  private static double niceStep(double rough) {
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double share = rough / power;
    return (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10) * power;
  }

  private void drawTimeAxis() {
    svg.line(LEFT, floor(), LEFT + Plot.COLUMNS, floor(), INK);
    long stepMillis = TimeTicks.stepMillis(plot.lastMillis() - plot.firstMillis());
    long first = -Math.floorDiv(-plot.firstMillis(), stepMillis) * stepMillis;
    String from = TimeTicks.day(plot.firstMillis());
    String to = TimeTicks.day(plot.lastMillis());
    for (long tick = first; tick <= plot.lastMillis(); tick += stepMillis) {
      double x = x(plot.share(tick) * Plot.COLUMNS);
      svg.line(x, floor(), x, floor() + 6, INK);
      svg.text(x, floor() + 25, "middle", TimeTicks.label(tick, stepMillis, from.equals(to)), "");
    }
    String name = "time (UTC), " + (from.equals(to) ? from : from + " to " + to);
    svg.text(LEFT + Plot.COLUMNS / 2.0, floor() + 54, "middle", name, "");
  }

  private void drawBand() {
    int usualGap = usualGap(plot::bandLow);
    int from = nextKnown(0);
    while (from < Plot.COLUMNS) {
      List<Integer> columns = new ArrayList<>();
      int next = from;
      do {
        columns.add(next);
        from = next;
        next = nextKnown(next + 1);
      } while (next < Plot.COLUMNS && next - from <= 2 * usualGap);
      from = next;
      svg.append("<path fill=\"" + BAND + "\" fill-opacity=\"0.45\" d=\"");
      for (int i : columns) {
        point(i == columns.getFirst() ? 'M' : 'L', i + 0.5, plot.bandHigh(i));
      }
      for (int i : columns.reversed()) {
        point('L', i + 0.5, plot.bandLow(i));
      }
      svg.append("Z\"/>\n");
    }
  }

  private int nextKnown(int from) {
    int column = from;
    while (column < Plot.COLUMNS && Double.isNaN(plot.bandLow(column))) {
      column++;
    }
    return column;
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
    drawLine(VALUE, 1.3, plot::value);
  }

  private interface Series {
    double at(int column);
  }

  /// Joins neighbouring columns, and those that are a few apart because samples are rarer.
  private void drawLine(String colour, double width, Series series) {
    svg.append("<path fill=\"none\" stroke=\"").append(colour).append("\" stroke-width=\"");
    svg.append(Shapes.number(width))
        .append("\" stroke-linejoin=\"round\" stroke-linecap=\"round\" d=\"");
    int last = -Plot.COLUMNS;
    int usualGap = usualGap(series);
    for (int i = 0; i < Plot.COLUMNS; i++) {
      if (!Double.isNaN(series.at(i))) {
        boolean isJoined = i - last <= 2 * usualGap;
        point(isJoined ? 'L' : 'M', i + 0.5, series.at(i));
        if (!isJoined) {
          point('L', i + 0.5, series.at(i)); // a dot, should it stay alone
        }
        last = i;
      }
    }
    svg.append("\"/>\n");
  }

  /// The median distance of columns with values.
  private static int usualGap(Series series) {
    int[] gaps = new int[Plot.COLUMNS + 1];
    int known = 0;
    int last = -1;
    for (int i = 0; i < Plot.COLUMNS; i++) {
      if (!Double.isNaN(series.at(i))) {
        if (last >= 0) {
          gaps[i - last]++;
          known++;
        }
        last = i;
      }
    }
    int gap = 1;
    for (int seen = gaps[1]; gap < Plot.COLUMNS && 2 * seen < known; seen += gaps[gap]) {
      gap++;
    }
    return gap;
  }

  private void drawLanes() {
    for (int lane = 0; lane < lanes.size(); lane++) {
      String name = lanes.get(lane);
      int y = lane(lane);
      svg.line(LEFT, y, LEFT + Plot.COLUMNS, y, GREY);
      drawSpans(name, y + 5);
      svg.text(LEFT - 8, y + 18, "end", name, " font-size=\"" + LANE_TEXT_SIZE + "\"");
    }
  }

  private void drawSpans(String name, int y) {
    int from = 0;
    while (from < Plot.COLUMNS) {
      int to = from;
      while (to < Plot.COLUMNS && plot.isRaised(name, to)) {
        to++;
      }
      if (to > from) {
        svg.append("<rect fill=\"" + ALARM + "\" fill-opacity=\"0.75\" x=\"")
            .append(Shapes.number(x(from)) + "\" y=\"" + y + "\" width=\"" + Math.max(2, to - from))
            .append("\" height=\"" + (LANE_HEIGHT - 10) + "\"/>\n");
      }
      from = to + 1;
    }
  }

  private void drawMarks() {
    for (int i = 0; i < plot.marks(); i++) {
      svg.circle(x(plot.markAt(i) * Plot.COLUMNS), y(plot.markValue(i)));
    }
  }

  private void drawLimits() {
    for (Plot.Limit limit : plot.labels().limits()) {
      if (limit.value() > bottom && limit.value() < ceiling) {
        double y = y(limit.value());
        svg.append("<g stroke-dasharray=\"9 4\">\n");
        svg.line(LEFT, y, LEFT + Plot.COLUMNS, y, ALARM);
        svg.append("</g>\n");
        String colour = " fill=\"" + ALARM + "\" font-size=\"" + LANE_TEXT_SIZE + "\"";
        svg.text(LEFT + Plot.COLUMNS - 4, y - 5, "end", limit.name(), colour);
      }
    }
  }

  private void drawSplit() {
    if (plot.hasSplit()) {
      double x = x(plot.share(plot.splitMillis()) * Plot.COLUMNS);
      svg.append("<g stroke-dasharray=\"5 4\">\n");
      svg.line(x, top - 20, x, top + PLOT_HEIGHT, INK);
      svg.append("</g>\n");
      svg.text(x - 7, top - 7, "end", "learned from", "");
      svg.text(x + 7, top - 7, "start", "test", "");
    }
  }

  /// Into lines as long as the drawing; the drawing begins below.
  private void drawLegend() {
    double x = LEFT;
    int y = LEGEND_BASELINE;
    String[] names = {
      "measured", plot.labels().forecast(), "its band (9 of 10 values)", plot.labels().mark()
    };
    for (int i = 0; i < names.length; i++) {
      double width = 42 + names[i].length() * TEXT_SIZE * LETTER_WIDTH;
      if (x > LEFT && x + width > LEFT + Plot.COLUMNS) {
        x = LEFT;
        y += LEGEND_LINE;
      }
      switch (i) {
        case 0 -> legendBar(x, y, VALUE + "\" stroke-width=\"2.5");
        case 1 -> legendBar(x, y, FORECAST + "\" stroke-width=\"2.5");
        case 2 -> legendBar(x, y, BAND + "\" stroke-opacity=\"0.45\" stroke-width=\"13");
        default -> svg.circle(x + 13, y - 6);
      }
      svg.text(x + 34, y, "start", names[i], "");
      x += width + 16;
    }
    top = y + (plot.hasSplit() ? 44 : 20);
  }

  private void legendBar(double x, int y, String stroke) {
    svg.line(x, y - 6.0, x + 26.0, y - 6.0, stroke);
  }

  private void point(char command, double column, double value) {
    svg.append(command).append(Shapes.number(x(column)) + ' ' + Shapes.number(y(value)));
  }
}
