package rackpulse.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.bus.BusException;
import rackpulse.bus.Line;
import rackpulse.bus.Transcript;

class FlightRecorderTest {
  @TempDir private Path parent;
  private Path directory = Path.of("");
  private long nowNanos = -5_000_000_000L;
  private FlightRecorder recorder = recorder(parent);

  @BeforeEach
  void start() {
    directory = parent.resolve("recorder");
    recorder = recorder(directory);
  }

  private FlightRecorder recorder(Path where) {
    return new FlightRecorder(
        new RecorderSettings(where, Duration.ofMinutes(5), 64 * 1024, 3),
        () -> nowNanos,
        () -> Instant.parse("2026-11-24T00:00:00Z").plusNanos(nowNanos));
  }

  @Test
  void writesEveryBusOnDemandAndSaysWhere() throws Exception {
    traffic("front");
    traffic("power");
    recorder.tape("quiet");
    recorder.demand("SIGUSR1");
    recorder.work();
    FlightRecorder.Answer answer = recorder.answer();
    assertEquals(1, answer.number());
    assertEquals(2, answer.files().size());
    assertEquals("", answer.problem());
    assertEquals(
        List.of("20261123T235955.000Z-front.transcript", "20261123T235955.000Z-power.transcript"),
        files());
    Transcript written = Transcript.read(Path.of(answer.files().getFirst()));
    assertEquals(Transcript.Kind.MODBUS_RTU, written.kind());
  }

  @Test
  void writesByItselfAtMostOnceInTenMinutesForEachBus() throws Exception {
    traffic("front");
    traffic("power");
    for (int second = 0; second < 599; second++) {
      recorder.alarm("front", "anomaly");
      nowNanos += 1_000_000_000L;
      traffic("front");
    }
    recorder.alarm("power", "anomaly");
    recorder.work();
    recorder.work();
    assertEquals(2, files().size());
    nowNanos += 1_000_000_000L;
    recorder.alarm("front", "anomaly");
    recorder.work();
    assertEquals(3, files().size());
    assertEquals(0, recorder.answer().number(), "nobody had demanded it");
  }

  @Test
  void anotherWireGetsAnotherTape() throws Exception {
    traffic("front");
    recorder.forget("front");
    assertEquals("", recorder.text("front", "why"));
    traffic("front");
    assertTrue(recorder.text("front", "why").contains("bus front"));
  }

  @Test
  void anAlarmWithoutABusIsForAll() throws Exception {
    traffic("front");
    traffic("power");
    recorder.alarm("", "anomaly of a computed channel");
    recorder.work();
    assertEquals(2, files().size());
  }

  @Test
  void removesTheOldestOfItsOwnFilesOnly() throws Exception {
    traffic("front");
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("mine.transcript"), "bus i2c");
    for (int i = 0; i < 6; i++) {
      nowNanos += 1_000_000_000L;
      recorder.demand("test");
      recorder.work();
    }
    assertEquals(
        List.of(
            "20261123T235959.000Z-front.transcript",
            "20261124T000000.000Z-front.transcript",
            "20261124T000001.000Z-front.transcript",
            "mine.transcript"),
        files());
  }

  @Test
  void aFileWrittenWithAWrongClockIsNotTheOldest() throws Exception {
    traffic("front");
    for (int i = 0; i < 5; i++) {
      nowNanos -= 1_000_000_000L; // as after a clock was put back, for each is now the oldest
      recorder.demand("test");
      recorder.work();
      assertTrue(Files.exists(Path.of(recorder.answer().files().getFirst())));
    }
    assertEquals(3, files().size());
  }

  @Test
  void whereItCannotWriteItSaysSoAndGoesOn() throws Exception {
    Files.writeString(directory, "a file where a directory should be");
    traffic("front");
    recorder.demand("test");
    recorder.work();
    assertTrue(recorder.answer().problem().contains(directory.toString()));
    Files.delete(directory);
    recorder.demand("test");
    recorder.work();
    assertEquals("", recorder.answer().problem());
    assertEquals(2, recorder.answer().number());
  }

  @Test
  void aTapeTooLongForAReaderLosesItsOldestPolls() throws Exception {
    FlightRecorder large =
        new FlightRecorder(
            new RecorderSettings(directory, Duration.ofHours(1), 64 << 20, 3),
            () -> nowNanos,
            () -> Instant.EPOCH);
    Line line = large.tape("power").of(new Loopback(), Transcript.Kind.MODBUS_TCP);
    for (int poll = 0; poll < 60_000; poll++) {
      large.tape("power").begin("p" + poll, false);
      line.write(ByteBuffer.wrap(new byte[100]));
      large.tape("power").end(true);
    }
    String text = large.text("power", "test");
    assertEquals(Transcript.Kind.MODBUS_TCP, Transcript.parse("t", text).kind());
    assertTrue(text.contains("poll p59999\n"));
    assertFalse(text.contains("poll p0\n"));
  }

  private void traffic(String bus) throws BusException {
    Tape tape = recorder.tape(bus);
    Line line = tape.of(new Loopback(), Transcript.Kind.MODBUS_RTU);
    tape.begin("meter", true);
    line.write(ByteBuffer.wrap(new byte[] {1, 3, 0, 0, 0, 1}));
    tape.end(true);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /// A line that takes everything.
  private static final class Loopback implements Line {
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
}
