package rackpulse.bus;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.bus.Playback.TranscriptI2cBus;

/// Transcripts that name their polls, as recordings of a running bus do.
class ExcerptTest {
  private static final HexFormat HEX = HexFormat.of();

  /// Left and right have one address behind a mux; rear is asked twice in a poll for two things.
  private static final String RECORDING =
      """
      bus i2c
      poll left
      0x70 W 00
      0x70 W 01
      0x70 R 01
      0x44 W 89
      0x44 R aa
      0x44 W fd
      0x44 R 01
      0x70 W 00
      poll rear
      0x40 W f3
      0x40 R 03
      0x40 W f5
      0x40 R 05
      poll right
      0x70 W 80
      0x70 R 80
      0x44 W fd
      0x44 R 02
      0x70 W 00
      poll left
      0x70 W 01
      0x70 R 01
      0x44 W fd
      0x44 R 01
      0x70 W 00
      poll rear
      0x40 W f3
      0x40 R nak
      poll rear
      0x40 W f3
      0x40 R 03
      0x40 W f5
      0x40 R 05
      """
          .replace("0x40 R nak", "0x40 R 1 nak");

  @Test
  void eachChipAnswersForItselfInWhateverOrderItIsAsked() throws Exception {
    for (int seed = 0; seed < 500; seed++) {
      TranscriptI2cBus bus =
          new TranscriptI2cBus(Transcript.parse("t", RECORDING), true, new WireCounters());
      Random random = new Random(seed);
      for (int poll = 0; poll < 60; poll++) {
        switch (random.nextInt(3)) {
          case 0 -> behind(bus, "01", "01");
          case 1 -> behind(bus, "80", "02");
          default -> rear(bus);
        }
      }
    }
  }

  @Test
  void withinAPollNothingIsPassedOver() throws Exception {
    TranscriptI2cBus bus =
        new TranscriptI2cBus(Transcript.parse("t", RECORDING), true, new WireCounters());
    ask(bus, 0x40, "f3", "");
    // f5 comes later in the poll: its answer must not be taken for that of another command
    assertThrows(BusException.Down.class, () -> ask(bus, 0x40, "f5", ""));
  }

  @Test
  void whatWasNeverAskedHasNoAnswer() throws Exception {
    TranscriptI2cBus bus =
        new TranscriptI2cBus(Transcript.parse("t", RECORDING), true, new WireCounters());
    assertThrows(BusException.Down.class, () -> ask(bus, 0x40, "e0", ""));
    assertThrows(BusException.NoAnswer.class, () -> ask(bus, 0x44, "fd", "")); // not connected
  }

  private static void behind(TranscriptI2cBus bus, String channel, String value)
      throws BusException {
    ask(bus, 0x70, channel, "");
    ask(bus, 0x70, "", channel);
    ask(bus, 0x44, "fd", "");
    ask(bus, 0x44, "", value);
    ask(bus, 0x70, "00", "");
  }

  /// Ends where it fails, as a driver does.
  private static void rear(TranscriptI2cBus bus) throws BusException {
    try {
      ask(bus, 0x40, "f3", "");
      ask(bus, 0x40, "", "03");
    } catch (BusException.NoAnswer recorded) {
      return;
    }
    ask(bus, 0x40, "f5", "");
    ask(bus, 0x40, "", "05");
  }

  private static void ask(TranscriptI2cBus bus, int address, String write, String expected)
      throws BusException {
    byte[] read = new byte[expected.length() / 2];
    bus.transfer(address, HEX.parseHex(write), read);
    assertArrayEquals(HEX.parseHex(expected), read);
  }
}
