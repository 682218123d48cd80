package rackpulse.bus;

import java.util.Locale;

/// What can be seen on a wire besides good answers; counted apart, because each points a technician
/// somewhere else.
public enum WireEvent {
  /// No byte within the time-out: power, wiring, unit id.
  SILENCE,
  /// A whole frame with a wrong checksum: noise, termination, two devices at one unit id.
  CRC,
  /// Bytes that do not form a frame: baud rate, parity, a cut answer.
  FRAMING,
  /// An intact answer from another unit, or with a transaction id or function that was not asked.
  WRONG_UNIT,
  /// An intact answer to an earlier request.
  LATE_ANSWER,
  /// A second intact answer to one request: two devices at one unit id.
  SECOND_ANSWER,
  /// Another part than the configured one answers.
  WRONG_PART,
  /// The adapter returned what was sent.
  ECHO,
  /// Stray bytes around a good frame, tolerated.
  STRAY_BYTES,
  /// A Modbus exception answer.
  EXCEPTION,
  /// An I2C address or data byte not acknowledged.
  NAK,
  /// Another I2C master won the bus.
  ARBITRATION_LOST,
  /// SDA or SCL held low, or the clock stretched beyond the adapter's limit.
  STUCK,
  /// The line or connection was lost.
  DISCONNECT,
  /// A failed I2C transfer was tried a second time.
  RETRIED,
  /// All multiplexers of an I2C bus were told to disconnect their branches.
  MUXES_DESELECTED,
  /// An I2C adapter was closed and opened again.
  REOPENED;

  /// The name used in messages, such as `wrong-unit`.
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
