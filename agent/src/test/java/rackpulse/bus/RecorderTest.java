package rackpulse.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import rackpulse.bus.Playback.TranscriptI2cBus;
import rackpulse.bus.Playback.TranscriptLine;

class RecorderTest {
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
  private static final int ROUNDS = 300;
  private static final int STEPS = 40;

  private final List<String> record = new ArrayList<>();
  private long nowNanos;

  @Test
  void writesTransfersPausesAndFailuresWithTheirTime() throws Exception {
    I2cBus bus =
        Recorder.of(
            new ScriptedI2cBus(
                """
                0x44 W FD
                pause 9 ms
                0x44 R 66 66
                0x40 W 02 R nak
                """),
            record::add,
            () -> nowNanos);
    bus.transfer(0x44, new byte[] {(byte) 0xfd}, new byte[0]);
    nowNanos = 12_345_678_901L;
    bus.pause(Duration.ofMillis(9));
    bus.transfer(0x44, new byte[0], new byte[2]);
    assertThrows(
        BusException.NoAnswer.class, () -> bus.transfer(0x40, new byte[] {2}, new byte[3]));
    assertEquals(
        """
        bus i2c
        +0.000s 0x44 W fd
        +12.345s pause 9 ms
        +12.345s 0x44 R 66 66
        +12.345s 0x40 W 02 R 3 timeout\
        """,
        String.join("\n", record));
  }

  @Test
  void roundsPausesUp() {
    Recorder.of(new SeededI2cBus(new Random(1)), record::add, () -> 0)
        .pause(Duration.ofNanos(1_000_001));
    assertEquals("+0.000s pause 2 ms", record.getLast());
  }

  @Test
  void aRecordedI2cBusPlaysBackTheSame() throws Exception {
    for (int seed = 0; seed < ROUNDS; seed++) {
      record.clear();
      I2cBus bus = Recorder.of(new SeededI2cBus(new Random(seed)), record::add, this::tick);
      String results = drive(bus, new Random(-seed));
      TranscriptI2cBus played =
          new TranscriptI2cBus(
              Transcript.parse("t", String.join("\n", record)), false, new WireCounters());
      assertEquals(results, drive(played, new Random(-seed)), String.join("\n", record));
      assertEquals(List.of(), played.unconsumed());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I2C")
  void aRecordedLinePlaysBackTheSame(Transcript.Kind kind) throws Exception {
    for (int seed = 0; seed < ROUNDS; seed++) {
      record.clear();
      Line line = Recorder.of(new SeededLine(new Random(seed)), kind, record::add, this::tick);
      String results = drive(line, new Random(-seed));
      TranscriptLine played =
          new TranscriptLine(Transcript.parse("t", String.join("\n", record)), false, this::tick);
      assertEquals(results, drive(played, new Random(-seed)), String.join("\n", record));
      assertEquals(List.of(), played.unconsumed());
    }
  }

  @Test
  void anI2cBusIsNoLine() {
    Line line = new SeededLine(new Random(1));
    assertThrows(
        IllegalArgumentException.class,
        () -> Recorder.of(line, Transcript.Kind.I2C, record::add, this::tick));
  }

  /// Time passes with each look at the clock, and no waiting thread stays asleep.
  private long tick() {
    LockSupport.unpark(Thread.currentThread());
    return nowNanos += 1_000;
  }

  /// What seeded transfers gave, as text.
  private static String drive(I2cBus bus, Random random) {
    StringBuilder results = new StringBuilder();
    for (int step = 0; step < STEPS; step++) {
      byte[] write = new byte[random.nextInt(3)];
      byte[] read = new byte[random.nextInt(4)];
      random.nextBytes(write);
      try {
        bus.transfer(0x44 + random.nextInt(3), write, read);
        results.append(HEX.formatHex(read)).append('\n');
      } catch (BusException e) {
        results.append(kind(e)).append('\n');
      }
      bus.pause(Duration.ofMillis(random.nextInt(20)));
    }
    return results.toString();
  }

  /// What seeded requests and reads gave, as text. Like a master it waits for what comes after a
  /// request, and only looks whether something came before the next.
  private String drive(Line line, Random random) {
    StringBuilder results = new StringBuilder();
    for (int step = 0; step < STEPS; step++) {
      if (random.nextBoolean()) {
        read(line, nowNanos, results);
      }
      try {
        line.write(ByteBuffer.wrap(new byte[] {0, (byte) step, 1, (byte) random.nextInt(3)}));
      } catch (BusException e) {
        results.append("write ").append(kind(e)).append('\n');
      }
      for (int i = random.nextInt(4); i > 0; i--) {
        read(line, nowNanos + 10_000, results);
      }
    }
    return results.toString();
  }

  private static void read(Line line, long deadlineNanos, StringBuilder results) {
    ByteBuffer into = ByteBuffer.allocate(16);
    try {
      line.read(into, deadlineNanos);
      results.append(HEX.formatHex(into.array(), 0, into.position())).append('\n');
    } catch (BusException e) {
      results.append("read ").append(kind(e)).append('\n');
    }
  }

  private static String kind(BusException e) {
    return e.getClass().getSimpleName()
        + (e instanceof BusException.NoAnswer silence ? silence.nobodyThere() : "");
  }

  private static final class SeededI2cBus implements I2cBus {
    private final Random random;

    SeededI2cBus(Random random) {
      this.random = random;
    }

    @Override
    public void transfer(int address, byte[] write, byte[] read) throws BusException {
      random.nextBytes(read);
      switch (random.nextInt(10)) {
        case 0 -> throw new BusException.NoAnswer("nobody", true);
        case 1 -> throw new BusException.NoAnswer("stretched", false);
        case 2 -> throw new BusException.Refused("data", 0, new byte[0]);
        case 3 -> throw new BusException.Corrupt("arbitration", new byte[0]);
        case 4 -> throw new BusException.Down("unplugged");
        default -> {}
      }
    }

    @Override
    public void pause(Duration atLeast) {}
  }

  private static final class SeededLine implements Line {
    private final Random random;

    SeededLine(Random random) {
      this.random = random;
    }

    @Override
    public void write(ByteBuffer frame) throws BusException {
      if (random.nextInt(8) == 0) {
        throw new BusException.Down("unplugged");
      }
      frame.position(frame.limit());
    }

    @Override
    public int read(ByteBuffer into, long deadlineNanos) throws BusException {
      return switch (random.nextInt(5)) {
        case 0 -> throw new BusException.Down("closed");
        case 1, 2 -> {
          byte[] chunk = new byte[1 + random.nextInt(into.remaining())];
          random.nextBytes(chunk);
          into.put(chunk);
          yield chunk.length;
        }
        default -> 0;
      };
    }

    @Override
    public int discardInput() {
      return 0;
    }
  }
}
