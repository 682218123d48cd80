package rackpulse.telemetry;

/// What a poll says of one channel: a value, or why there is none.
public sealed interface Sample permits Reading, Gap {
  /// The channel it speaks of.
  Channel channel();

  /// When it was acquired, or the attempt began.
  Stamp stamp();
}
