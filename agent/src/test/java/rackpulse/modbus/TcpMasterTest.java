package rackpulse.modbus;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.ModbusBus;
import rackpulse.bus.ModbusBus.BitTable;
import rackpulse.bus.ModbusBus.RegisterTable;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;

class TcpMasterTest {
  private static final long MILLI = 1_000_000;

  private final ManualClock clock = new ManualClock();
  private final ScriptedLine line = new ScriptedLine(clock, 0);
  private final WireCounters counters = new WireCounters();
  private final short[] registers = new short[2];
  private int drops;

  private final ModbusBus bus =
      new MasterBus(new TcpMaster(line, () -> drops++, Duration.ofMillis(300), clock, counters));

  @Test
  void readsRegisters() throws BusException {
    line.answer(MILLI, "0001 0000 0007 03 03 04 1234 FFFE");
    read(3);
    assertEquals("00 01 00 00 00 06 03 03 00 00 00 02", line.written.getFirst());
    assertArrayEquals(new short[] {0x1234, -2}, registers);
    assertEquals(Map.of(), counters.seen());
  }

  @Test
  void readsAnAnswerInPiecesOfAnySize() throws BusException {
    byte[] answer = Hex.bytes("0001 0000 0007 03 03 04 1234 FFFE");
    for (int size = 1; size <= answer.length; size++) {
      ScriptedLine pieces = new ScriptedLine(clock, 0);
      int chunk = size;
      pieces.reactions.add(() -> {
        for (int i = 0; i < answer.length; i += chunk) {
          int end = Math.min(i + chunk, answer.length);
          pieces.arrive(i * MILLI, Arrays.copyOfRange(answer, i, end));
        }
      });
      ModbusBus fresh = ModbusBuses.tcp(pieces, Duration.ofMillis(300), clock, counters);
      fresh.readRegisters(3, RegisterTable.HOLDING, 0, 2, registers);
      assertArrayEquals(new short[] {0x1234, -2}, registers, "pieces of " + size);
    }
  }

  @Test
  void readsBits() throws BusException {
    line.answer(MILLI, "0001 0000 0005 03 01 02 CD FF");
    BitSet bits = bus.readBits(3, BitTable.COIL, 19, 10);
    assertEquals(BitSet.valueOf(new long[] {0x3CD}), bits);
  }

  @Test
  void readsIdentificationInParts() throws BusException {
    line.answer(MILLI, "0001 0000 000D 01 2B 0E 01 01 FF 01 01 00 03 41 43 4D");
    line.answer(MILLI, "0002 0000 0011 01 2B 0E 01 01 00 00 02 01 02 50 31 02 03 31 2E FF");
    assertEquals(Map.of(0, "ACM", 1, "P1", 2, "1.?"), bus.identify(1));
    assertEquals("00 02 00 00 00 05 01 2b 0e 01 01", line.written.get(1));
  }

  @Test
  void stopsAskingADeviceThatNeverEndsItsIdentification() throws BusException {
    for (int i = 1; i <= 10; i++) {
      line.answer(
          MILLI, "000" + i + " 0000 000B 01 2B 0E 01 01 FF 0" + i + " 01 0" + (i - 1) + " 01 41");
    }
    assertEquals(4, bus.identify(1).size());
    assertEquals(MasterBus.MAX_IDENTIFICATION_REQUESTS, line.written.size());
  }

  @Test
  void namesTheExceptionOfARefusal() {
    line.answer(MILLI, "0001 0000 0003 03 83 02");
    BusException.Refused refused = assertThrows(BusException.Refused.class, () -> read(3));
    assertEquals(2, refused.code());
    assertTrue(String.valueOf(refused.getMessage()).contains("exception 2, illegal data address"));
    assertEquals(1, counters.of(WireEvent.EXCEPTION));
    assertEquals(0, drops);
  }

  @Test
  void passesOverALateAnswer() throws BusException {
    line.silence();
    line.answer(MILLI, "0001 0000 0007 03 03 04 DEAD BEEF 0002 0000 0007 04 03 04 1234 FFFE");
    assertThrows(BusException.NoAnswer.class, () -> read(3));
    read(4);
    assertArrayEquals(new short[] {0x1234, -2}, registers);
    assertEquals(Map.of(WireEvent.SILENCE, 1L, WireEvent.LATE_ANSWER, 1L), counters.seen());
  }

  @Test
  void countsALateAnswerThatCameBetweenRequests() throws BusException {
    line.answer(400 * MILLI, "0001 0000 0007 03 03 04 DEAD BEEF");
    line.answer(MILLI, "0002 0000 0007 03 03 04 1234 FFFE");
    assertThrows(BusException.NoAnswer.class, () -> read(3));
    clock.advance(200 * MILLI);
    read(3);
    assertArrayEquals(new short[] {0x1234, -2}, registers);
    assertEquals(1, counters.of(WireEvent.LATE_ANSWER));
  }

  @Test
  void doesNotBelieveATransactionIdThatWasNeverSent() {
    line.answer(MILLI, "0777 0000 0007 03 03 04 DEAD BEEF");
    BusException.WrongSender failure = assertThrows(BusException.WrongSender.class, () -> read(3));
    assertEquals(13, failure.evidence().length);
    assertArrayEquals(new short[2], registers);
  }

