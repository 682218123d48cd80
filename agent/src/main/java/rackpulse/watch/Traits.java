package rackpulse.watch;

import rackpulse.telemetry.Quantity;

/// What the models need to know of a quantity.
///
/// @param isMeasured whether it is a physical quantity that a sensor follows: no counter, no bits,
///   no register that nobody has understood
/// @param isSlow whether it only moves as air does, so that a jump is a fault of the sensor; a load
///   jumps whenever somebody starts a server
/// @param floor least deviation that may be a fault of the sensor, in the quantity's unit
/// @param resolution smallest difference that means anything to a person
/// @param usualRange how far it usually ranges in a rack
record Traits(
    boolean isMeasured, boolean isSlow, double floor, double resolution, double usualRange) {
  /// Beyond any reading: no jump of a load is a fault of its meter.
  private static final double NO_JUMP = 1e12;

  private static final Traits NONE = new Traits(false, false, NO_JUMP, 0, 1);

  static Traits of(Quantity quantity) {
    return switch (quantity) {
      case TEMPERATURE -> slow(0.4, 0.1, 30);
      case RELATIVE_HUMIDITY -> slow(1.25, 0.5, 60);
      case ABSOLUTE_HUMIDITY -> slow(0.3, 0.1, 20);
      case PRESSURE -> slow(5, 1, 200);
      case VOLTAGE -> fast(0.1);
      case CURRENT, FREQUENCY -> fast(0.01);
      case POWER, APPARENT_POWER, REACTIVE_POWER -> fast(1);
      case POWER_FACTOR -> fast(0.005);
      case ANGLE, FRACTION -> fast(0.5);
      case ROTATIONAL_SPEED -> fast(10);
      case VOLUME_FLOW -> fast(0.1);
      case ENERGY,
          APPARENT_ENERGY,
          REACTIVE_ENERGY,
          ELECTRIC_CHARGE,
          DURATION,
          NUMBER,
          COUNT,
          RAW,
          STATE ->
          NONE;
    };
  }

  private static Traits slow(double floor, double resolution, double usualRange) {
    return new Traits(true, true, floor, resolution, usualRange);
  }

  private static Traits fast(double resolution) {
    return new Traits(true, false, NO_JUMP, resolution, 1);
  }
}
