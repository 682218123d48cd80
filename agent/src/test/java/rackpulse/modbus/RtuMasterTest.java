package rackpulse.modbus;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.Parity;
import rackpulse.bus.BusSettings.SerialFormat;
import rackpulse.bus.ModbusBus;
import rackpulse.bus.ModbusBus.BitTable;
import rackpulse.bus.ModbusBus.RegisterTable;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;

class RtuMasterTest {
  private static final long MILLI = 1_000_000;

  /// The request of 8 characters at 9600 Bd and a turnaround of 5 ms.
  private static final long AFTER = 14 * MILLI;

  private static final String GOOD = Hex.withCrc("03 03 04 12 34 FF FE");
  private static final short[] VALUES = {0x1234, -2};

  private static final ModbusRtuSettings SETTINGS =
      new ModbusRtuSettings(
          "power",
          Path.of("/dev/ttyS0"),
          9_600,
          new SerialFormat(8, Parity.EVEN, 1),
          Duration.ofMillis(300),
          Duration.ofMillis(10),
          false);

  private final ManualClock clock = new ManualClock();
  private final FrameTiming timing = FrameTiming.of(SETTINGS);
  private final ScriptedLine line = new ScriptedLine(clock, timing.characterNanos());
  private final WireCounters counters = new WireCounters();
  private final ModbusBus bus = ModbusBuses.rtu(line, SETTINGS, clock, counters);
  private final short[] registers = new short[2];

  @Test
  void sendsTheGoldenFrames() {
    assertThrows(
        BusException.NoAnswer.class,
        () -> bus.readRegisters(1, RegisterTable.HOLDING, 0, 2, registers));
    assertThrows(
        BusException.NoAnswer.class,
        () -> bus.readRegisters(1, RegisterTable.INPUT, 1, 2, registers));
    assertEquals("01 03 00 00 00 02 c4 0b", line.written.get(0));
    assertEquals("01 04 00 01 00 02 20 0b", line.written.get(1));
  }

  @Test
  void readsRegistersInOneLook() throws BusException {
    line.answer(AFTER, GOOD);
    read(3);
    assertArrayEquals(VALUES, registers);
    assertEquals(Map.of(), counters.seen());
    assertTrue(line.reads <= 3, "reads: " + line.reads);
  }

  @Test
  void readsBitsAndIdentification() throws BusException {
    line.answer(AFTER, Hex.withCrc("03 02 02 CD 03"));
    line.answer(AFTER, Hex.withCrc("03 2B 0E 01 01 00 00 02 00 03 41 43 4D 01 02 50 31"));
    assertEquals(
        BitSet.valueOf(new long[] {0x3CD}), bus.readBits(3, BitTable.DISCRETE_INPUT, 0, 10));
    assertEquals(Map.of(0, "ACM", 1, "P1"), bus.identify(3));
  }

  @Test
  void keepsSilenceBeforeEachRequest() throws BusException {
    line.answer(AFTER, GOOD).answer(AFTER, GOOD);
    read(3);
    long answeredNanos = clock.nanoTime();
    read(3);
    assertTrue(line.writtenNanos.get(1) - answeredNanos >= timing.silenceNanos());
  }

  @Test
  void waitsForSilenceWhenTheLineIsNotSilent() throws BusException {
    line.answer(AFTER, GOOD);
    line.arrive(2 * MILLI, "00 00 00");
    read(3);
    assertTrue(
        line.writtenNanos.getFirst() >= 1_000 * MILLI + 2 * MILLI + timing.charactersNanos(3));
    assertEquals(Map.of(WireEvent.STRAY_BYTES, 1L), counters.seen());
  }

  @Test
  void toleratesStrayBytesAroundAnAnswer() throws BusException {
    line.answer(AFTER, "00" + GOOD + "00 00").answer(AFTER, GOOD);
    read(3);
    assertArrayEquals(VALUES, registers);
    read(3);
    assertEquals(1, counters.of(WireEvent.STRAY_BYTES));
  }

  @Test
  void tellsASecondAnswerFromALateOne() throws BusException {
    line.answer(AFTER, GOOD).answer(AFTER, GOOD).answer(AFTER, GOOD);
    line.reactions.add(() -> {
      line.arrive(AFTER, GOOD);
      line.arrive(60 * MILLI, GOOD);
    });
    for (int i = 0; i < 4; i++) {
      read(3);
      assertArrayEquals(VALUES, registers);
    }
    clock.advance(100 * MILLI);
    line.answer(AFTER, GOOD);
    read(3);
    assertEquals(Map.of(WireEvent.SECOND_ANSWER, 1L), counters.seen());
  }

  @Test
  void waitsForTheAnswerWhenOnlyAStrayByteCame() throws BusException {
    line.reactions.add(() -> {
      line.arrive(0, "03"); // looks like the beginning of the answer
      line.arrive(200 * MILLI, GOOD);
    });
    read(3);
    assertArrayEquals(VALUES, registers);
  }

