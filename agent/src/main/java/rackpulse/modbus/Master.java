package rackpulse.modbus;

import java.nio.ByteBuffer;
import rackpulse.bus.BusException;

/// Sends one request and waits for its answer, in one kind of envelope.
///
/// It never repeats a request by itself: whether a failure is worth a second try is for the bus
/// thread to say, which knows what else is waiting.
sealed interface Master permits RtuMaster, TcpMaster {
  /// The body of a [AnswerForm#GOOD] answer, from the buffer's position to its limit; valid until
  /// the next request.
  ByteBuffer ask(Request request) throws BusException;
}
