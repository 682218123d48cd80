package rackpulse.modbus;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.ModbusBus;
import rackpulse.bus.ModbusBus.RegisterTable;
import rackpulse.bus.Playback.TranscriptLine;
import rackpulse.bus.Transcript;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;

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
    ModbusBus bus = ModbusBuses.tcp(line, Duration.ofNanos(500), this::tick, counters);
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

  private TranscriptLine line(String text) throws Transcript.FormatException {
    return new TranscriptLine(Transcript.parse("t", text), true, this::tick);
  }

  /// Time passes with each look at the clock, and no waiting thread stays asleep.
  private long tick() {
    LockSupport.unpark(Thread.currentThread());
    return nowNanos += 10;
  }
}
