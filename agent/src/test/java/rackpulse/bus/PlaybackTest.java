package rackpulse.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rackpulse.bus.Playback.TranscriptI2cBus;
import rackpulse.bus.Playback.TranscriptLine;

class PlaybackTest {
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

  private long nowNanos = 1_000;

  @AfterEach
  void clearInterrupt() {
    Thread.interrupted();
  }

  @Test
  void playsEachAddressInItsOwnOrder() throws Exception {
    TranscriptI2cBus bus =
        i2c(false, "0x44 W fd", "pause 9 ms", "0x44 R 01 02", "0x45 W 00 R 03", "0x44 W nak");
    assertEquals("03", transfer(bus, 0x45, "00", 1));
    assertEquals("", transfer(bus, 0x44, "fd", 0));
    bus.pause(Duration.ofDays(1));
    assertEquals(List.of("t:4: 0x44 R 01 02", "t:6: 0x44 W nak"), bus.unconsumed());
    assertEquals("01 02", transfer(bus, 0x44, "", 2));
    BusException.NoAnswer absent =
        assertThrows(BusException.NoAnswer.class, () -> transfer(bus, 0x44, "", 0));
    assertTrue(absent.nobodyThere());
    assertEquals(List.of(), bus.unconsumed());
  }

  @Test
  void failsAsRecorded() throws Exception {
    TranscriptI2cBus bus =
        i2c(
            false,
            "0x44 R 2 timeout",
            "0x44 W 01 data-nak",
            "0x44 W 01 R 2 arbitration",
            "0x44 W 01 down");
    BusException.NoAnswer late =
        assertThrows(BusException.NoAnswer.class, () -> transfer(bus, 0x44, "", 2));
    assertEquals("no answer in time, t:2: 0x44 R 2 timeout", late.getMessage());
    assertEquals(false, late.nobodyThere());
    assertThrows(BusException.Refused.class, () -> transfer(bus, 0x44, "01", 0));
    assertThrows(BusException.Corrupt.class, () -> transfer(bus, 0x44, "01", 2));
    assertThrows(BusException.Down.class, () -> transfer(bus, 0x44, "01", 0));
  }

  @Test
  void inventsNothingForATransferThatWasNotRecorded() throws Exception {
    TranscriptI2cBus bus = i2c(true, "0x44 W fd", "0x44 R 01 02");
    assertEquals(
        "t:2: expected 0x44 W fd, got 0x44 W fe; was it recorded with these device settings?",
        down(() -> transfer(bus, 0x44, "fe", 0)));
    transfer(bus, 0x44, "fd", 0);
    assertEquals(
        "t:3: expected 0x44 R 2, got 0x44 R 3; was it recorded with these device settings?",
        down(() -> transfer(bus, 0x44, "", 3)));
    assertEquals("01 02", transfer(bus, 0x44, "", 2));
    BusException.NoAnswer absent =
        assertThrows(BusException.NoAnswer.class, () -> transfer(bus, 0x46, "fd", 0));
    assertTrue(absent.nobodyThere());
  }

  @Test
  void endsOrStartsAgain() throws Exception {
    TranscriptI2cBus once = i2c(false, "0x44 R 01", "0x44 R 02");
    TranscriptI2cBus forEver = i2c(true, "0x44 R 01", "0x44 R 02");
    for (String expected : List.of("01", "02")) {
      assertEquals(expected, transfer(once, 0x44, "", 1));
      assertEquals(expected, transfer(forEver, 0x44, "", 1));
    }
    assertEquals(
        "transcript t is at its end for 0x44 R 1; repeat = true would start it again",
        down(() -> transfer(once, 0x44, "", 1)));
    assertEquals("01", transfer(forEver, 0x44, "", 1));
    assertEquals(List.of(), forEver.unconsumed());
  }

  @Test
  void readsTheRecordedChunksOfTheMatchingExchange() throws Exception {
    TranscriptLine line =
        line("modbus-rtu", false, "W 01 03", "R aa bb cc", "R dd", "W 02 03", "R ee", "W 01 03");
    write(line, "02 03");
    assertEquals("ee", read(line, 8, 0));
    write(line, "01 03");
    assertEquals("aa bb", read(line, 2, 0));
    assertEquals("cc", read(line, 2, 0));
    assertEquals(List.of("t:4: R dd", "t:7: W 01 03"), line.unconsumed());
    assertEquals("dd", read(line, 2, 0));
    write(line, "01 03");
    assertEquals("", read(line, 2, 0));
    assertEquals(List.of(), line.unconsumed());
    assertEquals(
        "t has no request W 01 04; was it recorded with these device settings?",
        down(() -> write(line, "01 04")));
    assertEquals(
        "transcript t is at its end for W 01 03; repeat = true would start it again",
        down(() -> write(line, "01 03")));
  }

  @Test
  void repeatsTheExchangesOfARequest() throws Exception {
    TranscriptLine line = line("modbus-rtu", true, "W 01", "R aa", "W 02", "R bb", "W 01", "R cc");
    for (String expected : List.of("aa", "cc", "aa", "cc")) {
      write(line, "01");
      assertEquals(expected, read(line, 8, 0));
    }
    assertEquals(List.of("t:4: W 02", "t:5: R bb"), line.unconsumed());
  }

