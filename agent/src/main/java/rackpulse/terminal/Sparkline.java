package rackpulse.terminal;

/// A series as a row of little bars, from its lowest to its highest value.
public final class Sparkline {
  private static final String BARS = "▁▂▃▄▅▆▇█";

  private Sparkline() {}

  /// One character for each value; a blank for each that is not finite.
  ///
  /// @param least smallest difference between lowest and highest that fills the height, in the unit
  ///   of the values, so that noise does not look like an event; above 0
  public static String of(double[] values, double least) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      if (Double.isFinite(value)) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    double missing = Math.max(0, least - (high - low));
    double bottom = low - missing / 2;
    double range = high - low + missing;
    StringBuilder line = new StringBuilder(values.length);
    for (double value : values) {
      line.append(Double.isFinite(value) ? bar((value - bottom) / range) : ' ');
    }
    return line.toString();
  }

  private static char bar(double share) {
    int index = (int) (share * BARS.length());
    return BARS.charAt(Math.clamp(index, 0, BARS.length() - 1));
  }
}
