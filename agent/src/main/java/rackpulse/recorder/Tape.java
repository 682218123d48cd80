package rackpulse.recorder;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.I2cBus;
import rackpulse.bus.Line;
import rackpulse.bus.Transcript.Kind;

/// The latest traffic of one bus, as bytes: what it costs while nobody asks is little more than
/// copying them.
///
/// Memory is taken in chunks, and the oldest is used again, so that both the age and the size of
/// what is kept are bounded. Only whole polls are given away: half of one could be played back as
/// the answer to another. How a device was identified and set up is kept apart, however long ago
/// that was, because whoever plays a recording begins with it.
///
/// The bus thread writes, any thread may [#take].
public final class Tape {
  /// A tape that keeps nothing.
  public static final Tape OFF = new Tape(0, 0, () -> 0);

  /// Small, so that a slow bus takes little memory; larger than any usual transfer.
  static final int CHUNK_BYTES = 16 * 1024;

  private static final int MIN_CHUNKS = 4;

  /// Part of the memory that polls in which devices were identified may take.
  private static final int OPENINGS_DIVISOR = 4;

  private static final byte[] NOTHING = {};

  private final int chunkBytes;
  private final int maxChunks;
  private final int maxOpeningBytes;
  private final long keepNanos;
  private final LongSupplier nanoTime;
  private final Deque<Chunk> chunks = new ArrayDeque<>();
  private final Map<String, Opening> openings = new LinkedHashMap<>();
  private @Nullable Kind kind;
  private long lastNanos;

  // of the poll under way
  private String device = "";
  private boolean isAnew;
  private @Nullable Chunk pollChunk;
  private int pollOffset;

  /// A piece of memory, filled up to its buffer's position.
  private static final class Chunk {
    final byte[] bytes;
    final ByteBuffer buffer;

    Chunk(int size) {
      bytes = new byte[size];
      buffer = ByteBuffer.wrap(bytes);
    }
  }

  /// Polls in which a device was identified.
  ///
  /// @param first since the agent started: a Modbus driver never again asks what was refused then
  /// @param latest where that was a later one
  private record Opening(byte[] first, byte[] latest) {
    int bytes() {
      return first.length + latest.length;
    }
  }

  /// What was on a tape.
  ///
  /// @param kind null when there has been no bus yet
  /// @param openings older polls in which devices were identified
  /// @param polls the latest ones, oldest first
  record Taken(@Nullable Kind kind, List<byte[]> openings, byte[] polls) {}

  /// @param maxBytes most memory; 0 keeps nothing
  /// @param keepNanos how far back
  /// @param nanoTime the clock of line deadlines
  Tape(int maxBytes, long keepNanos, LongSupplier nanoTime) {
    this.keepNanos = keepNanos;
    this.nanoTime = nanoTime;
    maxOpeningBytes = maxBytes / OPENINGS_DIVISOR;
    int forPolls = maxBytes - maxOpeningBytes;
    chunkBytes = Math.min(CHUNK_BYTES, forPolls / MIN_CHUNKS);
    maxChunks = chunkBytes == 0 ? 0 : forPolls / chunkBytes;
  }

  /// `wire`, and what happens on it is kept.
  public I2cBus of(I2cBus wire) {
    return takes(Kind.I2C) ? new TapedI2cBus(wire, this) : wire;
  }

  /// `wire`, and what happens on it is kept.
  ///
  /// @param of one of Modbus
  public Line of(Line wire, Kind of) {
    if (of == Kind.I2C) {
      throw new IllegalArgumentException("an I2C bus is no line");
    }
    return takes(of) ? new TapedLine(wire, this) : wire;
  }

  /// A bus stays of its kind; a transcript of another kind put in its place is not kept.
  private synchronized boolean takes(Kind of) {
    kind = kind == null ? of : kind;
    return kind == of && !isOff();
  }

