package rackpulse.telemetry;

import java.util.Locale;

/// Why a channel has no value.
public enum Cause {
  /// The device did not answer in time, or did not acknowledge its address.
  NO_ANSWER,
  /// An answer came and its checksum, length or form was wrong.
  CORRUPT,
  /// An answer came from another device, to another request, or from a part of another make.
  WRONG_SENDER,
  /// The device answered that it will not (a Modbus exception, a data byte not acknowledged).
  REFUSED,
  /// The device itself says that it has no value (a sentinel, a channel switched off).
  UNDEFINED,
  /// The value lies outside what the part can measure.
  OUT_OF_RANGE,
  /// The device has failed so often that it is only probed now and then.
  DORMANT,
  /// The bus itself cannot be used (adapter unplugged, connection refused).
  BUS_DOWN;

  /// The name used in messages, such as `no-answer`.
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
