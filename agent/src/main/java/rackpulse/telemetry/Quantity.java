package rackpulse.telemetry;

import java.util.Locale;
import java.util.Optional;

/// What a channel measures, and the one unit in which the whole program carries it.
///
/// Units are converted once, in the driver. Codes are UCUM (Unified Code for Units of Measure,
/// version 2.1); volt-ampere reactive has no UCUM code of its own and uses an annotation.
public enum Quantity {
  TEMPERATURE("Cel", "°C"),
  RELATIVE_HUMIDITY("%", "%"),
  ABSOLUTE_HUMIDITY("g/m3", "g/m³"),
  PRESSURE("Pa", "Pa"),
  VOLTAGE("V", "V"),
  CURRENT("A", "A"),
  POWER("W", "W"),
  APPARENT_POWER("V.A", "VA"),
  REACTIVE_POWER("V.A{reactive}", "var"),
  POWER_FACTOR("1", ""),
  ENERGY("J", "J"),
  APPARENT_ENERGY("V.A.s", "VAs"),
  REACTIVE_ENERGY("V.A.s{reactive}", "vars"),
  ELECTRIC_CHARGE("C", "C"),
  FREQUENCY("Hz", "Hz"),
  ANGLE("deg", "°"),
  /// A share of a whole: load, battery charge, duty cycle, distortion.
  FRACTION("%", "%"),
  ROTATIONAL_SPEED("/min", "rpm"),
  VOLUME_FLOW("L/min", "L/min"),
  DURATION("s", "s"),
  /// A number without unit that may have decimals, such as the objective J.
  NUMBER("1", ""),
  /// How often something happened: an integer.
  COUNT("1", "", true),
  /// A register as it is, for parts whose units nobody has proven: an integer.
  RAW("1", "", true),
  /// Status or alarm bits: an integer.
  STATE("1", "", true);

  private final String ucum;
  private final String display;
  private final boolean integer;

  Quantity(String ucum, String display) {
    this(ucum, display, false);
  }

  Quantity(String ucum, String display, boolean integer) {
    this.ucum = ucum;
    this.display = display;
    this.integer = integer;
  }

  /// The name used in profiles and messages, such as `relative-humidity`.
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The unit as a UCUM code, for machines.
  public String ucum() {
    return ucum;
  }

  /// The unit as people write it; empty where there is none.
  public String display() {
    return display;
  }

  /// Whether values are always written without decimals; time-series stores refuse a type that
  /// changes from one message to the next.
  public boolean integer() {
    return integer;
  }

  /// The quantity named `id`, if there is one.
  public static Optional<Quantity> byId(String id) {
    for (Quantity quantity : values()) {
      if (quantity.id().equals(id)) {
        return Optional.of(quantity);
      }
    }
    return Optional.empty();
  }
}
