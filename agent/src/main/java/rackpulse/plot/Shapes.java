package rackpulse.plot;

/// The shapes of a drawing as SVG, one after the other.
final class Shapes {
  private final StringBuilder svg = new StringBuilder();

  /// Adds what is SVG already.
  Shapes append(String text) {
    svg.append(text);
    return this;
  }

  Shapes append(char command) {
    svg.append(command);
    return this;
  }

  Shapes append(int number) {
    svg.append(number);
    return this;
  }

  /// All shapes so far, which begin anew.
  String take() {
    String taken = svg.toString();
    svg.setLength(0);
    return taken;
  }

  void line(double x1, double y1, double x2, double y2, String stroke) {
    svg.append("<path fill=\"none\" stroke=\"")
        .append(stroke)
        .append("\" d=\"M")
        .append(number(x1) + ' ' + number(y1) + 'L' + number(x2) + ' ' + number(y2))
        .append("\"/>\n");
  }

  /// Around a value that is marked.
  void circle(double x, double y) {
    svg.append("<circle r=\"5\" fill=\"none\" stroke-width=\"2\" stroke=\"")
        .append(SvgPlot.ALARM + "\" cx=\"")
        .append(number(x))
        .append("\" cy=\"")
        .append(number(y))
        .append("\"/>\n");
  }

  void text(double x, double y, String anchor, String text, String attributes) {
    svg.append("<text x=\"")
        .append(number(x))
        .append("\" y=\"")
        .append(number(y))
        .append("\" text-anchor=\"")
        .append(anchor)
        .append('"')
        .append(attributes)
        .append('>')
        .append(escaped(text))
        .append("</text>\n");
  }

  /// Without what XML 1.0 has no way to say.
  static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .map(c -> c >= ' ' && c != 0xFFFE && c != 0xFFFF && (c < 0xD800 || c > 0xDFFF) ? c : '?')
        .forEach(escaped::appendCodePoint);
    return escaped.toString().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /// To a tenth of a pixel.
  static String number(double value) {
    long tenths = Math.round(10 * value);
    String sign = tenths < 0 ? "-" : "";
    long size = Math.abs(tenths);
    return size % 10 == 0 ? sign + size / 10 : sign + size / 10 + "." + size % 10;
  }
}