  private boolean isOff() {
    return maxChunks == 0;
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  /// A poll of `polled` begins.
  ///
  /// @param anew whether the device is to be identified and set up in it
  public synchronized void begin(String polled, boolean anew) {
    if (isOff()) {
      return;
    }
    device = polled;
    isAnew = anew;
    ByteBuffer chunk = room(Event.POLL, 0, polled.length(), 0, nanoTime());
    pollChunk = chunks.getLast();
    pollOffset = chunk.position() - Event.HEADER_BYTES;
    for (int i = 0; i < polled.length(); i++) {
      chunk.put((byte) polled.charAt(i)); // names are ASCII
    }
  }

  /// The poll is over.
  ///
  /// @param good whether it gave values
  public synchronized void end(boolean good) {
    if (isAnew && good) {
      keepOpening(since(pollChunk, pollOffset));
    }
    pollChunk = null;
  }

  private void keepOpening(byte[] poll) {
    Opening before = openings.get(device);
    Opening now =
        before == null || kind == Kind.I2C
            ? new Opening(poll, NOTHING)
            : new Opening(before.first, poll);
    openings.put(device, now);
    if (openings.values().stream().mapToInt(Opening::bytes).sum() > maxOpeningBytes) {
      openings.remove(device);
    }
  }

  /// Notes an event without bytes.
  synchronized void note(Event event, int number) {
    room(event, 0, number >>> 16, number & 0xFFFF, nanoTime());
  }

  /// Notes `count` of `bytes` that went over a line.
  synchronized void note(Event event, ByteBuffer bytes, int from, int count) {
    if (Event.HEADER_BYTES + count <= chunkBytes) {
      ByteBuffer chunk = room(event, 0, count, 0, nanoTime());
      chunk.put(chunk.position(), bytes, from, count);
      chunk.position(chunk.position() + count);
    }
  }

  /// Notes an I2C transfer that began at `nanos`.
  synchronized void note(int address, byte[] write, byte[] read, long nanos) {
    if (Event.HEADER_BYTES + write.length + read.length <= chunkBytes) {
      room(Event.TRANSFER, address, write.length, read.length, nanos).put(write).put(read);
    }
  }

  /// Notes one that failed.
  ///
  /// @param failure ordinal of [rackpulse.bus.Transfer.Failure]
  synchronized void note(int address, byte[] write, int asked, int failure, long nanos) {
    if (Event.HEADER_BYTES + 1 + write.length <= chunkBytes) {
      room(Event.FAILED_TRANSFER, failure, write.length, asked, nanos)
          .put((byte) address)
          .put(write);
    }
  }

  /// A chunk with its position behind the header of an event, whose bytes fit.
  private ByteBuffer room(Event event, int aux, int first, int second, long nanos) {
    Chunk chunk = chunks.peekLast();
    int size = Event.HEADER_BYTES + event.stored(first, second);
    if (chunk == null || chunk.buffer.remaining() < size) {
      chunk = nextChunk(nanos);
    }
    lastNanos = nanos;
    return chunk
        .buffer
        .put((byte) event.ordinal())
        .put((byte) aux)
        .putLong(nanos)
        .putShort((short) first)
        .putShort((short) second);
  }

  private Chunk nextChunk(long nanos) {
    Chunk next = dropOld(nanos);
    if (next == null) {
      next = chunks.size() < maxChunks ? new Chunk(chunkBytes) : chunks.remove();
    }
    if (next == pollChunk) {
      pollChunk = null; // a poll larger than the tape
      isAnew = false;
    }
    next.buffer.clear();
    chunks.add(next);
    return next;
  }

  /// Takes away chunks all of which is too old, and gives one of them: a chunk is as old as the
  /// beginning of the next.
  private @Nullable Chunk dropOld(long nanos) {
    Chunk dropped = null;
    while (chunks.size() > 1) {
      Chunk second = chunks.stream().skip(1).findFirst().orElseThrow();
      if (nanos - Event.nanos(second.buffer, 0) <= keepNanos) {
        break;
      }
      dropped = chunks.remove();
    }
    return dropped;
  }

  /// Memory taken for polls now.
  synchronized long memoryBytes() {
    return (long) chunks.size() * chunkBytes;
  }

  /// Copies what is kept, without the poll under way and without what lies before the first whole
  /// poll.
  synchronized Taken take() {
    List<byte[]> old = new ArrayList<>();
    byte[] all = since(chunks.peek(), 0);
    int end = all.length - (pollChunk == null ? 0 : since(pollChunk, pollOffset).length);
    byte[] polls = wholePolls(ByteBuffer.wrap(all, 0, end));
    long oldestNanos = polls.length == 0 ? lastNanos : Event.nanos(ByteBuffer.wrap(polls), 0);
    for (Opening opening : openings.values()) {
      for (byte[] poll : List.of(opening.first, opening.latest)) {
        if (poll.length > 0 && Event.nanos(ByteBuffer.wrap(poll), 0) - oldestNanos < 0) {
          old.add(poll);
        }
      }
    }
    return new Taken(kind, old, polls);
  }

  private byte[] wholePolls(ByteBuffer events) {
    int at = 0;
    while (at < events.limit() && !isYoungPoll(events, at)) {
      at += Event.size(events, at);
    }
    byte[] polls = new byte[Math.max(0, events.limit() - at)];
    events.get(Math.min(at, events.limit()), polls);
    return polls;
  }

  private boolean isYoungPoll(ByteBuffer events, int at) {
    return Event.of(events.get(at)) == Event.POLL
        && lastNanos - Event.nanos(events, at) <= keepNanos;
  }

  /// Everything from `offset` in `chunk` on; nothing when it is not there any more.
  private byte[] since(@Nullable Chunk chunk, int offset) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int from = offset;
    boolean isReached = false;
    for (Chunk each : chunks) {
      isReached |= each == chunk;
      if (isReached) {
        bytes.write(each.bytes, from, each.buffer.position() - from);
        from = 0;
      }
    }
    return bytes.toByteArray();
  }
}
