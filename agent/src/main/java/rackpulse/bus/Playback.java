package rackpulse.bus;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.Transcript.Arrival;
import rackpulse.bus.Transcript.Exchange;

/// Buses that do what a [Transcript] says, so that everything above them runs without hardware.
/// Each belongs to one thread.
///
/// What is asked must be what was asked when it was recorded; anything else is [BusException.Down],
/// which names the difference, never a made-up answer.
public final class Playback {
  private static final String REMEDY = "; was it recorded with these device settings?";

  private Playback() {}

  /// What was recorded under one address or for one request, in order.
  private static final class Track<E> {
    private final List<E> entries = new ArrayList<>();
    private int next;

    /// The entry that is due; null at the end.
    @Nullable E due(boolean repeat) {
      if (repeat && next == entries.size()) {
        next = 0;
      }
      return next < entries.size() ? entries.get(next) : null;
    }
  }

  /// An I2C bus from a transcript: the transfers of each address in the order of the transcript,
  /// whatever other addresses do meanwhile. An address that does not occur is not acknowledged.
  ///
  /// Where the transcript says which transfers make a poll, as recordings of a running bus do,
  /// polls may be passed over: what is asked may begin any later poll. An address then has an order
  /// of its own behind each channel of a mux, and a mux may be asked in any order.
  public static final class TranscriptI2cBus implements I2cBus {
    private final Transcript transcript;
    private final boolean repeat;
    private final Map<Place, Track<Transfer>> tracks = new HashMap<>();
    private final BitSet muxes = new BitSet();
    private final BitSet unplayed = new BitSet();
    private final WireCounters counters;
    private long branch;

    /// @param branch what the muxes connect, a byte for each
    private record Place(long branch, int address) {}

    /// @param transcript of [Transcript.Kind#I2C]
    /// @param repeat whether an address starts again after its last transfer
    /// @param counters receives what would have been seen on the wire
    public TranscriptI2cBus(Transcript transcript, boolean repeat, WireCounters counters) {
      require(transcript.kind() == Transcript.Kind.I2C, transcript);
      this.counters = counters;
      this.transcript = transcript;
      this.repeat = repeat;
      findMuxes();
      for (Transfer transfer : transcript.transfers()) {
        Place place = place(transfer.address());
        tracks.computeIfAbsent(place, _ -> new Track<>()).entries.add(transfer);
        unplayed.set(transfer.line());
        follow(transfer);
      }
      branch = 0;
    }

    /// A mux gives back what was written to it.
    private void findMuxes() {
      Transfer[] before = new Transfer[MuxChannel.LAST_ADDRESS + 1];
      for (Transfer transfer : transcript.transfers()) {
        if (transcript.polls().isEmpty() || !MuxChannel.isMux(transfer.address())) {
          continue;
        }
        Transfer last = before[transfer.address()];
        before[transfer.address()] = transfer;
        if (last != null
            && last.isWriteOf(1)
            && transfer.isReadOf(1)
            && Arrays.equals(last.write(), transfer.read())) {
          muxes.set(transfer.address());
        }
      }
    }

    private Place place(int address) {
      return new Place(muxes.get(address) ? 0 : branch, address);
    }

    /// Notes what `transfer` makes a mux connect.
    private void follow(Transfer transfer) {
      if (muxes.get(transfer.address()) && transfer.isWriteOf(1)) {
        int shift = Byte.SIZE * (transfer.address() - MuxChannel.FIRST_ADDRESS);
        branch = branch & ~(0xFFL << shift) | (transfer.write()[0] & 0xFFL) << shift;
      }
    }

    @Override
    public void transfer(int address, byte[] write, byte[] read) throws BusException {
      Transfer asked = new Transfer(address, write, read, null);
      Track<Transfer> track = tracks.get(place(address));
      if (track == null) {
        counters.count(WireEvent.NAK);
        throw new BusException.NoAnswer(
            asked.request() + " not acknowledged: no such address in " + transcript.name(), true);
      }
      Transfer due = due(track, asked);
      if (due == null) {
        throw atEnd(transcript, asked.request());
      }
      if (!due.asksFor(asked)) {
        throw new BusException.Down(
            transcript.place(due.line())
                + ": expected "
                + due.request()
                + ", got "
                + asked.request()
                + REMEDY);
      }
      track.next++;
      unplayed.clear(due.line());
      if (due.failure() != null) {
        counters.count(due.failure().event());
        throw due.failure().at(transcript.line(due.line()));
      }
      follow(due);
      System.arraycopy(due.read(), 0, read, 0, read.length);
    }