  @Test
  void doesNotBelieveAnotherUnit() {
    line.answer(MILLI, "0001 0000 0007 04 03 04 DEAD BEEF");
    assertThrows(BusException.WrongSender.class, () -> read(3));
    assertEquals(Map.of(WireEvent.WRONG_UNIT, 1L), counters.seen());
  }

  @Test
  void doesNotBelieveAnotherFunctionOrLength() {
    line.answer(MILLI, "0001 0000 0007 03 04 04 DEAD BEEF");
    line.answer(MILLI, "0002 0000 0005 03 03 02 DEAD");
    line.answer(MILLI, "0003 0000 0007 03 03 02 DEAD BEEF");
    assertThrows(BusException.WrongSender.class, () -> read(3));
    assertThrows(BusException.Corrupt.class, () -> read(3));
    assertThrows(BusException.Corrupt.class, () -> read(3));
  }

  @Test
  void dropsAConnectionThatDoesNotSpeakModbus() {
    line.answer(MILLI, "48 54 54 50 2F 31 2E 31");
    line.answer(MILLI, "0002 0000 FFFF 03 03 04 DEAD BEEF");
    assertThrows(BusException.Corrupt.class, () -> read(3));
    assertEquals(1, drops);
    assertThrows(BusException.Corrupt.class, () -> read(3));
    assertEquals(2, drops);
    assertEquals(2, counters.of(WireEvent.FRAMING));
  }

  @Test
  void reportsAnAnswerThatEndsTooEarly() {
    line.answer(MILLI, "0001 0000 0007 03 03 04 DE");
    assertThrows(BusException.Corrupt.class, () -> read(3));
    assertEquals(Map.of(WireEvent.FRAMING, 1L), counters.seen());
    assertEquals(1, drops);
  }

  @Test
  void reportsADisconnectWithinAnAnswer() {
    line.reactions.add(() -> {
      line.arrive(MILLI, "0001 0000 0007 03 03 04 DE");
      line.close(2 * MILLI);
    });
    assertThrows(BusException.Corrupt.class, () -> read(3));
    assertEquals(Map.of(WireEvent.DISCONNECT, 1L), counters.seen());
  }

  @Test
  void reportsADisconnectBeforeAnAnswer() throws BusException {
    line.reactions.add(() -> line.close(MILLI));
    line.answer(MILLI, "0002 0000 0007 03 03 04 1234 FFFE");
    assertThrows(BusException.Down.class, () -> read(3));
    assertEquals(1, drops);
    read(3);
    assertArrayEquals(new short[] {0x1234, -2}, registers);
  }

  @Test
  void connectsAnewWhenThePeerHadClosedAnIdleConnection() throws BusException {
    line.answer(MILLI, "0001 0000 0007 03 03 04 1234 FFFE");
    line.answer(MILLI, "0002 0000 0007 03 03 04 4321 FFFE");
    read(3);
    line.close(MILLI);
    clock.advance(2 * MILLI);
    read(3);
    assertEquals(0x4321, registers[0]);
    assertEquals(Map.of(WireEvent.DISCONNECT, 1L), counters.seen());
  }

  @Test
  void dropsTheConnectionWhenUnitsThatWereHeardFallSilent() throws BusException {
    line.answer(MILLI, "0001 0000 0007 03 03 04 1234 FFFE");
    line.answer(MILLI, "0002 0000 0007 04 03 04 1234 FFFE").silence().silence();
    read(3);
    read(4);
    assertThrows(BusException.NoAnswer.class, () -> read(3));
    assertEquals(0, drops);
    assertThrows(BusException.NoAnswer.class, () -> read(4));
    assertEquals(1, drops);
  }

  @Test
  void dropsAConnectionOnWhichNobodyEverAnswered() {
    assertThrows(BusException.NoAnswer.class, () -> read(3));
    assertThrows(BusException.NoAnswer.class, () -> read(3));
    assertEquals(1, drops);
  }

  @Test
  void silentUnitsDoNotCostTheOthersTheirConnection() throws BusException {
    for (int round = 0; round < 20; round++) {
      String id = HexFormat.of().toHexDigits((short) (1 + 10 * round));
      line.answer(MILLI, id + " 0000 0007 03 03 04 1234 FFFE");
      read(3);
      for (int dead = 10; dead < 19; dead++) {
        line.silence();
        int unit = dead;
        assertThrows(BusException.NoAnswer.class, () -> read(unit));
      }
    }
    assertEquals(0, drops);
  }

  @Test
  void doesNotListenForEverToADeviceThatTalksWithoutEnd() {
    line.silence();
    line.reactions.add(() -> {
      for (int i = 0; i < 10_000; i++) {
        line.arrive(i, "0001 0000 0007 03 03 04 DEAD BEEF");
      }
    });
    assertThrows(BusException.NoAnswer.class, () -> read(3));
    assertThrows(BusException.Corrupt.class, () -> read(3));
  }

  @Test
  void transactionIdsWrapAround() throws BusException {
    for (int i = 1; i <= 0x10001; i++) {
      String id = HexFormat.of().toHexDigits((short) i);
      line.answer(MILLI, id + " 0000 0007 03 03 04 1234 FFFE");
      read(3);
    }
    assertEquals("00 01 00 00 00 06 03 03 00 00 00 02", line.written.getLast());
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
