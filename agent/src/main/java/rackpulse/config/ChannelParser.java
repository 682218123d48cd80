package rackpulse.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import rackpulse.sensor.ChannelProfile;
import rackpulse.sensor.Conversion;
import rackpulse.sensor.Encoding;
import rackpulse.sensor.Encoding.Format;
import rackpulse.telemetry.Quantity;

/// Decodes what a `[[channel]]` of a profile says of its number: how it lies in its words and how
/// it becomes a value in the quantity's one unit.
final class ChannelParser {
  private static final Map<String, Quantity> QUANTITIES = byName(Quantity.values(), Quantity::id);
  private static final Map<String, Format> FORMATS =
      byName(Format.values(), format -> format.name().toLowerCase(Locale.ROOT));
  private static final Map<String, Boolean> ORDERS = Map.of("high first", false, "low first", true);
  private static final Map<Quantity, Map<String, Unit>> UNITS = units();

  /// Digits after the point that a scale may have to be taken as an exact fraction.
  private static final int MAX_SCALE_DIGITS = 12;

  /// What a unit is worth: `offset + value · numerator / denominator`, in the quantity's unit.
  private record Unit(double numerator, double denominator, double offset) {}

  /// What holds for a channel that does not say otherwise.
  record Defaults(Optional<Format> format, boolean lowWordFirst, boolean swapBytes) {
    static final Defaults BITS = new Defaults(Optional.of(Format.BIT), false, false);
  }

  /// How a number lies in its words.
  record Form(Encoding encoding, List<Long> undefined) {}

  private ChannelParser() {}

  static <E> Map<String, E> byName(E[] values, Function<E, String> name) {
    return Arrays.stream(values).collect(Collectors.toUnmodifiableMap(name, value -> value));
  }

  /// The defaults that `file` sets for all of its channels.
  static Defaults defaults(TomlReader file) {
    return new Defaults(
        file.choice("format", FORMATS),
        file.choice("words", ORDERS).orElse(false),
        file.choice("bytes", ORDERS).orElse(false));
  }

  /// The quantity; `NUMBER` when it is missing or unknown, which has been reported.
  static Quantity quantity(TomlReader channel) {
    channel.require("quantity");
    return channel.choice("quantity", QUANTITIES).orElse(Quantity.NUMBER);
  }

  /// The name; empty when it is missing or none, which has been reported.
  static String name(TomlReader channel) {
    channel.require("name");
    return channel.string("name", "");
  }

  /// Lowest and highest value that the part can measure; infinite when not given.
  static double[] valid(TomlReader channel) {
    double[] all = {Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY};
    if (!channel.has("valid")) {
      return all;
    }
    List<Double> bounds = channel.numbers("valid");
    if (bounds.size() != 2 || bounds.get(0) >= bounds.get(1)) {
      channel.problem("valid", "\"valid\" must be the lowest and the highest value, as [-40, 125]");
      return all;
    }
    return new double[] {bounds.get(0), bounds.get(1)};
  }

  /// The channel with its conversion.
  static ChannelProfile channel(TomlReader channel, String name, Format format) {
    Quantity quantity = quantity(channel);
    Conversion conversion = conversion(channel, quantity);
    boolean whole =
        !format.floating()
            && conversion.fullScale() == 1
            && conversion.span() == Math.rint(conversion.span())
            && conversion.offset() == Math.rint(conversion.offset());
    if (quantity.integer() && !whole) {
      channel.problem(
          "quantity",
          "\""
              + quantity.id()
              + "\" is a whole number: no float format and no fractions; without"
              + " a unit, a number with decimals has the quantity \"number\"");
    }
    double[] valid = valid(channel);
    return new ChannelProfile(name, quantity, conversion, valid[0], valid[1]);
  }

  /// How the number lies in its words.
  static Form form(TomlReader channel, Defaults defaults) {
    Optional<Format> format = channel.choice("format", FORMATS).or(defaults::format);
    if (format.isEmpty() && !channel.has("format")) {
      channel.require("format");
    }
    Format known = format.orElse(Format.U16);
    boolean lowWordFirst = channel.choice("words", ORDERS).orElse(defaults.lowWordFirst);
    boolean swapBytes = channel.choice("bytes", ORDERS).orElse(defaults.swapBytes);
    int[] cut = bits(channel, known);
    Encoding encoding = new Encoding(known, lowWordFirst, swapBytes, cut[0], cut[1]);
    return new Form(encoding, undefined(channel, known));
  }