    private @Nullable Transfer due(Track<Transfer> track, Transfer asked) {
      Transfer due = track.due(repeat);
      int entries = track.entries.size();
      int last = repeat ? track.next + entries : entries;
      for (int at = track.next; at < last; at++) {
        Transfer later = track.entries.get(at % entries);
        if (later.asksFor(asked) && (at == track.next || mayBeNext(track, at % entries))) {
          track.next = at % entries;
          return later;
        }
      }
      return due;
    }

    private boolean mayBeNext(Track<Transfer> track, int at) {
      Transfer entry = track.entries.get(at);
      Integer poll = transcript.polls().floor(entry.line());
      return poll != null
          && (muxes.get(entry.address())
              || at == 0
              || !poll.equals(transcript.polls().floor(track.entries.get(at - 1).line())));
    }

    /// Returns at once: the recorded chip has done its work.
    @Override
    public void pause(Duration atLeast) {}

    /// Lines that were not played yet, each with its place.
    public List<String> unconsumed() {
      return unplayed.stream().mapToObj(transcript::line).toList();
    }
  }

  /// A line from a transcript: what is written selects the next recorded exchange that began with
  /// the same bytes, what came after them comes again.
  ///
  /// For Modbus TCP the transaction ids of requests are disregarded, and answers get that of the
  /// request they belong to.
  public static final class TranscriptLine implements Line {
    /// Most arrivals that wait for a reader, as a driver's buffer has an end; the oldest are lost.
    static final int MAX_UNREAD = 4096;

    private static final int ID_BYTES = 2;
    private static final int LENGTH_OFFSET = 4;
    private static final int HEADER_BYTES = 6; // before the bytes that the length counts

    private final Transcript transcript;
    private final boolean repeat;
    private final LongSupplier nanoTime;
    private final Map<ByteBuffer, Track<Exchange>> tracks = new HashMap<>();
    private final Deque<Arrival> unread = new ArrayDeque<>();
    private final Map<Short, Short> idsByRecorded = new HashMap<>();
    private final BitSet unplayed = new BitSet();
    private int readOfFirst;

    /// @param transcript of one of the Modbus kinds
    /// @param repeat whether a request starts again after its last exchange
    /// @param nanoTime the clock of the deadlines
    public TranscriptLine(Transcript transcript, boolean repeat, LongSupplier nanoTime) {
      require(transcript.kind() != Transcript.Kind.I2C, transcript);
      this.transcript = transcript;
      this.repeat = repeat;
      this.nanoTime = nanoTime;
      unread.addAll(transcript.unasked());
      unread.forEach(this::expect);
      for (Exchange exchange : transcript.exchanges()) {
        ByteBuffer key = key(ByteBuffer.wrap(exchange.request()));
        tracks.computeIfAbsent(key, _ -> new Track<>()).entries.add(exchange);
        unplayed.set(exchange.line());
        exchange.arrivals().forEach(this::expect);
      }
    }

    private void expect(Arrival arrival) {
      if (arrival.what() != Arrival.What.SILENCE) {
        unplayed.set(arrival.line());
      }
    }

    @Override
    public void write(ByteBuffer frame) throws BusException.Down {
      Track<Exchange> track = tracks.get(key(frame));
      if (track == null) {
        throw new BusException.Down(transcript.name() + " has no request W " + hex(frame) + REMEDY);
      }
      Exchange due = track.due(repeat);
      if (due == null) {
        throw atEnd(transcript, "W " + hex(frame));
      }
      track.next++;
      unplayed.clear(due.line());
      unread.removeIf(arrival -> arrival.what() == Arrival.What.SILENCE);
      unread.addAll(isTcp() ? answersTo(frame, due) : due.arrivals());
      while (unread.size() > MAX_UNREAD) {
        removeFirst();
      }
      if (due.isDown()) {
        throw new BusException.Down("the recorded line was down, " + transcript.line(due.line()));
      }
      frame.position(frame.limit());
    }

