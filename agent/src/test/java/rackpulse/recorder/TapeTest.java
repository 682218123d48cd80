package rackpulse.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.bus.Line;
import rackpulse.bus.Playback.TranscriptI2cBus;
import rackpulse.bus.Playback.TranscriptLine;
import rackpulse.bus.ScriptedI2cBus;
import rackpulse.bus.Transcript;
import rackpulse.bus.WireCounters;

class TapeTest {
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
  private static final int ROUNDS = 300;
  private static final int STEPS = 40;

  private long nowNanos;
  private Tape tape = tape();

  private Tape tape() {
    return new Tape(64 * 1024, Duration.ofMinutes(5).toNanos(), this::tick);
  }

  private String text() {
    Tape.Taken taken = tape.take();
    return Transcription.of(Objects.requireNonNull(taken.kind()), List.of(), taken, 0);
  }

  @Test
  void keepsTransfersPausesAndFailuresWithTheirTime() throws Exception {
    tape = new Tape(64 * 1024, Duration.ofMinutes(5).toNanos(), () -> nowNanos);
    I2cBus bus =
        tape.of(
            new ScriptedI2cBus(
                """
                0x44 W FD
                pause 9 ms
                0x44 R 66 66
                0x40 W 02 R nak
                """));
    tape.begin("inlet-top", false);
    bus.transfer(0x44, new byte[] {(byte) 0xfd}, new byte[0]);
    nowNanos = 12_045_678_901L; // cut, not rounded
    bus.pause(Duration.ofMillis(9));
    bus.transfer(0x44, new byte[0], new byte[2]);
    assertThrows(
        BusException.NoAnswer.class, () -> bus.transfer(0x40, new byte[] {2}, new byte[3]));
    tape.end(false);
    assertEquals(
        """
        bus i2c
        +0.000s poll inlet-top
        +0.000s 0x44 W fd
        +12.045s pause 9 ms
        +12.045s 0x44 R 66 66
        +12.045s 0x40 W 02 R 3 timeout
        """,
        text());
  }

