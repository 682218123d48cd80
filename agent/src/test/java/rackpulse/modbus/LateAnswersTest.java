package rackpulse.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.Parity;
import rackpulse.bus.BusSettings.SerialFormat;
import rackpulse.bus.Crc16;
import rackpulse.bus.ModbusBus;
import rackpulse.bus.ModbusBus.RegisterTable;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;

/// Devices that are slow, silent and noisy at random, all asked for the same number of registers. A
/// register holds its unit and address, so whatever is taken for another's answer shows.
class LateAnswersTest {
  private static final int REQUESTS = 20_000;
  private static final int UNITS = 5;
  private static final int COUNT = 4;
  private static final long MILLI = 1_000_000;
  private static final long TIMEOUT_MILLIS = 100;

  private final ManualClock clock = new ManualClock();
  private final WireCounters counters = new WireCounters();
  private final Random random = new Random(20_250_607);
  private long good;

  @Test
  void onASerialLineNoAnswerIsTakenForAnother() {
    ModbusRtuSettings settings =
        new ModbusRtuSettings(
            "power",
            Path.of("/dev/ttyS0"),
            19_200,
            new SerialFormat(8, Parity.EVEN, 1),
            Duration.ofMillis(TIMEOUT_MILLIS),
            Duration.ofMillis(5),
            false);
    ScriptedLine line = new ScriptedLine(clock, FrameTiming.of(settings).characterNanos());
    ModbusBus bus = ModbusBuses.rtu(line, settings, clock, counters);
    // slower than two time-outs is what the master does not undertake to recognise
    long latestMillis = RtuMaster.LATEST_ANSWER_TIMEOUTS * TIMEOUT_MILLIS - 20;
    run(bus, line, request -> 5 * MILLI + delayMillis(latestMillis) * MILLI, this::rtuAnswer);
  }

  @Test
  void overTcpNoAnswerIsTakenForAnother() {
    ScriptedLine line = new ScriptedLine(clock, 0);
    ModbusBus bus = ModbusBuses.tcp(line, Duration.ofMillis(TIMEOUT_MILLIS), clock, counters);
    run(bus, line, request -> delayMillis(10 * TIMEOUT_MILLIS) * MILLI, LateAnswersTest::tcpAnswer);
  }

  private void run(
      ModbusBus bus, ScriptedLine line, LongUnaryOperator delayNanos, Answering answering) {
    line.onWrite =
        request -> {
          if (random.nextInt(20) > 0) {
            line.arrive(delayNanos.applyAsLong(0), answering.answer(request));
          }
        };
    short[] registers = new short[COUNT];
    for (int i = 0; i < REQUESTS; i++) {
      int unit = 1 + random.nextInt(UNITS);
      int address = COUNT * random.nextInt(8);
      try {
        bus.readRegisters(unit, RegisterTable.HOLDING, address, COUNT, registers);
        good++;
        for (int j = 0; j < COUNT; j++) {
          assertEquals(value(unit, address + j), registers[j], "request " + i);
        }
      } catch (BusException failure) {
        assertTrue(failure.getMessage() != null);
      }
      if (random.nextInt(10) == 0) {
        clock.advance(random.nextLong(500 * MILLI));
      }
    }
    assertTrue(good > REQUESTS / 3, "good: " + good);
    assertTrue(
        counters.of(WireEvent.LATE_ANSWER) > REQUESTS / 100, () -> "seen: " + counters.seen());
  }

  /// Mostly prompt, now and then any time up to `latestMillis`.
  private long delayMillis(long latestMillis) {
    return random.nextInt(5) > 0 ? random.nextLong(10) : random.nextLong(latestMillis);
  }

  private interface Answering {
    byte[] answer(ByteBuffer request);
  }

  private byte[] rtuAnswer(ByteBuffer request) {
    ByteBuffer answer = ByteBuffer.allocate(5 + 2 * COUNT);
    answer.put(request.get(0));
    putBody(answer, request.get(0), request.getShort(2));
    int crc = Crc16.of(answer.array(), 0, answer.position());
    answer.put((byte) crc).put((byte) (crc >> 8));
    if (random.nextInt(20) == 0) {
      answer.array()[random.nextInt(answer.capacity())] ^= (byte) (1 << random.nextInt(8));
    }
    return random.nextInt(20) == 0 ? noisy(answer.array()) : answer.array();
  }

  private byte[] noisy(byte[] answer) {
    byte[] noise = new byte[random.nextInt(6)];
    random.nextBytes(noise);
    return ByteBuffer.allocate(answer.length + noise.length).put(noise).put(answer).array();
  }

  private static byte[] tcpAnswer(ByteBuffer request) {
    ByteBuffer answer = ByteBuffer.allocate(9 + 2 * COUNT);
    answer.putShort(request.getShort(0)).putShort((short) 0).putShort((short) (3 + 2 * COUNT));
    answer.put(request.get(6));
    putBody(answer, request.get(6), request.getShort(8));
    return answer.array();
  }

  private static void putBody(ByteBuffer answer, int unit, int address) {
    answer.put((byte) 3).put((byte) (2 * COUNT));
    for (int j = 0; j < COUNT; j++) {
      answer.putShort(value(unit, address + j));
    }
  }

  private static short value(int unit, int address) {
    return (short) (unit << 8 | address);
  }
}
