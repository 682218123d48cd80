package rackpulse.modbus;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.BusException;
import rackpulse.bus.Crc16;
import rackpulse.bus.Line;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;

/// The master of a line with RTU frames: serial, or inside a TCP connection. Belongs to the bus
/// thread.
///
/// RTU frames carry no number, so whose answer came is told by unit, function and length, and by
/// keeping requests apart in time. Before each request the line must have been silent; after a
/// time-out it is listened to for a turnaround more, and the unit that owes the answer is not asked
/// again for another time-out, since its late answer could not be told from the new one.
///
/// The processor's time goes into wake-ups: the thread sleeps until the answer can be complete, and
/// looks once.
final class RtuMaster implements Master {
  /// How long after a request its answer may come, in time-outs: until then the unit is not asked
  /// again. A device that is slower than that has the wrong time-out in the configuration.
  static final int LATEST_ANSWER_TIMEOUTS = 2;

  /// Good answers in a row after which a unit counts as prompt.
  private static final int PROMPT_AFTER = 3;

  private static final int UNITS = 256;
  private static final int REQUEST_BYTES = 16;

  private final Line line;
  private final Runnable drop;
  private final FrameTiming timing;
  private final MonotonicClock clock;
  private final WireCounters counters;
  private final Doubt doubt = new Doubt();
  private final RtuReceiver receiver = new RtuReceiver();
  private final ByteBuffer frame = ByteBuffer.allocate(REQUEST_BYTES);
  private final @Nullable Peer[] peers = new Peer[UNITS];
  private long lastByteNanos;
  private long quietUntilNanos;
  private boolean isInUse; // false as long as a write has not succeeded since the line was lost

  // of the request under way
  private long sentNanos;
  private boolean isEchoed;
  private BusException.@Nullable WrongSender otherAnswer;

  /// @param drop ends the connection under `line`, if there is one, so that the next write makes a
  ///   new one
  RtuMaster(
      Line line, Runnable drop, FrameTiming timing, MonotonicClock clock, WireCounters counters) {
    this.line = line;
    this.drop = drop;
    this.timing = timing;
    this.clock = clock;
    this.counters = counters;
    lastByteNanos = clock.nanoTime(); // who knows what was on the line just now
    quietUntilNanos = lastByteNanos;
  }

  @Override
  public ByteBuffer ask(Request request) throws BusException {
    Peer peer = peer(request.unit());
    isEchoed = false;
    otherAnswer = null;
    awaitSilence(peer);
    try {
      send(request);
      isInUse = true;
      return receive(request, peer);
    } catch (BusException.Down lost) {
      throw lost(lost);
    }
  }

  private Peer peer(int unit) {
    Peer peer = peers[unit];
    if (peer == null) {
      long maxNanos = timing.isPaced() ? timing.timeoutNanos() : 0;
      peer =
          new Peer(
              new Turnaround(timing.characterNanos(), timing.turnaroundNanos(), maxNanos),
              clock.nanoTime());
      peers[unit] = peer;
    }
    return peer;
  }

  /// Listens until the line has been silent for long enough.
  private void awaitSilence(Peer peer) throws BusException {
    long giveUpNanos = later(silentFromNanos(peer), clock.nanoTime()) + timing.timeoutNanos();
    try {
      while (hear(silentFromNanos(peer)) > 0) {
        while (receiver.takeAnyFrame()) {
          passOverFrame();
        }
        if (clock.nanoTime() - giveUpNanos > 0) {
          counters.count(WireEvent.FRAMING);
          byte[] evidence = receiver.evidence();
          receiver.clear();
          throw new BusException.Corrupt(
              "the line does not fall silent: is a device broken, or a second master on it?",
              evidence);
        }
      }
    } catch (BusException.Down closed) {
      // a gateway that hangs up when nobody asks: writing connects anew, or tells what is wrong
      countDisconnect();
    }
    countStrayBytes();
  }

  private long silentFromNanos(Peer peer) {
    long nanos = later(lastByteNanos + timing.silenceNanos(), quietUntilNanos);
    return later(nanos, peer.suspectUntilNanos());
  }

  /// A frame came that nobody waits for: late, or the second to a request that was answered.
  private void passOverFrame() {
    Peer sender = peers[receiver.unit()];
    if (sender != null && sender.isPrompt()) {
      counters.count(WireEvent.SECOND_ANSWER);
    } else {
      passOverLateAnswer();
    }
  }