  /// Highest and lowest bit that count.
  private static int[] bits(TomlReader channel, Format format) {
    int last = format.bits() - 1;
    int[] all = {last, 0};
    if (!channel.has("bits") && !channel.has("bit")) {
      return all;
    }
    if (format.floating() || channel.has("bits") && channel.has("bit")) {
      channel.problem("\"bits\" or \"bit\" cut a whole number, and only one of them is given");
      return all;
    }
    if (channel.has("bit")) {
      int bit = (int) channel.integer("bit", 0, 0, last);
      return new int[] {bit, bit};
    }
    String range = channel.string("bits", "");
    int dots = range.indexOf("..");
    int high = dots < 0 ? -1 : smallNumber(range.substring(0, dots));
    int low = dots < 0 ? -1 : smallNumber(range.substring(dots + 2));
    if (low < 0 || high < low || high > last) {
      channel.problem(
          "bits", "\"bits\" are the highest and the lowest, from " + last + " to 0, as \"15..4\"");
      return all;
    }
    return new int[] {high, low};
  }

  private static int smallNumber(String text) {
    boolean digits = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits && text.length() <= 2 ? Integer.parseInt(text) : -1;
  }

  /// Sentinels as the part sends them: whole numbers are bits, decimals are floats of the format.
  private static List<Long> undefined(TomlReader channel, Format format) {
    if (!channel.has("undefined")) {
      return List.of();
    }
    return switch (format) {
      case F32 ->
          channel.numbersOrBits("undefined", value -> (long) Float.floatToIntBits((float) value));
      case F64 -> channel.numbersOrBits("undefined", Double::doubleToLongBits);
      case BIT, U16, S16, U32, S32, U64, S64 -> {
        List<Long> numbers = channel.integers("undefined");
        long reach = format.bits() == 64 ? 0 : 1L << format.bits();
        if (reach != 0 && numbers.stream().anyMatch(n -> n >= reach || n < -reach / 2)) {
          channel.problem("undefined", "\"undefined\" does not fit into the format");
        }
        yield numbers;
      }
    };
  }

  /// From the raw number to the quantity's unit, with as few and as exact operations as the file
  /// allows.
  private static Conversion conversion(TomlReader channel, Quantity quantity) {
    double offset = 0;
    double span = 1;
    double fullScale = 1;
    Optional<TomlReader> formula = channel.table("formula");
    if (formula.isPresent()) {
      formula.get().require("span", "full_scale");
      offset = formula.get().number("offset").orElse(0.0);
      span = formula.get().number("span").orElse(1.0);
      fullScale = formula.get().number("full_scale").orElse(1.0);
      for (String key : List.of("scale", "offset", "fraction")) {
        if (channel.has(key)) {
          channel.problem(key, "\"" + key + "\" and \"formula\" exclude each other");
        }
      }
    } else {
      double scale = channel.number("scale").orElse(1.0);
      double power = powerOfTen(scale);
      span = power == 1 ? scale : Math.rint(scale * power);
      fullScale = power * (1L << channel.integer("fraction", 0, 0, 62));
      offset = channel.number("offset").orElse(0.0);
    }
    if (span == 0 || fullScale <= 0) {
      channel.problem(
          formula.isPresent() ? "formula" : "scale",
          "\"scale\" or \"span\" of 0, or \"full_scale\" not above 0, is no scale");
      fullScale = 1;
    }
    Unit unit = channel.has("quantity") ? unit(channel, quantity) : new Unit(1, 1, 0);
    span *= unit.numerator;
    fullScale *= unit.denominator;
    offset = offset * unit.numerator / unit.denominator + unit.offset;
    double divisor = divisor(span, fullScale);
    int decimals = (int) channel.integer("decimals", -1, 0, 9);
    return new Conversion(offset, span / divisor, fullScale / divisor, decimals);
  }

  /// The power of ten that makes a whole number of `scale`; 1 when there is none.
  private static double powerOfTen(double scale) {
    double power = 1;
    for (int digits = 0; digits <= MAX_SCALE_DIGITS; digits++, power *= 10) {
      if (Math.rint(scale * power) / power == scale) {
        return power;
      }
    }
    return 1;
  }

