package rackpulse.modbus;

import java.time.Duration;
import rackpulse.bus.BusSettings.ModbusRtuSettings;

/// The times of RTU frames on one line (Modbus over Serial Line 1.02, 2.5.1.1). Pure.
///
/// @param characterNanos one character on the wire; 0 where bytes come through a network
/// @param silenceNanos silence that must precede a request
/// @param stallNanos pause within an answer after which the rest is given up
/// @param turnaroundNanos what a device takes before it answers, as long as nothing is known of it
/// @param timeoutNanos silence after a request that counts as no answer
record FrameTiming(
    long characterNanos,
    long silenceNanos,
    long stallNanos,
    long turnaroundNanos,
    long timeoutNanos) {
  /// Above this speed the silence does not shrink any more.
  static final int FIXED_SILENCE_BAUD = 19_200;

  static final long FIXED_SILENCE_NANOS = 1_750_000;

  /// A device counts its silences in characters of the specification, whatever the line's format
  /// is: start, 8 data, parity, stop; or two stop bits instead of the parity (2.5.1).
  static final int SPECIFIED_BITS = 11;

  /// USB adapters hand over what they have each 16 ms, and slaves that are programs pause when
  /// their system is busy.
  static final long STALL_NANOS = 50_000_000;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  static FrameTiming of(ModbusRtuSettings settings) {
    int bits = settings.format().bitsPerCharacter();
    long silenceNanos = silenceNanos(settings.baud(), bits);
    return new FrameTiming(
        bits * NANOS_PER_SECOND / settings.baud(),
        silenceNanos,
        Math.max(STALL_NANOS, silenceNanos),
        settings.turnaround().toNanos(),
        settings.timeout().toNanos());
  }

  /// RTU frames in a TCP connection: the gateway keeps the silences, and a segment that is lost may
  /// stall an answer for as long as the time-out allows.
  static FrameTiming network(Duration timeout) {
    return new FrameTiming(0, 0, timeout.toNanos(), 0, timeout.toNanos());
  }

  /// Three and a half characters, or 1.75 ms above 19,200 Bd.
  static long silenceNanos(int baud, int bitsPerCharacter) {
    int bits = Math.max(bitsPerCharacter, SPECIFIED_BITS);
    return baud > FIXED_SILENCE_BAUD
        ? FIXED_SILENCE_NANOS
        : (7L * bits * NANOS_PER_SECOND + 2L * baud - 1) / (2L * baud);
  }

  /// Whether bytes come at a known speed, so that it can be told when an answer is complete.
  boolean isPaced() {
    return characterNanos > 0;
  }

  /// Time of `count` characters that follow each other without a gap.
  long charactersNanos(int count) {
    return count * characterNanos;
  }
}
