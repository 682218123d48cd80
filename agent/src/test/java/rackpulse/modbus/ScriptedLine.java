package rackpulse.modbus;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import rackpulse.bus.BusException;
import rackpulse.bus.Line;

/// A line on which bytes arrive at the times that a test has written down.
final class ScriptedLine implements Line {
  /// What happens on a request, in the order of requests; nothing when there is no more.
  final Deque<Runnable> reactions = new ArrayDeque<>();

  /// What happens on every request, besides.
  Consumer<ByteBuffer> onWrite = request -> {};

  /// Requests in hexadecimal, and when they were written.
  final List<String> written = new ArrayList<>();

  final List<Long> writtenNanos = new ArrayList<>();

  /// Reads that had to wait.
  int waits;

  /// All reads.
  int reads;

  private static final int CLOSE = -1;

  private final ManualClock clock;
  private final long characterNanos;
  private final PriorityQueue<Arrival> arrivals = new PriorityQueue<>();
  private int sequence;

  private record Arrival(long nanos, int sequence, int value) implements Comparable<Arrival> {
    @Override
    public int compareTo(Arrival other) {
      return nanos != other.nanos
          ? Long.compare(nanos, other.nanos)
          : Integer.compare(sequence, other.sequence);
    }
  }

  ScriptedLine(ManualClock clock, long characterNanos) {
    this.clock = clock;
    this.characterNanos = characterNanos;
  }

  /// To the next request, `hex` is the answer: its first byte begins `afterNanos` after the write.
  ScriptedLine answer(long afterNanos, String hex) {
    reactions.add(() -> arrive(afterNanos, hex));
    return this;
  }

  /// The next request is not answered.
  ScriptedLine silence() {
    reactions.add(() -> {});
    return this;
  }

  /// Bytes that begin to arrive `afterNanos` from now.
  void arrive(long afterNanos, String hex) {
    arrive(afterNanos, Hex.bytes(hex));
  }

  void arrive(long afterNanos, byte[] bytes) {
    long nanos = clock.nanoTime() + afterNanos;
    for (byte value : bytes) {
      nanos += characterNanos;
      arrivals.add(new Arrival(nanos, sequence++, value & 0xFF));
    }
  }

  /// The peer closes the connection `afterNanos` from now.
  void close(long afterNanos) {
    arrivals.add(new Arrival(clock.nanoTime() + afterNanos, sequence++, CLOSE));
  }

  @Override
  public void write(ByteBuffer frame) {
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    written.add(HexFormat.ofDelimiter(" ").formatHex(bytes));
    writtenNanos.add(clock.nanoTime());
    onWrite.accept(ByteBuffer.wrap(bytes));
    Runnable reaction = reactions.poll();
    if (reaction != null) {
      reaction.run();
    }
  }

  @Override
  public int read(ByteBuffer into, long deadlineNanos) throws BusException {
    reads++;
    Arrival first = arrivals.peek();
    if (first == null || first.nanos() > clock.nanoTime()) {
      if (deadlineNanos <= clock.nanoTime()) {
        return 0;
      }
      waits++;
      if (first == null || first.nanos() > deadlineNanos) {
        clock.reach(deadlineNanos + clock.wakeUpNanos);
        return 0;
      }
      clock.reach(first.nanos() + clock.wakeUpNanos);
    }
    int received = 0;
    while (!arrivals.isEmpty()
        && arrivals.element().nanos() <= clock.nanoTime()
        && into.hasRemaining()) {
      if (arrivals.element().value() == CLOSE) {
        if (received > 0) {
          break;
        }
        arrivals.remove();
        throw new BusException.Down("closed by the script");
      }
      into.put((byte) arrivals.remove().value());
      received++;
    }
    return received;
  }

  @Override
  public int discardInput() {
    int discarded = 0;
    while (!arrivals.isEmpty() && arrivals.element().nanos() <= clock.nanoTime()) {
      arrivals.remove();
      discarded++;
    }
    return discarded;
  }
}
