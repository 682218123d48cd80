package rackpulse.modbus;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.Parity;
import rackpulse.bus.BusSettings.SerialFormat;
import rackpulse.bus.ModbusBus;
import rackpulse.bus.ModbusBus.RegisterTable;
import rackpulse.bus.WireCounters;

/// How much of a line's time is used, and how often the thread wakes for it, on a simulated line.
class RtuEfficiencyTest {
  private static final int POLLS = 2_000;
  private static final int REGISTERS = 50;
  private static final int REQUEST_CHARACTERS = 8;
  private static final int ANSWER_CHARACTERS = 5 + 2 * REGISTERS;

  /// What a Linux kernel takes to wake a sleeping thread: timer slack and scheduling.
  private static final long WAKE_UP_NANOS = 80_000;

  private final ManualClock clock = new ManualClock();
  private final short[] registers = new short[REGISTERS];

  @ParameterizedTest
  @CsvSource({
    "9600, 5000, 0", "9600, 500, 0", "9600, 40000, 0", "9600, 5000, 3000",
    "19200, 5000, 0", "19200, 500, 0", "19200, 40000, 0", "19200, 5000, 1000",
    "115200, 5000, 0", "115200, 500, 0", "115200, 40000, 0", "115200, 2000, 100",
  })
  void usesNearlyAllOfTheLine(int baud, long turnaroundMicros, long jitterMicros)
      throws BusException {
    Random random = new Random(baud + turnaroundMicros + jitterMicros);
    Measured measured =
        measure(
            baud, () -> 1_000 * (turnaroundMicros + (long) (jitterMicros * random.nextDouble())));
    String result =
        "%d Bd, turnaround %d us + %d us: %.2f %% of the line, %.2f waits per poll, %.2f reads"
            .formatted(
                baud,
                turnaroundMicros,
                jitterMicros,
                100 * measured.efficiency,
                measured.waits,
                measured.reads);
    assertTrue(measured.efficiency >= 0.97, result);
    assertTrue(measured.waits <= 3.5, result);
  }

  /// @param waits per poll, sleeps included
  private record Measured(double efficiency, double waits, double reads) {}

  private Measured measure(int baud, LongSupplier turnaroundNanos) throws BusException {
    ModbusRtuSettings settings =
        new ModbusRtuSettings(
            "power",
            Path.of("/dev/ttyS0"),
            baud,
            new SerialFormat(8, Parity.EVEN, 1),
            Duration.ofMillis(300),
            Duration.ofMillis(10),
            false);
    FrameTiming timing = FrameTiming.of(settings);
    clock.wakeUpNanos = WAKE_UP_NANOS;
    ScriptedLine line = new ScriptedLine(clock, timing.characterNanos());
    ModbusBus bus = ModbusBuses.rtu(line, settings, clock, new WireCounters());
    String answer = Hex.withCrc("01 03 64" + " 12 34".repeat(REGISTERS));
    long physicalNanos = 0;
    long startNanos = clock.nanoTime();
    for (int i = 0; i < POLLS; i++) {
      long turnaround = turnaroundNanos.getAsLong();
      line.answer(timing.charactersNanos(REQUEST_CHARACTERS) + turnaround, answer);
      physicalNanos +=
          timing.charactersNanos(REQUEST_CHARACTERS + ANSWER_CHARACTERS)
              + turnaround
              + timing.silenceNanos();
      bus.readRegisters(1, RegisterTable.HOLDING, 0, REGISTERS, registers);
    }
    return new Measured(
        (double) physicalNanos / (clock.nanoTime() - startNanos),
        (double) (clock.sleeps + line.waits) / POLLS,
        (double) line.reads / POLLS);
  }
}
