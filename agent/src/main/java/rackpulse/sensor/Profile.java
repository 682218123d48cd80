package rackpulse.sensor;

import java.util.List;
import java.util.OptionalDouble;

/// What a part is: where its values lie and how bytes become values. Decoded from one TOML file.
public sealed interface Profile permits I2cProfile, ModbusProfile {
  /// Name, origin and standing.
  Header header();

  /// Its channels, in the order of the file.
  List<ChannelProfile> channels();

  /// What it asks of the site, such as the value of a shunt.
  List<Parameter> parameters();

  /// @param id the file's name without `.toml`, such as `sht4x`
  /// @param part make and model, such as `Sensirion SHT40, SHT41, SHT45`
  /// @param source the document that was read, with section or path
  /// @param proven false while any address, scale or sign rests on memory or was not found
  record Header(String id, String part, String source, boolean proven) {}

  /// A number that only the site knows.
  ///
  /// @param name its key in the device's `parameters`, such as `shunt_ohms`
  /// @param meaning what it is, for messages
  /// @param low least value allowed
  /// @param high greatest value allowed
  /// @param fallback taken when it is not given; empty when it must be given
  record Parameter(String name, String meaning, double low, double high, OptionalDouble fallback) {}

  /// A number among others in the part's words, whatever the bus.
  sealed interface Field permits I2cProfile.Field, ModbusProfile.Field {
    /// Above this not every whole number is a double: 2^53.
    double MAX_EXACT = 9007199254740992.0;

    /// What it becomes.
    ChannelProfile channel();

    /// How it lies in its words.
    Encoding encoding();

    /// Whole numbers, before any cut, that mean the part has no value; only as many bits as the
    /// format has are compared, so 0xFFFF and -1 are the same for 16 bits.
    List<Long> undefined();

    /// Its value in the quantity's unit, from `words[from]` on: not a number when the part has no
    /// value, infinite when it has more digits than a reading can carry.
    default double value(short[] words, int from) {
      long raw = encoding().raw(words, from);
      List<Long> undefined = undefined();
      for (int i = 0; i < undefined.size(); i++) {
        if ((raw ^ undefined.get(i)) << Long.SIZE - encoding().format().bits() == 0) {
          return Double.NaN;
        }
      }
      double number = encoding().number(raw);
      if (Double.isInfinite(number)) {
        return Double.NaN;
      }
      if (channel().quantity().integer() && Math.abs(number) >= MAX_EXACT) {
        return Double.POSITIVE_INFINITY;
      }
      return channel().conversion().apply(number);
    }
  }
}
