package rackpulse.modbus;

import java.nio.ByteBuffer;
import java.util.BitSet;
import rackpulse.bus.BusException;

/// Sends one request and waits for its answer, in one kind of envelope.
///
/// It never repeats a request by itself: whether a failure is worth a second try is for the bus
/// thread to say, which knows what else is waiting.
sealed interface Master permits RtuMaster, TcpMaster {
  /// The body of a [AnswerForm#GOOD] answer, from the buffer's position to its limit; valid until
  /// the next request.
  ByteBuffer ask(Request request) throws BusException;

  /// Whether a connection is worth keeping, by who is silent on it: a half-open connection answers
  /// nothing at all, while a unit that was never heard says nothing about the connection of the
  /// others, which must not be ended for its sake.
  final class Doubt {
    /// Silences in a row, of units that ought to answer, after which a connection is given up.
    static final int MAX_SILENCES = 2;

    private static final int UNITS = 256;

    private final BitSet heard = new BitSet(UNITS);
    private int silences;

    /// `unit` has answered.
    void answered(int unit) {
      heard.set(unit);
      silences = 0;
    }

    /// `unit` has not answered. Silence of one that has been heard counts; where nobody is heard
    /// any more, that of everybody.
    ///
    /// @return whether the connection is to be given up
    boolean silent(int unit) {
      boolean counts = heard.isEmpty() || heard.get(unit);
      heard.clear(unit);
      silences += counts ? 1 : 0;
      return silences >= MAX_SILENCES;
    }

    /// There is a new connection, of which nothing is known.
    void clear() {
      heard.clear();
      silences = 0;
    }
  }
}
