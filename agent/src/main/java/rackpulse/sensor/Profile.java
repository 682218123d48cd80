package rackpulse.sensor;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a part is: where its values lie and how bytes become values. Decoded from one TOML file.
public sealed interface Profile permits I2cProfile, ModbusProfile {
  /// Name, origin and standing.
  Header header();

  /// Its channels, in the order of the file.
  List<ChannelProfile> channels();

  /// What it asks of the site, such as the value of a shunt.
  List<Parameter> parameters();

  /// What speaks against a combination of parameters that are each allowed; empty when nothing.
  ///
  /// @param parameters all that must be given are there
  Optional<String> objection(Map<String, Double> parameters);

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
  record Parameter(
      String name, String meaning, double low, double high, Optional<Double> fallback) {}
}
