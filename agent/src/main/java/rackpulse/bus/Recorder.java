package rackpulse.bus;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.Transcript.Kind;

/// Writes what happens on a bus as a [Transcript], line by line, and changes nothing of it. Belongs
/// to the thread of the bus.
public final class Recorder {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Consumer<String> sink;
  private final LongSupplier nanoTime;
  private final long startNanos;

  /// How an I2C transfer failed, by the word at the end of its line.
  enum Failure {
    NAK,
    DATA_NAK,
    TIMEOUT,
    ARBITRATION,
    DOWN;

    static Failure of(BusException failure) {
      return switch (failure) {
        case BusException.NoAnswer silence -> silence.nobodyThere() ? NAK : TIMEOUT;
        case BusException.Refused _ -> DATA_NAK;
        // the latter is for drivers to say, not for an I2C bus
        case BusException.Corrupt _, BusException.WrongSender _ -> ARBITRATION;
        case BusException.Down _ -> DOWN;
      };
    }

    /// What a live bus counts when it fails so.
    WireEvent event() {
      return switch (this) {
        case NAK, DATA_NAK -> WireEvent.NAK;
        case TIMEOUT -> WireEvent.STUCK;
        case ARBITRATION -> WireEvent.ARBITRATION_LOST;
        case DOWN -> WireEvent.DISCONNECT;
      };
    }

    BusException at(String line) {
      return switch (this) {
        case NAK -> new BusException.NoAnswer("address not acknowledged, " + line, true);
        case DATA_NAK -> new BusException.Refused("data not acknowledged, " + line, 0, new byte[0]);
        case TIMEOUT -> new BusException.NoAnswer("no answer in time, " + line);
        case ARBITRATION -> new BusException.Corrupt("arbitration lost, " + line, new byte[0]);
        case DOWN -> new BusException.Down("the recorded bus was down, " + line);
      };
    }
  }

  /// One I2C transaction.
  ///
  /// @param line from 1; 0 where it is not of a transcript
  /// @param asked how many bytes were to be read
  /// @param read what came; without meaning where it failed
  record Transfer(
      int line, int address, byte[] write, int asked, byte[] read, @Nullable Failure failure) {
    Transfer(int address, byte[] write, byte[] read, @Nullable Failure failure) {
      this(0, address, write, read.length, read, failure);
    }

    /// What was asked, such as `0x40 W 00 R 2`.
    String request() {
      return start() + (asked > 0 ? " R " + asked : "");
    }

    /// The line of the transcript.
    @Override
    public String toString() {
      if (failure != null) {
        return request() + " " + Transcript.word(failure);
      }
      return start() + (asked > 0 ? " R " + Transcript.hex(read) : "");
    }

    private String start() {
      String to = "0x" + HexFormat.of().toHexDigits((byte) address);
      if (write.length > 0) {
        return to + " W " + Transcript.hex(write);
      }
      return asked > 0 ? to : to + " W";
    }
  }

  private Recorder(Kind kind, Consumer<String> sink, LongSupplier nanoTime) {
    this.sink = sink;
    this.nanoTime = nanoTime;
    startNanos = nanoTime.getAsLong();
    sink.accept("bus " + kind.id());
  }

  /// `wire` and a record of it; each line has the time at which it was begun, from now.
  ///
  /// @param sink takes lines without their end; the first is the header
  public static I2cBus of(I2cBus wire, Consumer<String> sink, LongSupplier nanoTime) {
    return new RecordedI2cBus(wire, new Recorder(Kind.I2C, sink, nanoTime));
  }

  /// `wire` and a record of it; each line has the time at which it was complete, from now.
  ///
  /// @param kind one of Modbus
  /// @param sink takes lines without their end; the first is the header
  /// @param nanoTime the clock of the line's deadlines
  public static Line of(Line wire, Kind kind, Consumer<String> sink, LongSupplier nanoTime) {
    if (kind == Kind.I2C) {
      throw new IllegalArgumentException("an I2C bus is no line");
    }
    return new RecordedLine(wire, new Recorder(kind, sink, nanoTime));
  }

  private void put(long atNanos, String event) {
    long millis = (atNanos - startNanos) / NANOS_PER_MILLI;
    String fraction = Long.toString(1000 + millis % 1000).substring(1);
    sink.accept("+" + millis / 1000 + "." + fraction + "s " + event);
  }

  private static final class RecordedI2cBus implements I2cBus {
    private final I2cBus wire;
    private final Recorder recorder;

    RecordedI2cBus(I2cBus wire, Recorder recorder) {
      this.wire = wire;
      this.recorder = recorder;
    }

    @Override
    public void transfer(int address, byte[] write, byte[] read) throws BusException {
      long startNanos = recorder.nanoTime.getAsLong();
      try {
        wire.transfer(address, write, read);
      } catch (BusException e) {
        recorder.put(startNanos, new Transfer(address, write, read, Failure.of(e)).toString());
        throw e;
      }
      recorder.put(startNanos, new Transfer(address, write, read, null).toString());
    }

    @Override
    public void pause(Duration atLeast) {
      long millis = (atLeast.toNanos() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
      recorder.put(recorder.nanoTime.getAsLong(), "pause " + millis + " ms");
      wire.pause(atLeast);
    }
  }

  private static final class RecordedLine implements Line {
    private final Line wire;
    private final Recorder recorder;

    RecordedLine(Line wire, Recorder recorder) {
      this.wire = wire;
      this.recorder = recorder;
    }

    @Override
    public void write(ByteBuffer frame) throws BusException {
      String request = "W " + hex(frame, frame.position(), frame.remaining());
      try {
        wire.write(frame);
      } catch (BusException e) {
        note(request + " down");
        throw e;
      }
      note(request);
    }

    /// A reader that does not wait and finds nothing leaves no trace.
    @Override
    public int read(ByteBuffer into, long deadlineNanos) throws BusException {
      boolean waits = into.hasRemaining() && deadlineNanos - recorder.nanoTime.getAsLong() > 0;
      int start = into.position();
      int count;
      try {
        count = wire.read(into, deadlineNanos);
      } catch (BusException e) {
        note("close");
        throw e;
      }
      if (count > 0) {
        note("R " + hex(into, start, count));
      } else if (waits) {
        note("R");
      }
      return count;
    }

    @Override
    public int discardInput() throws BusException {
      int discarded;
      try {
        discarded = wire.discardInput();
      } catch (BusException e) {
        note("close");
        throw e;
      }
      if (discarded > 0) {
        note("# " + discarded + " bytes thrown away unread");
      }
      return discarded;
    }

    private void note(String event) {
      recorder.put(recorder.nanoTime.getAsLong(), event);
    }

    private static String hex(ByteBuffer buffer, int from, int count) {
      byte[] bytes = new byte[count];
      buffer.get(from, bytes);
      return Transcript.hex(bytes);
    }
  }
}
