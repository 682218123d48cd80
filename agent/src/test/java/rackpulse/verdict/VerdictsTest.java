package rackpulse.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rackpulse.bus.WireEvent;

/// Histories are written as words: `ok`, an event that failed the poll (`silence`), an event in a
/// good poll (`+echo`), several in one poll (`silence&echo`), `nothing` for a failure without
/// event; `x3` repeats what stands before it.
class VerdictsTest {
  private static final String GOOD = "ok x10";

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "line 19200 8E1|silence x3|no answer from any device: check power and A/B wires",
        "line 19200 8E1|crc x3|answers with CRC errors at 19200 8E1: try 8N1, termination or"
            + " another baud",
        "line 9600 8N1|framing x5|answers with CRC errors at 9600 8N1: try 8E1, termination or"
            + " another baud",
        "line 9600 8N1|silence&echo x5|own requests come back and no answer: switch off the"
            + " transceiver's echo, check A/B wires and direction control",
        "line 9600 8N1|exception x3|unit 1 refuses every request: check its profile",
        "network|silence x3|connected, but no answer from any device: check unit ids and the line"
            + " behind the gateway",
        "network|exception x3|the gateway reaches none of its units: check the line behind it",
        "network|framing x3|what comes is damaged: does the port speak the protocol that is"
            + " configured (kind)?",
        "i2c|nak x3|no device acknowledges its address: check power, SDA and SCL",
        "i2c|stuck x3|SDA or SCL held low: power-cycle the bus, then unplug one device after the"
            + " other",
        "i2c|arbitration-lost x3|another master uses the bus: let only one of them poll",
        "i2c|crc x3|answers with CRC errors: check cable length, pull-ups and interference",
        "i2c|wrong-part x3|another part than configured answers at I2C address 0x41: check profile"
            + " and address",
      })
  void saysWhatIsWrongWhenEveryDeviceFails(String medium, String history, String verdict) {
    assertEquals(verdict, bus(medium, "", history));
    assertEquals(verdict, bus(medium, "", history, history, history));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "line 19200 8E1|silence x3|no answer from unit 1; others on the bus do: check its power,"
            + " cable and address",
        "line 19200 8E1|crc x3|unit 1 answers with CRC errors at 19200 8E1, others do not: two"
            + " devices at unit 1, another baud or format there, or its cable",
        "line 19200 8E1|+second-answer x4|two devices answer at unit 1: give one of them another"
            + " address",
        "line 19200 8E1|wrong-unit x3|another device answers in place of unit 1: check unit ids,"
            + " and whether a second master is on the line",
        "line 19200 8E1|silence&late-answer x4|unit 1 answers later than the time-out: raise"
            + " \"timeout\" of the bus",
        "network|exception x3|the gateway gets no answer from unit 1: check its power, cable and"
            + " address",
        "network|disconnect x3|the connection breaks when unit 1 is asked: check that device and"
            + " the gateway",
        "i2c|nak x3|I2C address 0x41 does not acknowledge; others on the bus do: check that device",
        "i2c|stuck x3|I2C address 0x41 holds the clock, or SDA or SCL is stuck: power-cycle that"
            + " device",
        "line 9600 8N1|crc ok x8 crc ok x8 crc ok x8 crc ok x8|4 of the last 36 polls of unit 1"
            + " failed (crc): check its cable and plugs",
        "line 9600 8N1|+echo x4|own requests come back: switch off the transceiver's echo",
        "line 9600 8N1|+crc x4|unit 1 sends damaged answers now and then: check termination and"
            + " cable",
      })
  void saysWhichDeviceIsIllAmongGoodOnes(String medium, String history, String verdict) {
    assertEquals(verdict, bus(medium, "", history, GOOD, GOOD));
    String inThirdPlace = bus(medium, "", GOOD, GOOD, history);
    assertEquals(verdict, inThirdPlace.replace(place(medium, 3), place(medium, 1)));
    assertEquals("", device(medium, 1, history, GOOD, GOOD));
  }

  @Test
  void severalIllDevicesAreCountedAndNamed() {
    assertEquals(
        "4 of 5 devices fail (d2, d3, d4, …): no answer from unit 2; others on the bus do: check"
            + " its power, cable and address",
        bus("line 9600 8N1", "", GOOD, "silence x3", "silence x3", "silence x3", "silence x3"));
    String noisy = "crc ok x3 crc ok x3 crc ok x3 crc ok x3";
    assertEquals(
        "damaged answers at 9600 8N1 from 2 devices (d1, d3): check termination, shield and cable"
            + " length",
        bus("line 9600 8N1", "", noisy, GOOD, noisy));
  }

  @Test
  void aBusThatIsDownSaysWhyUnlessTheWireSaysMore() {
    assertEquals("no such adapter", bus("i2c", "no such adapter", GOOD));
    assertTrue(bus("i2c", "never idle", "stuck x1").startsWith("SDA or SCL held low"));
  }

  @ParameterizedTest
  @CsvSource({
    "ok x64",
    "silence x2",
    "crc ok crc ok crc ok x10",
    "+echo x3 ok x10",
    "+stray-bytes x9"
  })
  void littleEvidenceIsNoVerdict(String history) {
    assertEquals("", bus("line 9600 8N1", "", history));
    assertEquals("", bus("line 9600 8N1", "", history, GOOD));
  }

  @Test
  void whatWasRepairedIsForgottenAfterTwoGoodPolls() {
    assertTrue(!bus("line 9600 8N1", "", "silence x60 ok").isEmpty());
    assertEquals("", bus("line 9600 8N1", "", "silence x60 ok ok"));
    assertEquals("", bus("line 9600 8N1", "", "silence&echo x60 ok ok ok"));
  }

  @Test
  void aSteadyRateOfErrorsDoesNotMakeTheVerdictComeAndGo() {
    for (int every = 4; every <= 40; every++) {
      Subject device = new Subject("d1", "unit 1");
      Set<Boolean> told = new HashSet<>();
      for (int poll = 0; poll < 1000; poll++) {
        device.history().add(History.bit(WireEvent.CRC), poll % every == 0);
        if (poll > 300) {
          told.add(Verdicts.of(medium("line 9600 8N1"), "", List.of(device)).contains("failed"));
        }
      }
      assertEquals(1, told.size(), "one failure in " + every);
    }
  }

  @Test
  void anyHistoryWhateverGivesAVerdictOfBoundedLength() {
    Random random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      List<Subject> subjects = new ArrayList<>();
      int devices = 1 + random.nextInt(12);
      for (int i = 1; i <= devices; i++) {
        Subject subject = new Subject("d" + i, "unit " + i);
        int polls = random.nextInt(80);
        boolean allFail = random.nextBoolean();
        for (int poll = 0; poll < polls; poll++) {
          int events = random.nextInt(1 << WireEvent.values().length);
          subject.history().add(events, allFail || random.nextBoolean());
        }
        subjects.add(subject);
      }
      Medium.Kind kind = Medium.Kind.values()[random.nextInt(3)];
      String verdict = Verdicts.of(Medium.of(kind), "", subjects);
      assertTrue(verdict.length() < 250, verdict);
    }
  }

  @Test
  void atFirstSightAFewRequestsMustDo() {
    assertEquals(
        "answers with CRC errors at 9600 8N1: try 8E1, termination or another baud",
        Verdicts.atFirstSight(
            medium("line 9600 8N1"), Map.of(WireEvent.CRC, 3L, WireEvent.SILENCE, 1L)));
    assertEquals("", Verdicts.atFirstSight(medium("i2c"), Map.of()));
  }

  private static String bus(String medium, String downReason, String... histories) {
    return Verdicts.of(medium(medium), downReason, subjects(medium, histories));
  }

  /// The verdict on a good device beside the one with the history.
  private static String device(String medium, int index, String... histories) {
    List<Subject> subjects = subjects(medium, histories);
    return Verdicts.of(medium(medium), subjects.get(index), subjects);
  }

  private static List<Subject> subjects(String medium, String... histories) {
    List<Subject> subjects = new ArrayList<>();
    for (int i = 1; i <= histories.length; i++) {
      Subject subject = new Subject("d" + i, place(medium, i));
      fill(subject.history(), histories[i - 1]);
      subjects.add(subject);
    }
    return subjects;
  }

  private static String place(String medium, int number) {
    return medium.equals("i2c") ? "I2C address 0x4" + number : "unit " + number;
  }

  private static void fill(History history, String words) {
    String before = "";
    for (String word : words.split(" ", -1)) {
      boolean repeats = word.matches("x[0-9]+");
      int times = repeats ? Integer.parseInt(word.substring(1)) - 1 : 1;
      before = repeats ? before : word;
      for (int i = 0; i < times; i++) {
        add(history, before);
      }
    }
  }

  private static void add(History history, String word) {
    int events = 0;
    boolean failed = !word.startsWith("+") && !word.equals("ok");
    for (String event : word.replace("+", "").split("&", -1)) {
      if (!event.equals("ok") && !event.equals("nothing")) {
        String name = event.toUpperCase(Locale.ROOT).replace('-', '_');
        events |= History.bit(WireEvent.valueOf(name));
      }
    }
    history.add(events, failed);
  }

  private static Medium medium(String words) {
    String[] parts = words.split(" ", -1);
    return switch (parts[0]) {
      case "line" -> Medium.line(Integer.parseInt(parts[1]), parts[2]);
      case "network" -> Medium.of(Medium.Kind.NETWORK);
      default -> Medium.of(Medium.Kind.I2C);
    };
  }
}