  private void passOverLateAnswer() {
    counters.count(WireEvent.LATE_ANSWER);
    Peer sender = peers[receiver.unit()];
    if (sender != null) {
      sender.answered(clock.nanoTime());
    }
  }

  private void send(Request request) throws BusException {
    frame.clear();
    frame.put((byte) request.unit());
    request.encode(frame);
    int crc = Crc16.of(frame.array(), frame.arrayOffset(), frame.position());
    frame.put((byte) crc).put((byte) (crc >> 8)).flip();
    long writeNanos = clock.nanoTime();
    line.write(frame);
    // the driver takes the bytes faster than the wire
    sentNanos = later(clock.nanoTime(), writeNanos + timing.charactersNanos(frame.limit()));
  }

  private ByteBuffer receive(Request request, Peer peer) throws BusException {
    int wanted = RtuReceiver.ENVELOPE_BYTES + request.answerBodyBytes();
    long limitNanos = sentNanos + timing.timeoutNanos();
    long hardLimitNanos = limitNanos + 2 * timing.charactersNanos(wanted) + timing.stallNanos();
    clock.sleepUntil(sentNanos + peer.turnaround.expectedNanos() + timing.charactersNanos(wanted));
    long wokenNanos = clock.nanoTime();
    long completeNanos = wokenNanos;
    long waitNanos = limitNanos;
    while (true) {
      boolean isOver = hear(waitNanos) == 0 || clock.nanoTime() - hardLimitNanos > 0;
      takeEcho();
      switch (receiver.search(request, isOver)) {
        case GOOD -> {
          learn(peer, completeNanos - wokenNanos);
          answered(request, peer);
          return receiver.body();
        }
        case EXCEPTION -> throw refused(request, peer);
        case FOREIGN -> {
          waitNanos = foreign(request, limitNanos);
          if (clock.nanoTime() - hardLimitNanos > 0) {
            throw failure(request, peer);
          }
        }
        case UNDERWAY -> {
          completeNanos = clock.nanoTime() + timing.charactersNanos(receiver.missingBytes());
          clock.sleepUntil(completeNanos);
          // one byte alone may be noise that happens to be the unit id
          boolean isBegun = receiver.presentBytes() > 1;
          waitNanos = isBegun ? completeNanos + timing.stallNanos() : limitNanos;
        }
        case NOTHING -> {
          if (isOver) {
            throw failure(request, peer);
          }
          boolean isLongEnough = receiver.size() >= wanted;
          waitNanos = isLongEnough ? clock.nanoTime() + timing.stallNanos() : limitNanos;
        }
      }
    }
  }

  /// Reads what comes until `untilNanos`, waiting for the first byte only.
  private int hear(long untilNanos) throws BusException {
    int received = line.read(receiver.space(), untilNanos);
    if (Thread.currentThread().isInterrupted()) {
      throw new BusException.Down("interrupted while waiting for a device");
    }
    if (received > 0) {
      lastByteNanos = clock.nanoTime();
    }
    return received;
  }

  private void takeEcho() {
    if (!isEchoed && receiver.takeEcho(frame)) {
      isEchoed = true;
      counters.count(WireEvent.ECHO);
    }
  }

  private static void learn(Peer peer, long lateNanos) {
    if (lateNanos > 0) {
      peer.turnaround.wasLate(lateNanos);
    } else {
      peer.turnaround.wasComplete();
    }
  }

  private void answered(Request request, Peer peer) {
    boolean isSecond = peer.isPrompt() && receiver.hasFrameOf(request.unit());
    peer.answered(clock.nanoTime());
    doubt.answered(request.unit());
    if (isSecond) {
      counters.count(WireEvent.SECOND_ANSWER);
      receiver.clear();
    } else {
      countStrayBytes();
    }
  }

  /// Counts what is left over and forgets it.
  private void countStrayBytes() {
    if (receiver.size() > 0 || receiver.skippedBytes() > 0) {
      counters.count(WireEvent.STRAY_BYTES);
    }
    receiver.clear();
  }

  private BusException refused(Request request, Peer peer) {
    counters.count(WireEvent.EXCEPTION);
    ByteBuffer body = receiver.body();
    int code = body.get(body.position() + 1) & 0xFF;
    byte[] evidence = receiver.evidence();
    answered(request, peer);
    return ExceptionCode.refusal(request, code, evidence);
  }