  @Test
  void silenceTakesItsTimeAndWhatCameLaterComesLater() throws Exception {
    TranscriptLine line = line("modbus-rtu", false, "W 01", "R", "R aa");
    write(line, "01");
    assertEquals("", read(line, 8, nowNanos)); // does not wait
    long deadlineNanos = nowNanos + 50;
    assertEquals("", read(line, 8, deadlineNanos));
    assertTrue(nowNanos >= deadlineNanos);
    assertEquals("aa", read(line, 8, 0));
  }

  @Test
  void anInterruptionEndsTheSilence() throws Exception {
    TranscriptLine line = line("modbus-rtu", false, "W 01");
    write(line, "01");
    Thread.currentThread().interrupt();
    assertEquals("", read(line, 8, Long.MAX_VALUE));
    assertTrue(Thread.currentThread().isInterrupted());
  }

  @Test
  void closesAndFailsAsRecorded() throws Exception {
    TranscriptLine line =
        line("modbus-rtu", false, "R 55", "W 01", "R aa", "close", "W 02 down", "W 03");
    assertEquals(1, line.discardInput());
    write(line, "01");
    assertEquals("aa", read(line, 8, 0));
    assertEquals("closed by the peer, t:5: close", down(() -> read(line, 8, 0)));
    assertEquals("", read(line, 8, 0));
    assertEquals("the recorded line was down, t:6: W 02 down", down(() -> write(line, "02")));
    write(line, "03");
    assertEquals(List.of(), line.unconsumed());
  }

  @Test
  void discardsWhatCameButNotWhatIsToCome() throws Exception {
    TranscriptLine line = line("modbus-rtu", false, "W 01", "R aa bb", "R cc", "R", "R dd", "W 02");
    write(line, "01");
    assertEquals("aa", read(line, 1, 0));
    assertEquals(2, line.discardInput());
    assertEquals(0, line.discardInput());
    write(line, "02");
    assertEquals("dd", read(line, 8, 0));
  }

  @Test
  void answersOverTcpCarryTheTransactionOfTheirRequest() throws Exception {
    TranscriptLine line =
        line(
            "modbus-tcp",
            true,
            "W 00 07 00 00 00 06 01 03 00 00 00 01",
            "R",
            "W 00 08 00 00 00 06 01 03 00 02 00 01",
            "R 00 07 00 00 00 02 00 07 00",
            "R 08 00 00 00 02 00 08 99 99 00 00 00 00");
    for (String id : List.of("11 22", "11 33")) {
      write(line, id + " 00 00 00 06 01 03 00 00 00 01");
      write(line, "44 55 00 00 00 06 01 03 00 02 00 01");
      // the late answer, the answer, and one to a request that was never sent
      assertEquals(id + " 00 00 00 02 00 07 44", read(line, 99, 0));
      assertEquals("55 00 00 00 02 00 08 99 99 00 00 00 00", read(line, 99, 0));
    }
  }

  @Test
  void aReaderThatNeverReadsLosesTheOldest() throws Exception {
    TranscriptLine line = line("modbus-rtu", true, "W 01", "R aa", "W 02", "R bb");
    write(line, "01");
    for (int i = 0; i < TranscriptLine.MAX_UNREAD; i++) {
      write(line, "02");
    }
    assertEquals(TranscriptLine.MAX_UNREAD, line.discardInput());
  }

  @Test
  void refusesATranscriptOfAnotherKind() throws Exception {
    Transcript i2c = Transcript.parse("t", "bus i2c");
    Transcript modbus = Transcript.parse("t", "bus modbus-tcp");
    assertThrows(
        IllegalArgumentException.class,
        () -> new TranscriptI2cBus(modbus, false, new WireCounters()));
    assertThrows(IllegalArgumentException.class, () -> new TranscriptLine(i2c, false, this::tick));
  }

  private static TranscriptI2cBus i2c(boolean repeat, String... lines) throws IOException {
    String text = "bus i2c\n" + String.join("\n", lines);
    return new TranscriptI2cBus(Transcript.parse("t", text), repeat, new WireCounters());
  }

  private TranscriptLine line(String kind, boolean repeat, String... lines) throws IOException {
    String text = "bus " + kind + "\n" + String.join("\n", lines);
    return new TranscriptLine(Transcript.parse("t", text), repeat, this::tick);
  }

  /// Time passes with each look at the clock, and no waiting thread stays asleep.
  private long tick() {
    LockSupport.unpark(Thread.currentThread());
    return nowNanos += 10;
  }

  private static String transfer(I2cBus bus, int address, String write, int length)
      throws BusException {
    byte[] read = new byte[length];
    bus.transfer(address, HEX.parseHex(write), read);
    return HEX.formatHex(read);
  }

  private static void write(Line line, String hex) throws BusException {
    ByteBuffer frame = ByteBuffer.wrap(HEX.parseHex(hex));
    line.write(frame);
    assertEquals(0, frame.remaining());
  }

  private static String read(Line line, int length, long deadlineNanos) throws BusException {
    ByteBuffer into = ByteBuffer.allocate(length);
    assertEquals(line.read(into, deadlineNanos), into.position());
    return HEX.formatHex(into.array(), 0, into.position());
  }

  private static String down(Asked asked) {
    return assertThrows(BusException.Down.class, asked::run).getMessage();
  }

  @FunctionalInterface
  private interface Asked {
    void run() throws BusException;
  }
}
