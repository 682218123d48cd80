package rackpulse.sensor;

import java.util.List;

/// What a part is: where its values lie and how bytes become values. Decoded from one TOML file.
public sealed interface Profile permits I2cProfile, ModbusProfile {
  /// Name, origin and standing.
  Header header();

  /// Its channels, in the order of the file.
  List<ChannelProfile> channels();

  /// @param id the file's name without `.toml`, such as `sht4x`
  /// @param part make and model, such as `Sensirion SHT40, SHT41, SHT45`
  /// @param source the document that was read, with section or path
  /// @param proven false while any address, scale or sign rests on memory or was not found
  record Header(String id, String part, String source, boolean proven) {}
}
