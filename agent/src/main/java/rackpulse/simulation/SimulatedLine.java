package rackpulse.simulation;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import rackpulse.bus.Crc16;
import rackpulse.bus.Line;

/// A serial line with Modbus RTU slaves that answer as slowly as their baud rate makes them.
final class SimulatedLine implements Line {
  /// Unit id, function code, address, count, CRC (Modbus over Serial Line 1.02, 2.3).
  private static final int REQUEST_BYTES = 8;

  private static final int BITS_PER_CHARACTER = 11;
  private static final long TURNAROUND_NANOS = 4_000_000L;

  private final long characterNanos;
  private final WireClock clock;
  private final Map<Integer, Slave> slaves = new HashMap<>();
  private final Set<Integer> unplugged = new HashSet<>();
  private ByteBuffer answer = ByteBuffer.allocate(0);
  private long answeredNanos;

  SimulatedLine(int baud, WireClock clock) {
    this.clock = clock;
    characterNanos = BITS_PER_CHARACTER * 1_000_000_000L / baud;
  }

  SimulatedLine with(int unit, Slave slave) {
    slaves.put(unit, slave);
    return this;
  }

  /// Pulls the plug of a slave, or puts it back.
  synchronized void plug(int unit, boolean in) {
    if (in) {
      unplugged.remove(unit);
    } else {
      unplugged.add(unit);
    }
  }

  @Override
  public synchronized void write(ByteBuffer frame) {
    byte[] request = new byte[frame.remaining()];
    frame.get(request);
    answer = ByteBuffer.allocate(0);
    if (request.length != REQUEST_BYTES || Crc16.of(request, 0, 6) != word(request, 7, 6)) {
      return;
    }
    int unit = request[0] & 0xFF;
    Slave slave = slaves.get(unit);
    if (slave == null || unplugged.contains(unit)) {
      return;
    }
    byte[] reply = slave.answer(request[1] & 0xFF, word(request, 2, 3), word(request, 4, 5));
    answer = ByteBuffer.wrap(framed(unit, reply));
    answeredNanos =
        clock.nanoTime() + TURNAROUND_NANOS + (REQUEST_BYTES + answer.remaining()) * characterNanos;
  }

  private static int word(byte[] bytes, int high, int low) {
    return (bytes[high] & 0xFF) << 8 | bytes[low] & 0xFF;
  }

  private static byte[] framed(int unit, byte[] reply) {
    byte[] frame = new byte[reply.length + 3];
    frame[0] = (byte) unit;
    System.arraycopy(reply, 0, frame, 1, reply.length);
    int crc = Crc16.of(frame, 0, frame.length - 2);
    frame[frame.length - 2] = (byte) crc;
    frame[frame.length - 1] = (byte) (crc >> 8);
    return frame;
  }

  @Override
  public int read(ByteBuffer into, long deadlineNanos) {
    while (!Thread.currentThread().isInterrupted()) {
      long now = clock.nanoTime();
      synchronized (this) {
        if (answer.hasRemaining() && now - answeredNanos >= 0) {
          int count = Math.min(into.remaining(), answer.remaining());
          into.put(answer.slice().limit(count));
          answer.position(answer.position() + count);
          return count;
        }
      }
      if (now - deadlineNanos >= 0) {
        return 0;
      }
      long wakeNanos =
          answer.hasRemaining() ? Math.min(deadlineNanos, answeredNanos) : deadlineNanos;
      clock.sleepUntil(wakeNanos);
    }
    return 0;
  }

  @Override
  public synchronized int discardInput() {
    int discarded = answer.remaining();
    answer = ByteBuffer.allocate(0);
    return discarded;
  }
}