  @Test
  void toleratesAnEcho() throws BusException {
    String request = Hex.withCrc("03 03 00 00 00 02");
    line.reactions.add(() -> {
      line.arrive(0, request);
      line.arrive(AFTER, GOOD);
    });
    line.answer(0, request);
    read(3);
    assertArrayEquals(VALUES, registers);
    assertEquals(Map.of(WireEvent.ECHO, 1L), counters.seen());
    BusException.NoAnswer failure = assertThrows(BusException.NoAnswer.class, () -> read(3));
    assertTrue(String.valueOf(failure.getMessage()).contains("only its echo"));
  }

  @Test
  void doesNotTakeAnEchoForAnAnswer() {
    // 21 coils from 0x0315 on: as an answer, the request is 3 bytes of coils with a good checksum
    String request = Hex.withCrc("03 01 03 15 00 15");
    line.answer(0, request);
    assertThrows(BusException.NoAnswer.class, () -> bus.readBits(3, BitTable.COIL, 0x0315, 0x15));
    assertEquals(1, counters.of(WireEvent.ECHO));
  }

  @Test
  void reportsSilence() {
    BusException.NoAnswer failure = assertThrows(BusException.NoAnswer.class, () -> read(3));
    assertTrue(String.valueOf(failure.getMessage()).contains("2 holding registers from 0"));
    assertEquals(Map.of(WireEvent.SILENCE, 1L), counters.seen());
    long tookNanos = clock.nanoTime() - line.writtenNanos.getFirst();
    assertTrue(
        Math.abs(300 * MILLI + timing.charactersNanos(8) - tookNanos) < MILLI,
        "took " + tookNanos + " ns");
  }

  @Test
  void reportsAWrongChecksum() {
    line.answer(AFTER, "03 03 04 12 34 FF FE 00 00");
    BusException.Corrupt failure = assertThrows(BusException.Corrupt.class, () -> read(3));
    assertEquals(9, failure.evidence().length);
    assertEquals(Map.of(WireEvent.CRC, 1L), counters.seen());
    assertTrue(
        clock.nanoTime() - line.writtenNanos.getFirst() < 150 * MILLI, "waits for the time-out");
    assertArrayEquals(new short[2], registers);
  }

  @Test
  void reportsATruncatedAnswer() {
    line.answer(AFTER, GOOD.substring(0, 20));
    assertThrows(BusException.Corrupt.class, () -> read(3));
    assertEquals(Map.of(WireEvent.FRAMING, 1L), counters.seen());
  }

  @Test
  void namesTheExceptionOfARefusal() {
    line.answer(AFTER, Hex.withCrc("03 83 0B"));
    BusException.Refused refused = assertThrows(BusException.Refused.class, () -> read(3));
    assertEquals(11, refused.code());
    assertEquals(5, refused.evidence().length);
    assertEquals(Map.of(WireEvent.EXCEPTION, 1L), counters.seen());
  }

  @Test
  void doesNotBelieveAnotherUnit() {
    line.answer(AFTER, Hex.withCrc("04 03 04 DE AD BE EF"));
    BusException.WrongSender failure = assertThrows(BusException.WrongSender.class, () -> read(3));
    assertEquals(9, failure.evidence().length);
    assertEquals(Map.of(WireEvent.WRONG_UNIT, 1L), counters.seen());
  }

  @Test
  void doesNotBelieveAnotherFunctionOrLength() {
    line.answer(AFTER, Hex.withCrc("03 04 04 DE AD BE EF"));
    assertThrows(BusException.WrongSender.class, () -> read(3));
    line.answer(AFTER, Hex.withCrc("03 03 02 DE AD"));
    assertThrows(BusException.WrongSender.class, () -> read(3));
  }

  @Test
  void passesOverTheLateAnswerOfAnotherUnit() throws BusException {
    line.answer(310 * MILLI + 50 * MILLI, Hex.withCrc("04 03 04 DE AD BE EF"));
    line.answer(100 * MILLI, GOOD);
    assertThrows(BusException.NoAnswer.class, () -> read(4));
    read(3);
    assertArrayEquals(VALUES, registers);
    assertEquals(Map.of(WireEvent.SILENCE, 1L, WireEvent.LATE_ANSWER, 1L), counters.seen());
  }

  @Test
  void reportsSilenceWhenOnlyALateAnswerCame() {
    line.answer(360 * MILLI, Hex.withCrc("04 03 04 DE AD BE EF"));
    assertThrows(BusException.NoAnswer.class, () -> read(4));
    assertThrows(BusException.NoAnswer.class, () -> read(3));
    assertEquals(Map.of(WireEvent.SILENCE, 2L, WireEvent.LATE_ANSWER, 1L), counters.seen());
  }

