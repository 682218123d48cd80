package rackpulse.bus;

import java.nio.ByteBuffer;

/// A stream of bytes to devices: a serial line, a TCP connection, or a transcript of either.
///
/// Used by one thread. All methods return promptly when the thread is interrupted, with the
/// interrupt flag still set.
public interface Line {
  /// Sends all remaining bytes of `frame` and returns when they have been handed to the driver.
  ///
  /// @throws BusException.Down when the line is gone
  void write(ByteBuffer frame) throws BusException;

  /// Reads what is there into `into`, waiting for the first byte until `deadlineNanos`.
  ///
  /// @param deadlineNanos on the clock of [System#nanoTime()]; a time in the past means do not wait
  /// @return bytes read, 0 when none came in time
  /// @throws BusException.Down when the line is gone or the peer closed the connection
  int read(ByteBuffer into, long deadlineNanos) throws BusException;

  /// Throws away everything received and not yet read.
  ///
  /// @return how many bytes that were, where the driver can tell; else 0
  int discardInput() throws BusException;
}
