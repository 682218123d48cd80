package rackpulse.recorder;

import java.nio.ByteBuffer;

/// What can happen on a wire, as a [Tape] keeps it:
///
/// ```
/// | kind (1) | aux (1) | time (8) | first (2) | second (2) | bytes |
/// ```
enum Event {
  /// A poll begins; the bytes are the device's name.
  POLL,
  /// An I2C transfer to address aux: `first` bytes written, `second` bytes read.
  TRANSFER,
  /// An I2C transfer that failed as aux says: address (1), then what was written; `second` bytes
  /// were to be read.
  FAILED_TRANSFER,
  /// A pause of `first` and `second` milliseconds, the upper half first.
  PAUSE,
  /// Bytes written to a line.
  WRITE,
  /// Bytes that could not be written.
  FAILED_WRITE,
  /// A chunk of bytes that came.
  READ,
  /// Nothing came in the time waited.
  SILENCE,
  /// The line was lost.
  CLOSE,
  /// Bytes thrown away unread, in number as in [#PAUSE].
  DISCARDED;

  static final int HEADER_BYTES = 14;

  private static final Event[] ALL = values();

  static Event of(byte kind) {
    return ALL[kind];
  }

  /// How many bytes follow the header.
  int stored(int first, int second) {
    return switch (this) {
      case TRANSFER -> first + second;
      case FAILED_TRANSFER -> 1 + first;
      case POLL, WRITE, FAILED_WRITE, READ -> first;
      case PAUSE, SILENCE, CLOSE, DISCARDED -> 0;
    };
  }

  /// The whole size of the event whose header begins at `at`.
  static int size(ByteBuffer events, int at) {
    Event event = of(events.get(at));
    int first = events.getShort(at + 10) & 0xFFFF;
    int second = events.getShort(at + 12) & 0xFFFF;
    return HEADER_BYTES + event.stored(first, second);
  }

  static long nanos(ByteBuffer events, int at) {
    return events.getLong(at + 2);
  }
}