  /// The greatest common divisor where both are whole numbers; else 1.
  private static double divisor(double span, double fullScale) {
    double exact = 1L << 53;
    if (span != Math.rint(span)
        || fullScale != Math.rint(fullScale)
        || Math.abs(span) > exact
        || Math.abs(fullScale) > exact
        || span == 0) {
      return 1;
    }
    long a = (long) Math.abs(span);
    long b = (long) Math.abs(fullScale);
    while (b != 0) {
      long rest = a % b;
      a = b;
      b = rest;
    }
    return a;
  }

  private static Unit unit(TomlReader channel, Quantity quantity) {
    Map<String, Unit> known = UNITS.getOrDefault(quantity, Map.of());
    Optional<String> name = channel.string("unit");
    if (name.isPresent() && !known.containsKey(name.get())) {
      channel.problem(
          "unit",
          "\""
              + name.get()
              + "\" is not a unit of "
              + quantity.id()
              + ": "
              + known.keySet().stream().sorted().collect(Collectors.joining(", ")));
    }
    Unit own = new Unit(1, 1, 0);
    return name.map(n -> known.getOrDefault(n, own)).orElse(own);
  }

  private static Map<Quantity, Map<String, Unit>> units() {
    Map<Quantity, Map<String, Unit>> units = new HashMap<>();
    for (Quantity quantity : Quantity.values()) {
      Map<String, Unit> names = new HashMap<>();
      for (String row : rows(quantity)) {
        String[] parts = row.split(" ", -1);
        double numerator = Double.parseDouble(parts[1]);
        double denominator = parts.length > 2 ? Double.parseDouble(parts[2]) : 1;
        names.put(parts[0], new Unit(numerator, denominator, 0));
      }
      if (quantity == Quantity.TEMPERATURE) {
        names.put("K", new Unit(1, 1, -273.15));
        names.put("degF", new Unit(5, 9, -160.0 / 9));
      }
      names.put(quantity.ucum(), new Unit(1, 1, 0));
      units.put(quantity, Map.copyOf(names));
    }
    return Map.copyOf(units);
  }

  /// Units in which parts send: name, numerator, denominator. The quantity's own UCUM code is
  /// always known.
  private static List<String> rows(Quantity quantity) {
    return switch (quantity) {
      case TEMPERATURE -> List.of("degC 1", "°C 1");
      case RELATIVE_HUMIDITY, FRACTION -> List.of("1 100", "permille 1 10");
      case ABSOLUTE_HUMIDITY, NUMBER, COUNT, RAW, STATE -> List.of();
      case PRESSURE -> List.of("hPa 100", "kPa 1000", "MPa 1000000", "mbar 100", "bar 100000");
      case VOLTAGE -> prefixed("V", 1);
      case CURRENT -> prefixed("A", 1);
      case POWER -> prefixed("W", 1);
      case APPARENT_POWER -> prefixed("VA", 1);
      case REACTIVE_POWER -> prefixed("var", 1);
      case POWER_FACTOR -> List.of("% 1 100");
      case ENERGY -> concat(prefixed("Wh", 3600), prefixed("J", 1));
      case APPARENT_ENERGY -> concat(prefixed("VAh", 3600), prefixed("VAs", 1));
      case REACTIVE_ENERGY -> concat(prefixed("varh", 3600), prefixed("vars", 1));
      case ELECTRIC_CHARGE -> List.of("Ah 3600", "mAh 36 10", "As 1");
      case FREQUENCY -> prefixed("Hz", 1);
      case ANGLE -> List.of("° 1");
      case ROTATIONAL_SPEED -> List.of("rpm 1", "Hz 60");
      case VOLUME_FLOW -> List.of("L/h 1 60", "m3/h 1000 60", "L/s 60", "mL/min 1 1000");
      case DURATION -> List.of("ms 1 1000", "min 60", "h 3600", "d 86400");
    };
  }

  private static List<String> prefixed(String unit, int worth) {
    return List.of(
        unit + " " + worth,
        "u" + unit + " " + worth + " 1000000",
        "m" + unit + " " + worth + " 1000",
        "k" + unit + " " + worth * 1000L,
        "M" + unit + " " + worth * 1000000L);
  }

  private static List<String> concat(List<String> some, List<String> more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }
}
