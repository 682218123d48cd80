package rackpulse.analysis;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import rackpulse.telemetry.Channel;

/// The climate that information technology wants at its inlets: ASHRAE Technical Committee 9.9,
/// *Thermal Guidelines for Data Processing Environments*, the recommended envelope of all classes
/// and the allowable ones of the classes A1 to A4.
///
/// The book itself was not at hand. The allowable envelopes are as reprinted at
/// trivolt.ac/ashrae-humidity-calculator; the recommended one has the lower dew point of the
/// editions since 2015, −9 °C instead of 5.5 °C before. Each is a box in temperature cut by a band
/// of dew points and by relative humidities: all three must hold.
///
/// @param id the name in the configuration
/// @param temperature dry bulb, °C
/// @param dewPoint °C
/// @param relativeHumidity %; the lower edge of the recommended envelope is its dew point alone
public record Envelope(String id, Range temperature, Range dewPoint, Range relativeHumidity) {
  public static final Envelope ASHRAE_RECOMMENDED =
      new Envelope("ashrae-recommended", new Range(18, 27), new Range(-9, 15), new Range(0, 60));
  public static final Envelope ASHRAE_A1 =
      new Envelope("ashrae-a1", new Range(15, 32), new Range(-12, 17), new Range(8, 80));
  public static final Envelope ASHRAE_A2 =
      new Envelope("ashrae-a2", new Range(10, 35), new Range(-12, 21), new Range(8, 80));
  public static final Envelope ASHRAE_A3 =
      new Envelope("ashrae-a3", new Range(5, 40), new Range(-12, 24), new Range(8, 85));
  public static final Envelope ASHRAE_A4 =
      new Envelope("ashrae-a4", new Range(5, 45), new Range(-12, 24), new Range(8, 90));

  /// From the narrowest to the widest.
  public static final List<Envelope> ALL =
      List.of(ASHRAE_RECOMMENDED, ASHRAE_A1, ASHRAE_A2, ASHRAE_A3, ASHRAE_A4);

  /// Both edges belong to it; in the unit of the quantity.
  public record Range(double low, double high) {
    /// Whether a value lies in it.
    public boolean contains(double value) {
      return value >= low && value <= high;
    }

    /// Where an objective aims.
    public double middle() {
      return (low + high) / 2;
    }

    /// What an objective tolerates: half the width.
    public double tolerance() {
      return (high - low) / 2;
    }
  }

  /// What the envelope says of a channel: of temperatures named `dew-point` the dew point, of
  /// others the dry bulb; nothing of what is no climate.
  public Optional<Range> range(Channel channel) {
    return switch (channel.quantity()) {
      case TEMPERATURE ->
          Optional.of(channel.name().equals(DewPoint.NAME) ? dewPoint : temperature);
      case RELATIVE_HUMIDITY -> Optional.of(relativeHumidity);
      case ABSOLUTE_HUMIDITY,
          PRESSURE,
          VOLTAGE,
          CURRENT,
          POWER,
          APPARENT_POWER,
          REACTIVE_POWER,
          POWER_FACTOR,
          ENERGY,
          APPARENT_ENERGY,
          REACTIVE_ENERGY,
          ELECTRIC_CHARGE,
          FREQUENCY,
          ANGLE,
          FRACTION,
          ROTATIONAL_SPEED,
          VOLUME_FLOW,
          DURATION,
          NUMBER,
          COUNT,
          RAW,
          STATE ->
          Optional.empty();
    };
  }

  /// The limits of a channel with those of the envelope where none is given: warnings at its edges.
  /// What is given wins: an edge that would not lie between given limits is left out.
  public LimitSettings fill(LimitSettings given) {
    Optional<Range> range = range(given.channel());
    if (range.isEmpty()) {
      return given;
    }
    double low = range.get().low();
    double high = range.get().high();
    boolean lowFits =
        lower(given.alarmLow()) < low
            && Math.min(upper(given.warnHigh()), upper(given.alarmHigh())) > low;
    boolean highFits =
        upper(given.alarmHigh()) > high
            && Math.max(lower(given.warnLow()), lower(given.alarmLow())) < high;
    return new LimitSettings(
        given.channel(),
        given.alarmLow(),
        given.warnLow().isEmpty() && lowFits ? OptionalDouble.of(low) : given.warnLow(),
        given.warnHigh().isEmpty() && highFits ? OptionalDouble.of(high) : given.warnHigh(),
        given.alarmHigh(),
        given.delay(),
        given.hysteresis());
  }

  private static double lower(OptionalDouble limit) {
    return limit.orElse(Double.NEGATIVE_INFINITY);
  }

  private static double upper(OptionalDouble limit) {
    return limit.orElse(Double.POSITIVE_INFINITY);
  }

  /// The envelope named `id`, if there is one.
  public static Optional<Envelope> byId(String id) {
    for (Envelope envelope : ALL) {
      if (envelope.id.equals(id)) {
        return Optional.of(envelope);
      }
    }
    return Optional.empty();
  }
}