  @Test
  void waitsForALateAnswerBeforeAskingTheSameUnitAgain() throws BusException {
    line.answer(500 * MILLI, Hex.withCrc("03 03 04 DE AD BE EF"));
    line.answer(AFTER, GOOD);
    assertThrows(BusException.NoAnswer.class, () -> read(3));
    bus.readRegisters(3, RegisterTable.HOLDING, 100, 2, registers);
    assertArrayEquals(VALUES, registers);
    assertEquals(1, counters.of(WireEvent.LATE_ANSWER));
    long waitedNanos = line.writtenNanos.get(1) - line.writtenNanos.get(0);
    assertTrue(
        waitedNanos > 500 * MILLI && waitedNanos < 530 * MILLI, "waited " + waitedNanos + " ns");
  }

  @Test
  void asksOthersSoonAfterATimeOut() {
    assertThrows(BusException.NoAnswer.class, () -> read(3));
    long failedNanos = clock.nanoTime();
    assertThrows(BusException.NoAnswer.class, () -> read(4));
    long waitedNanos = line.writtenNanos.get(1) - failedNanos;
    assertTrue(
        waitedNanos >= 10 * MILLI && waitedNanos < 15 * MILLI, "waited " + waitedNanos + " ns");
  }

  @Test
  void countsALateAnswerThatCameWhileNobodyAsked() throws BusException {
    line.answer(400 * MILLI, Hex.withCrc("03 03 04 DE AD BE EF")).answer(AFTER, GOOD);
    assertThrows(BusException.NoAnswer.class, () -> read(3));
    clock.advance(5_000 * MILLI);
    read(3);
    assertArrayEquals(VALUES, registers);
    assertEquals(Map.of(WireEvent.SILENCE, 1L, WireEvent.LATE_ANSWER, 1L), counters.seen());
  }

  @Test
  void doesNotListenForEverToALineThatIsNeverSilent() {
    for (int i = 0; i < 3_000; i++) {
      line.arrive(i * MILLI, "55");
    }
    assertThrows(BusException.Corrupt.class, () -> read(3));
    assertTrue(clock.nanoTime() < 1_000 * MILLI + 500 * MILLI);
    assertEquals(0, line.written.size());
  }

  @Test
  void doesNotListenForEverToADeviceThatTalksWithoutEnd() {
    line.reactions.add(() -> {
      for (int i = 0; i < 1_000; i++) {
        line.arrive(15 * MILLI * i, Hex.withCrc("04 03 04 DE AD BE EF"));
      }
    });
    assertThrows(BusException.WrongSender.class, () -> read(3));
    assertTrue(clock.nanoTime() - line.writtenNanos.getFirst() < 500 * MILLI);
  }

  @Test
  void acceptsAnAnswerInHesitantPieces() throws BusException {
    line.reactions.add(() -> {
      line.arrive(AFTER, GOOD.substring(0, 11));
      line.arrive(AFTER + 30 * MILLI, GOOD.substring(11));
    });
    read(3);
    assertArrayEquals(VALUES, registers);
  }

  @Test
  void overANetworkItNeitherSleepsNorKeepsSilence() throws BusException {
    ScriptedLine network = new ScriptedLine(clock, 0);
    ModbusBus gateway = ModbusBuses.rtu(network, Duration.ofMillis(300), clock, counters);
    for (int i = 0; i < 10; i++) {
      network.answer(5 * MILLI, GOOD);
      gateway.readRegisters(3, RegisterTable.HOLDING, 0, 2, registers);
    }
    assertEquals(0, clock.sleeps);
    assertEquals(10 * 5 * MILLI, clock.nanoTime() - 1_000 * MILLI);
  }

  @Test
  void overANetworkItReportsADisconnect() throws BusException {
    ScriptedLine network = new ScriptedLine(clock, 0);
    ModbusBus gateway = ModbusBuses.rtu(network, Duration.ofMillis(300), clock, counters);
    network.reactions.add(() -> network.close(MILLI));
    network.reactions.add(() -> {
      network.arrive(MILLI, GOOD.substring(0, 11));
      network.close(2 * MILLI);
    });
    network.answer(MILLI, GOOD);
    assertThrows(
        BusException.Down.class,
        () -> gateway.readRegisters(3, RegisterTable.HOLDING, 0, 2, registers));
    assertThrows(
        BusException.Corrupt.class,
        () -> gateway.readRegisters(3, RegisterTable.HOLDING, 0, 2, registers));
    gateway.readRegisters(3, RegisterTable.HOLDING, 0, 2, registers);
    assertArrayEquals(VALUES, registers);
    assertEquals(Map.of(WireEvent.DISCONNECT, 2L), counters.seen());
  }

  @Test
  void returnsPromptlyWhenInterrupted() {
    line.reactions.add(() -> Thread.currentThread().interrupt());
    assertThrows(BusException.Down.class, () -> read(3));
    assertTrue(Thread.interrupted());
    assertEquals(Map.of(), counters.seen());
  }

  private void read(int unit) throws BusException {
    bus.readRegisters(unit, RegisterTable.HOLDING, 0, 2, registers);
  }
}