  /// Takes note of an answer that is not the one asked for, and tells how long to wait on.
  private long foreign(Request request, long limitNanos) {
    int unit = receiver.unit();
    Peer sender = peers[unit];
    boolean isLate = sender != null && sender.isOwing();
    boolean isFromOther = unit != request.unit();
    if (!isLate || !isFromOther) {
      String what =
          isFromOther ? "unit " + unit + " answered" : "the answer to another request came";
      otherAnswer = new BusException.WrongSender(what + ", asked " + request, receiver.evidence());
    }
    if (isFromOther && !isLate) {
      counters.count(WireEvent.WRONG_UNIT);
    } else {
      passOverLateAnswer();
    }
    return isLate ? limitNanos : clock.nanoTime() + timing.stallNanos();
  }

  /// What is wrong when no answer is to be expected any more.
  private BusException failure(Request request, Peer peer) {
    byte[] evidence = receiver.evidence();
    int size = receiver.size();
    boolean isNoise = size > 0 || receiver.skippedBytes() > 0;
    boolean isDamaged = receiver.isDamaged();
    receiver.clear();
    if (!isNoise || otherAnswer != null) {
      peer.owesUntil(sentNanos + LATEST_ANSWER_TIMEOUTS * timing.timeoutNanos());
      return otherAnswer == null ? silence(request) : otherAnswer;
    }
    peer.owes();
    int wanted = RtuReceiver.ENVELOPE_BYTES + request.answerBodyBytes();
    if (isDamaged || size == wanted) {
      counters.count(WireEvent.CRC);
      return new BusException.Corrupt(
          "checksum of the answer is wrong, asked " + request + "; check cable and termination",
          evidence);
    }
    counters.count(WireEvent.FRAMING);
    return new BusException.Corrupt(
        evidence.length
            + " bytes that are no answer, asked "
            + request
            + "; check baud rate, parity and wiring",
        evidence);
  }

  private BusException silence(Request request) {
    counters.count(WireEvent.SILENCE);
    quietUntilNanos = clock.nanoTime() + timing.turnaroundNanos();
    if (doubt.silent(request.unit())) {
      doubt.clear();
      drop.run();
    }
    return new BusException.NoAnswer(
        "no answer within "
            + timing.timeoutNanos() / 1_000_000
            + " ms, asked "
            + request
            + (isEchoed ? "; only its echo came" : "")
            + "; check power, wiring and unit id");
  }

  private BusException lost(BusException.Down cause) {
    byte[] evidence = receiver.evidence();
    boolean isCut = receiver.size() > 0;
    if (!Thread.currentThread().isInterrupted()) {
      countDisconnect();
    }
    drop.run();
    doubt.clear();
    receiver.clear();
    return isCut
        ? new BusException.Corrupt("disconnected within an answer: " + cause.getMessage(), evidence)
        : cause;
  }

  private void countDisconnect() {
    if (isInUse) {
      counters.count(WireEvent.DISCONNECT);
      isInUse = false;
    }
  }

  private static long later(long nanos, long otherNanos) {
    return nanos - otherNanos > 0 ? nanos : otherNanos;
  }

  /// What a master remembers of one unit on its line.
  private static final class Peer {
    final Turnaround turnaround;

    /// Whether the last request was not answered, so that its answer may still come.
    private boolean owing;

    /// Answers since it owed one; what comes unasked soon after that may be a late one.
    private int answers;

    /// Until when a request to this unit would risk to be answered by what the unit still owes:
    /// that answer could not be told from the new one.
    private long suspectUntilNanos;

    Peer(Turnaround turnaround, long nowNanos) {
      this.turnaround = turnaround;
      this.suspectUntilNanos = nowNanos;
    }

    void owes() {
      answers = 0;
      owing = true;
    }

    void owesUntil(long nanos) {
      owes();
      suspectUntilNanos = nanos;
    }

    void answered(long nowNanos) {
      answers = Math.min(answers + 1, PROMPT_AFTER);
      owing = false;
      suspectUntilNanos = nowNanos;
    }

    boolean isOwing() {
      return owing;
    }

    /// Whether it has been answering so reliably that it can owe nothing.
    boolean isPrompt() {
      return answers >= PROMPT_AFTER;
    }

    long suspectUntilNanos() {
      return suspectUntilNanos;
    }
  }
}
