package rackpulse.recorder;

import java.nio.ByteBuffer;
import rackpulse.bus.BusException;
import rackpulse.bus.Line;

/// A line whose bytes are kept on a tape; changes nothing of them.
final class TapedLine implements Line {
  private final Line wire;
  private final Tape tape;

  TapedLine(Line wire, Tape tape) {
    this.wire = wire;
    this.tape = tape;
  }

  @Override
  public void write(ByteBuffer frame) throws BusException {
    int from = frame.position();
    int count = frame.remaining();
    try {
      wire.write(frame);
    } catch (BusException e) {
      tape.note(Event.FAILED_WRITE, frame, from, count);
      throw e;
    }
    tape.note(Event.WRITE, frame, from, count);
  }

  /// A reader that does not wait and finds nothing leaves no trace.
  @Override
  public int read(ByteBuffer into, long deadlineNanos) throws BusException {
    boolean waits = into.hasRemaining() && deadlineNanos - tape.nanoTime() > 0;
    int start = into.position();
    int count;
    try {
      count = wire.read(into, deadlineNanos);
    } catch (BusException e) {
      tape.note(Event.CLOSE, 0);
      throw e;
    }
    if (count > 0) {
      tape.note(Event.READ, into, start, count);
    } else if (waits) {
      tape.note(Event.SILENCE, 0);
    }
    return count;
  }

  @Override
  public int discardInput() throws BusException {
    int discarded;
    try {
      discarded = wire.discardInput();
    } catch (BusException e) {
      tape.note(Event.CLOSE, 0);
      throw e;
    }
    if (discarded > 0) {
      tape.note(Event.DISCARDED, discarded);
    }
    return discarded;
  }
}
