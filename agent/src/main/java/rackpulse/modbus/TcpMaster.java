package rackpulse.modbus;

import java.nio.ByteBuffer;
import java.time.Duration;
import rackpulse.bus.BusException;
import rackpulse.bus.Line;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;

/// The master of a Modbus TCP connection. Belongs to the bus thread.
///
/// An answer is believed only when its transaction id is that of the request. One with the id of an
/// earlier request of this connection is late: it is counted and thrown away, and the waiting goes
/// on. A connection on which the place in the stream is lost, or which is in doubt, is dropped; the
/// next request opens a new one.
final class TcpMaster implements Master {
  /// Late answers of every unit that one connection can have; a device that sends more while one
  /// answer is due has lost its mind.
  static final int MAX_BYTES_PER_ANSWER = 64 * MbapParser.MAX_FRAME_BYTES;

  private static final int TRANSACTIONS = 0x10000;

  private final Line line;
  private final Runnable drop;
  private final long timeoutNanos;
  private final MonotonicClock clock;
  private final WireCounters counters;
  private final Doubt doubt = new Doubt();
  private final MbapParser parser = new MbapParser();
  private final ByteBuffer frame = ByteBuffer.allocate(MbapParser.MAX_FRAME_BYTES);
  private int transaction;
  private int sentOnConnection;
  private int receivedBytes;

  /// @param drop ends the connection under `line`, whose next write makes a new one
  TcpMaster(
      Line line, Runnable drop, Duration timeout, MonotonicClock clock, WireCounters counters) {
    this.line = line;
    this.drop = drop;
    this.timeoutNanos = timeout.toNanos();
    this.clock = clock;
    this.counters = counters;
  }

  @Override
  public ByteBuffer ask(Request request) throws BusException {
    takeWhatCameMeanwhile();
    send(request);
    receivedBytes = 0;
    long deadlineNanos = clock.nanoTime() + timeoutNanos;
    while (true) {
      switch (parser.next()) {
        case FRAME -> {
          if (isAnswer(request)) {
            doubt.answered(request.unit());
            return checked(request);
          }
        }
        case MALFORMED -> throw malformed();
        case INCOMPLETE -> receive(request, deadlineNanos);
      }
    }
  }

  /// Late answers are counted here when they came between two requests. A peer that has closed the
  /// connection meanwhile, as many do when nobody asks, costs a new connection, not a gap.
  private void takeWhatCameMeanwhile() throws BusException {
    try {
      line.read(parser.space(), clock.nanoTime());
      MbapParser.Found found = parser.next();
      while (found == MbapParser.Found.FRAME) {
        counters.count(WireEvent.LATE_ANSWER);
        found = parser.next();
      }
      if (found == MbapParser.Found.MALFORMED) {
        counters.count(WireEvent.STRAY_BYTES);
        disconnect();
      }
    } catch (BusException.Down lost) {
      counters.count(WireEvent.DISCONNECT);
      disconnect();
    }
  }

  private void send(Request request) throws BusException {
    transaction = (transaction + 1) % TRANSACTIONS;
    frame.clear().position(MbapParser.HEADER_BYTES);
    request.encode(frame);
    frame.flip();
    frame.putShort(0, (short) transaction);
    frame.putShort(2, (short) 0);
    frame.putShort(4, (short) (frame.limit() - MbapParser.HEADER_BYTES + 1));
    frame.put(6, (byte) request.unit());
    try {
      line.write(frame);
    } catch (BusException.Down lost) {
      throw lost(lost);
    }
    sentOnConnection = Math.min(sentOnConnection + 1, TRANSACTIONS);
  }

  private void receive(Request request, long deadlineNanos) throws BusException {
    int received;
    try {
      received = line.read(parser.space(), deadlineNanos);
    } catch (BusException.Down lost) {
      throw lost(lost);
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new BusException.Down("interrupted while waiting for " + request);
    }
    if (received == 0) {
      throw timedOut(request);
    }
    receivedBytes += received;
    if (receivedBytes > MAX_BYTES_PER_ANSWER) {
      throw malformed();
    }
  }

  private BusException timedOut(Request request) {
    byte[] evidence = parser.evidence();
    boolean isCut = parser.isMidFrame();
    if (doubt.silent(request.unit()) || isCut) {
      disconnect();
    }
    String within = " within " + timeoutNanos / 1_000_000 + " ms";
    if (isCut) {
      counters.count(WireEvent.FRAMING);
      return new BusException.Corrupt(
          "the answer was cut short: " + evidence.length + " bytes" + within + ", asked " + request,
          evidence);
    }
    counters.count(WireEvent.SILENCE);
    return new BusException.NoAnswer(
        "no answer" + within + ", asked " + request + "; check power, network and unit id");
  }

  /// Whether the frame found belongs to `request`; false when it is late and to be passed over.
  private boolean isAnswer(Request request) throws BusException.WrongSender {
    int age = (transaction - parser.transaction()) & (TRANSACTIONS - 1);
    if (age != 0 && age < sentOnConnection) {
      counters.count(WireEvent.LATE_ANSWER);
      return false;
    }
    if (age != 0) {
      counters.count(WireEvent.WRONG_UNIT);
      throw new BusException.WrongSender(
          "an answer with transaction id "
              + parser.transaction()
              + ", which was never sent; asked "
              + request
              + " as "
              + transaction,
          parser.evidence());
    }
    if (parser.unit() != request.unit()) {
      counters.count(WireEvent.WRONG_UNIT);
      throw new BusException.WrongSender(
          "unit " + parser.unit() + " answered, asked " + request, parser.evidence());
    }
    return true;
  }

  private ByteBuffer checked(Request request) throws BusException {
    ByteBuffer body = parser.body();
    return switch (AnswerForm.of(request, body, body.position(), body.remaining())) {
      case GOOD -> body;
      case EXCEPTION -> {
        counters.count(WireEvent.EXCEPTION);
        throw ExceptionCode.refusal(
            request, body.get(body.position() + 1) & 0xFF, parser.evidence());
      }
      case OTHER_FUNCTION -> {
        counters.count(WireEvent.WRONG_UNIT);
        throw new BusException.WrongSender(
            "the answer to another function came, asked " + request, parser.evidence());
      }
      case OTHER_LENGTH -> {
        counters.count(WireEvent.FRAMING);
        throw new BusException.Corrupt(
            "an answer of another length than asked: " + request, parser.evidence());
      }
    };
  }

  private BusException malformed() {
    byte[] evidence = parser.evidence();
    counters.count(WireEvent.FRAMING);
    disconnect();
    return new BusException.Corrupt(
        "what came is not Modbus TCP; does the port speak RTU over TCP, or another protocol?",
        evidence);
  }

  private BusException lost(BusException.Down cause) {
    byte[] evidence = parser.evidence();
    boolean isCut = parser.isMidFrame();
    if (sentOnConnection > 0) { // else there was no connection to lose
      counters.count(WireEvent.DISCONNECT);
    }
    disconnect();
    return isCut
        ? new BusException.Corrupt("disconnected within an answer: " + cause.getMessage(), evidence)
        : cause;
  }

  private void disconnect() {
    drop.run();
    parser.clear();
    sentOnConnection = 0;
    doubt.clear();
  }
}
