package rackpulse.modbus;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.Parity;
import rackpulse.bus.BusSettings.SerialFormat;
import rackpulse.bus.Line;
import rackpulse.bus.ModbusBus;
import rackpulse.bus.ModbusBus.RegisterTable;
import rackpulse.bus.Playback.TranscriptLine;
import rackpulse.bus.Transcript;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;
import rackpulse.recorder.FlightRecorder;
import rackpulse.recorder.RecorderSettings;

/// The master that talks to devices, on a recorded connection.
class TranscriptMasterTest {
  private final WireCounters counters = new WireCounters();
  private long nowNanos;

  @Test
  void aRecordedConnectionAnswersTheRealMaster() throws Exception {
    TranscriptLine line =
        line(
            """
            bus modbus-tcp
            W 31 00 00 00 00 06 01 03 00 00 00 02
            R 31 00 00 00 00 07 01 03 04
            R 00 2a 01 00
            W 31 01 00 00 00 06 01 04 00 05 00 01   # answered too late
            R
            R 31 01 00 00 00 05 01 04 02 00 07
            W 31 02 00 00 00 06 02 03 00 00 00 01
            R 31 02 00 00 00 03 02 83 02
            close
            """);
    ModbusBus bus = ModbusBuses.tcp(line, Duration.ofMillis(1), this::tick, counters);
    for (int round = 0; round < 3; round++) {
      short[] registers = new short[2];
      bus.readRegisters(1, RegisterTable.HOLDING, 0, 2, registers);
      assertArrayEquals(new short[] {0x2a, 0x100}, registers);
      assertThrows(
          BusException.NoAnswer.class,
          () -> bus.readRegisters(1, RegisterTable.INPUT, 5, 1, registers));
      BusException.Refused refused =
          assertThrows(
              BusException.Refused.class,
              () -> bus.readRegisters(2, RegisterTable.HOLDING, 0, 1, registers));
      assertEquals(2, refused.code());
    }
    assertEquals(3, counters.of(WireEvent.LATE_ANSWER));
    assertEquals(2, counters.of(WireEvent.DISCONNECT));
    assertEquals(List.of(), line.unconsumed());
  }

  @Test
  void aRecordedSerialLineGivesTheRealMasterTheSameAgain() throws Exception {
    ModbusRtuSettings settings =
        new ModbusRtuSettings(
            "power",
            Path.of("/dev/ttyS0"),
            9_600,
            new SerialFormat(8, Parity.EVEN, 1),
            Duration.ofMillis(300),
            Duration.ofMillis(10),
            false);
    ManualClock clock = new ManualClock();
    ScriptedLine serial = new ScriptedLine(clock, 1_100_000);
    serial.answer(14_000_000, Hex.withCrc("03 03 04 12 34 FF FE"));
    serial.answer(14_000_000, Hex.withCrc("03 83 02"));
    serial.silence();
    serial.answer(14_000_000, "03 03 04 12 34 FF FE 00 00"); // wrong checksum
    serial.answer(14_000_000, Hex.withCrc("04 03 04 12 34 FF FE")); // another unit
    serial.answer(14_000_000, "03 03 04 12"); // cut short
    serial.answer(250_000_000, Hex.withCrc("03 03 04 00 01 00 02")); // slow
    FlightRecorder recorder =
        new FlightRecorder(
            new RecorderSettings(Path.of("/nowhere"), Duration.ofMinutes(5), 64 * 1024, 1),
            clock::nanoTime,
            () -> Instant.EPOCH);
    Line recorded = recorder.tape("power").of(serial, Transcript.Kind.MODBUS_RTU);
    recorder.tape("power").begin("meter", true);
    String results = results(ModbusBuses.rtu(recorded, settings, clock, counters));
    recorder.tape("power").end(true);
    String record = recorder.text("power", "test");
    assertEquals(
        "[4660, -2] Refused NoAnswer Corrupt WrongSender Corrupt [1, 2] ", results, record);

    TranscriptLine line = line(record);
    WireCounters again = new WireCounters();
    assertEquals(results, results(ModbusBuses.rtu(line, settings, this::tick, again)));
    assertEquals(counters.seen(), again.seen());
    assertEquals(List.of(), line.unconsumed());
  }

  private static String results(ModbusBus bus) {
    StringBuilder results = new StringBuilder();
    for (int i = 0; i < 7; i++) {
      short[] registers = new short[2];
      try {
        bus.readRegisters(3, RegisterTable.HOLDING, 0, 2, registers);
        results.append(Arrays.toString(registers));
      } catch (BusException e) {
        results.append(e.getClass().getSimpleName());
      }
      results.append(' ');
    }
    return results.toString();
  }

  private TranscriptLine line(String text) throws Transcript.FormatException {
    return new TranscriptLine(Transcript.parse("t", text), true, this::tick);
  }

  /// Time passes with each look at the clock, and no waiting thread stays asleep.
  private long tick() {
    LockSupport.unpark(Thread.currentThread());
    return nowNanos += 100_000;
  }
}
