package rackpulse.verdict;

import rackpulse.bus.BusSettings;

/// What a bus is made of, as far as advice differs.
///
/// @param kind which advice fits
/// @param setting speed and format in words, such as `19200 8E1`; empty where there is none
public record Medium(Kind kind, String setting) {
  /// Kinds of wire.
  public enum Kind {
    I2C,
    /// RS-485 or RS-232.
    LINE,
    /// A TCP connection, often to a gateway.
    NETWORK
  }

  /// That of the bus with `settings`.
  ///
  /// @param ofTranscript what was recorded, where it is a transcript
  public static Medium of(BusSettings settings, Kind ofTranscript) {
    return switch (settings) {
      case BusSettings.I2cSettings _ -> of(Kind.I2C);
      case BusSettings.ModbusRtuSettings line -> line(line.baud(), line.format().toString());
      case BusSettings.ModbusTcpSettings _ -> of(Kind.NETWORK);
      case BusSettings.TranscriptSettings _ -> of(ofTranscript);
    };
  }

  /// A serial line.
  ///
  /// @param format such as `8E1`
  static Medium line(int baud, String format) {
    return new Medium(Kind.LINE, baud + " " + format);
  }

  /// One without settings that matter.
  static Medium of(Kind kind) {
    return new Medium(kind, "");
  }

  /// ` at 19200 8E1`, or nothing.
  String atSetting() {
    return setting.isEmpty() ? "" : " at " + setting;
  }

  /// The format that most devices have that do not have this one.
  String otherFormat() {
    return setting.endsWith("8N1") ? "8E1" : "8N1";
  }
}
