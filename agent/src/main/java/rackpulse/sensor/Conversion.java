package rackpulse.sensor;

/// From a raw number to a value: `offset + span · raw / fullScale`, the shape in which datasheets
/// give it.
///
/// Dividing keeps decimals exact: 235 / 10 is 23.5, while 235 · 0.1 is not.
///
/// @param offset in the quantity's unit
/// @param span in the quantity's unit
/// @param fullScale raw number at which `span` is reached, not 0
/// @param decimals digits kept after the point, 0 to 9; −1 keeps all
public record Conversion(double offset, double span, double fullScale, int decimals) {
  private static final double[] POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

  /// The raw number itself.
  public static final Conversion IDENTITY = new Conversion(0, 1, 1, -1);

  public Conversion {
    if (fullScale == 0 || decimals < -1 || decimals >= POWERS.length) {
      throw new IllegalArgumentException("full scale " + fullScale + ", decimals " + decimals);
    }
  }

  /// The value of `raw`, in the quantity's unit.
  public double apply(double raw) {
    double value = offset + span * raw / fullScale;
    return decimals < 0 ? value : Math.rint(value * POWERS[decimals]) / POWERS[decimals];
  }
}