    /// Returns what was recorded at once; silence takes its time.
    @Override
    public int read(ByteBuffer into, long deadlineNanos) throws BusException.Down {
      if (!into.hasRemaining()) {
        return 0;
      }
      Arrival first = unread.peek();
      if (first == null || first.what() == Arrival.What.SILENCE) {
        if (waited(deadlineNanos) && first != null) {
          removeFirst();
        }
        return 0;
      }
      if (first.what() == Arrival.What.CLOSE) {
        throw closed();
      }
      int count = Math.min(into.remaining(), first.bytes().length - readOfFirst);
      into.put(first.bytes(), readOfFirst, count);
      readOfFirst += count;
      if (readOfFirst == first.bytes().length) {
        removeFirst();
      }
      return count;
    }

    @Override
    public int discardInput() throws BusException.Down {
      int discarded = 0;
      Arrival first = unread.peek();
      while (first != null && first.what() == Arrival.What.DATA) {
        discarded += first.bytes().length - readOfFirst;
        removeFirst();
        first = unread.peek();
      }
      if (first != null && first.what() == Arrival.What.CLOSE) {
        throw closed();
      }
      return discarded;
    }

    /// Lines that were not played yet, each with its place: requests not made, answers not read.
    public List<String> unconsumed() {
      return unplayed.stream().mapToObj(transcript::line).toList();
    }

    private BusException.Down closed() {
      Arrival first = removeFirst();
      return new BusException.Down("closed by the peer, " + transcript.line(first.line()));
    }

    private Arrival removeFirst() {
      readOfFirst = 0;
      Arrival first = unread.remove();
      unplayed.clear(first.line());
      return first;
    }

    /// Waits unless interrupted; false when the deadline had passed already.
    private boolean waited(long deadlineNanos) {
      long leftNanos = deadlineNanos - nanoTime.getAsLong();
      if (leftNanos <= 0) {
        return false;
      }
      while (leftNanos > 0 && !Thread.currentThread().isInterrupted()) {
        LockSupport.parkNanos(this, leftNanos);
        leftNanos = deadlineNanos - nanoTime.getAsLong();
      }
      return true;
    }

    private boolean isTcp() {
      return transcript.kind() == Transcript.Kind.MODBUS_TCP;
    }

    /// By what a request is recognised.
    private ByteBuffer key(ByteBuffer frame) {
      ByteBuffer key = frame.duplicate();
      return isTcp() && key.remaining() > ID_BYTES ? key.position(key.position() + ID_BYTES) : key;
    }

    /// The arrivals after `due` as if `frame` had been its request. A frame of the answer may begin
    /// anywhere in a chunk, or be spread over several.
    private List<Arrival> answersTo(ByteBuffer frame, Exchange due) {
      if (due.request().length <= ID_BYTES) {
        return due.arrivals();
      }
      // duplicates are big-endian, whatever the frame is
      idsByRecorded.put(ByteBuffer.wrap(due.request()).getShort(), frame.duplicate().getShort());
      int total = due.arrivals().stream().mapToInt(arrival -> arrival.bytes().length).sum();
      ByteBuffer stream = ByteBuffer.allocate(total);
      due.arrivals().forEach(arrival -> stream.put(arrival.bytes()));
      int start = 0;
      while (start + ID_BYTES <= total) {
        short recorded = stream.getShort(start);
        stream.putShort(start, idsByRecorded.getOrDefault(recorded, recorded));
        if (start + HEADER_BYTES > total) {
          break;
        }
        start += HEADER_BYTES + (stream.getShort(start + LENGTH_OFFSET) & 0xFFFF);
      }
      stream.flip();
      List<Arrival> answers = new ArrayList<>();
      for (Arrival arrival : due.arrivals()) {
        byte[] bytes = new byte[arrival.bytes().length];
        stream.get(bytes);
        answers.add(new Arrival(arrival.line(), arrival.what(), bytes));
      }
      return answers;
    }

    private static String hex(ByteBuffer frame) {
      byte[] bytes = new byte[frame.remaining()];
      frame.get(frame.position(), bytes);
      return Transfer.hex(bytes);
    }
  }

  private static void require(boolean isRightKind, Transcript transcript) {
    if (!isRightKind) {
      throw new IllegalArgumentException(
          transcript.name() + " is of another kind of bus: " + transcript.kind().id());
    }
  }

  private static BusException.Down atEnd(Transcript transcript, String request) {
    return new BusException.Down(
        "transcript "
            + transcript.name()
            + " is at its end for "
            + request
            + "; repeat = true would start it again");
  }
}