  @Test
  void aRecordedI2cBusPlaysBackTheSame() throws Exception {
    for (int seed = 0; seed < ROUNDS; seed++) {
      tape = tape();
      I2cBus bus = tape.of(new SeededI2cBus(new Random(seed)));
      tape.begin("any", seed % 2 == 0);
      String results = drive(bus, new Random(-seed));
      tape.end(seed % 3 == 0);
      String record = text();
      TranscriptI2cBus played =
          new TranscriptI2cBus(Transcript.parse("t", record), false, new WireCounters());
      assertEquals(results, drive(played, new Random(-seed)), record);
      assertEquals(List.of(), played.unconsumed());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I2C")
  void aRecordedLinePlaysBackTheSame(Transcript.Kind kind) throws Exception {
    for (int seed = 0; seed < ROUNDS; seed++) {
      tape = tape();
      Line line = tape.of(new SeededLine(new Random(seed)), kind);
      tape.begin("any", seed % 2 == 0);
      String results = drive(line, new Random(-seed));
      tape.end(seed % 3 == 0);
      String record = text();
      TranscriptLine played = new TranscriptLine(Transcript.parse("t", record), false, this::tick);
      assertEquals(results, drive(played, new Random(-seed)), record);
      assertEquals(List.of(), played.unconsumed());
    }
  }

  @Test
  void anI2cBusIsNoLine() {
    Line line = new SeededLine(new Random(1));
    assertThrows(IllegalArgumentException.class, () -> tape.of(line, Transcript.Kind.I2C));
  }

  @Test
  void whatIsOffCostsNothing() {
    Line line = new SeededLine(new Random(1));
    assertSame(line, Tape.OFF.of(line, Transcript.Kind.MODBUS_RTU));
    Tape.OFF.begin("any", true);
    Tape.OFF.end(true);
    assertEquals(0, Tape.OFF.take().polls().length);
  }

  /// Polls of all sizes through a small tape: what it gives is always a whole number of the latest
  /// polls, with the opening before them, and never more than its memory.
  @Test
  void keepsWholePollsOnlyAndTheOpeningForEver() throws Exception {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      tape = new Tape(16 * 1024, Duration.ofMinutes(5).toNanos(), () -> nowNanos);
      I2cBus bus = tape.of(new SeededI2cBus(random));
      List<String> polls = new ArrayList<>();
      int count = 1 + random.nextInt(300);
      for (int poll = 0; poll < count; poll++) {
        nowNanos += random.nextInt(1_000) * 1_000_000L;
        tape.begin("p" + poll, poll == 0);
        for (int step = random.nextInt(20); step >= 0; step--) {
          tryTransfer(bus, new byte[] {(byte) poll}, new byte[random.nextInt(40)]);
        }
        tape.end(true);
        polls.add("p" + poll);
      }
      tape.begin("under-way", false);
      tryTransfer(bus, new byte[1], new byte[1]);
      Tape.Taken taken = tape.take();
      assertTrue(taken.polls().length <= 16 * 1024, "seed " + seed);
      List<String> kept =
          text().lines().filter(line -> line.contains(" poll ")).map(TapeTest::lastWord).toList();
      assertEquals("p0", kept.getFirst());
      int whole = kept.size() - taken.openings().size();
      List<String> latest = kept.subList(kept.size() - whole, kept.size());
      assertEquals(polls.subList(count - whole, count), latest);
      assertTrue(whole == count || taken.polls().length > 8 * 1024, "too little is kept");
    }
  }

  @Test
  void forgetsWhatIsTooOldAndTakesLittleMemoryForASlowBus() throws Exception {
    tape = new Tape(1 << 20, Duration.ofSeconds(10).toNanos(), () -> nowNanos);
    I2cBus bus = tape.of(new SeededI2cBus(new Random(3)));
    for (int second = 0; second < 100_000; second++) {
      nowNanos = second * 1_000_000_000L;
      tape.begin("p" + second, false);
      tryTransfer(bus, new byte[1], new byte[4]);
      tape.end(true);
    }
    assertEquals(11, text().lines().filter(line -> line.contains(" poll ")).count());
    assertTrue(tape.memoryBytes() <= 2 * Tape.CHUNK_BYTES, "takes " + tape.memoryBytes());
  }

  @Test
  void aModbusOpeningIsTheFirstAndTheLatest() throws Exception {
    tape = new Tape(16 * 1024, Duration.ofSeconds(10).toNanos(), () -> nowNanos);
    Line line = tape.of(new Deaf(), Transcript.Kind.MODBUS_RTU);
    for (int poll = 0; poll < 1000; poll++) {
      nowNanos = poll * 1_000_000_000L;
      tape.begin("meter", poll == 0 || poll == 300 || poll == 600 || poll == 900);
      line.write(ByteBuffer.wrap(new byte[] {1, 3, (byte) (poll / 100)}));
      tape.end(poll != 900);
    }
    List<String> written =
        text().lines().filter(each -> each.contains(" W ")).map(TapeTest::lastWord).toList();
    assertEquals(List.of("00", "06", "09"), written.stream().distinct().toList());
  }

  private static void tryTransfer(I2cBus bus, byte[] write, byte[] read) {
    try {
      bus.transfer(0x44, write, read);
    } catch (BusException e) {
      assertFalse(e.getMessage().isEmpty()); // kept as well
    }
  }

  private static String lastWord(String line) {
    return line.substring(line.lastIndexOf(' ') + 1);
  }

  /// A line on which nothing comes.
  private static final class Deaf implements Line {
    @Override
    public void write(ByteBuffer frame) {
      frame.position(frame.limit());
    }

    @Override
    public int read(ByteBuffer into, long deadlineNanos) {
      return 0;
    }

    @Override
    public int discardInput() {
      return 0;
    }
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
