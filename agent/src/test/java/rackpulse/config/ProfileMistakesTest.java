package rackpulse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Wrong profiles: what is said of them, and that something is always said.
class ProfileMistakesTest {
  private static final String CHIP =
      """
      part = "chip"
      bus = "i2c"
      addresses = [0x44]
      checksum = "crc8-31-ff"
      steps = [ { write = [0xFD], pause = "10 ms", read = 6, retries = 1 } ]
      [identity]
      steps = [ { write = [0x0F], read = 3 } ]
      expect = "01 17"
      [[channel]]
      name = "t"
      quantity = "temperature"
      word = 0
      format = "s16"
      scale = 0.1
      valid = [-40, 125]
      """;

  private static final String METER =
      """
      part = "meter"
      bus = "modbus"
      table = "input"
      [requests]
      max_registers = 60
      [identity]
      address = 8
      text = "Delta"
      [[channel]]
      name = "power"
      quantity = "power"
      address = 0
      format = "f32"
      unit = "kW"
      [[channel]]
      name = "r{n}"
      count = 3
      quantity = "raw"
      address = 2
      format = "u16"
      bits = "15..4"
      undefined = 0xFFFF
      [[example]]
      address = 0
      reply = "3F 80 00 00"
      expect = { power = 1000 }
      """;

  /// What is said when `right` in a good profile becomes `wrong`.
  private static String mistake(String good, String right, String wrong) {
    assertTrue(good.contains(right), right);
    Problems found = new Problems();
    ProfileParser.parse(Path.of("p.toml"), "p", good.replace(right, wrong), false, found);
    return String.join("\n", found.list().stream().map(Object::toString).toList());
  }

  private static void checkAll(String good, String[][] mistakes) {
    for (String[] mistake : mistakes) {
      assertEquals(mistake[2], mistake(good, mistake[0], mistake[1]));
    }
  }

  @Test
  void acceptsTheGoodProfiles() {
    assertEquals("", mistake(CHIP, "chip", "chip"));
    assertEquals("", mistake(METER, "meter", "meter"));
  }

  @Test
  void reportsMistakesInAChipWithTheirPlace() {
    String[][] mistakes = {
      {"part = \"chip\"\n", "", "p.toml: the file needs \"part\""},
      {"\"i2c\"", "\"i3c\"", "p.toml:2:1: unknown bus \"i3c\", did you mean \"i2c\"?"},
      {"[0x44]", "[]", "p.toml:3:1: \"addresses\" lists 7-bit addresses from 0x08 to 0x77"},
      {"[0x44]", "[0x84]", "p.toml:3:1: \"addresses\" lists 7-bit addresses from 0x08 to 0x77"},
      {"[0xFD]", "[0x1FD]", "p.toml:5:13: \"write\" has at most 32 bytes from 0x00 to 0xFF"},
      {
        "read = 6",
        "read = 5",
        "p.toml:5:46: a word and its checksum are 3 bytes: \"read\" is a multiple of 3"
      },
      {
        "pause = \"10 ms\", ",
        "",
        "p.toml:5:39: \"retries\" repeat a \"read\" after another \"pause\""
      },
      {
        "\"01 17\"", "\"01 1\"", "p.toml:8:1: \"expect\" must be bytes in hexadecimal, as \"66 7F\""
      },
      {
        "\"01 17\"",
        "\"01\"",
        "p.toml:6:1: \"expect\" and \"mask\" have as many bytes as the steps read: 2"
      },
    };
    checkAll(CHIP, mistakes);
  }

  @Test
  void reportsMistakesInAChannelWithTheirPlace() {
    String[][] mistakes = {
      {
        "name = \"t\"",
        "name = \"t t\"",
        "p.toml:10:1: a channel's name has 1 to 64 of A-Z a-z 0-9 _ -, not \"t t\""
      },
      {
        "\"temperature\"",
        "\"temprature\"",
        "p.toml:11:1: unknown quantity \"temprature\", did you mean \"temperature\"?"
      },
      {"word = 0", "word = 2", "p.toml:12:1: the replies have 2 words, counted from 0"},
      {
        "word = 0",
        "wrod = 0",
        "p.toml:9:1: [[channel]] needs \"word\"\n"
            + "p.toml:12:1: unknown key \"wrod\" in [[channel]], did you mean \"word\"?"
      },
      {"\"s16\"", "\"i16\"", "p.toml:13:1: unknown format \"i16\", did you mean \"s16\"?"},
      {"scale = 0.1", "scale = inf", "p.toml:14:1: \"scale\" must be a number"},
      {
        "scale = 0.1",
        "scale = 0",
        "p.toml:14:1: \"scale\" or \"span\" of 0, or \"full_scale\" not above 0, is no scale"
      },
      {
        "scale = 0.1",
        "offset = 1\nformula = { span = 1, full_scale = 2 }",
        "p.toml:14:1: \"offset\" and \"formula\" exclude each other"
      },
      {
        "scale = 0.1",
        "unit = \"degR\"",
        "p.toml:14:1: \"degR\" is not a unit of temperature: Cel, K, degC, degF, °C"
      },
      {
        "scale = 0.1",
        "bits = \"4..15\"",
        "p.toml:14:1: \"bits\" are the highest and the lowest, from 15 to 0, as \"15..4\""
      },
      {"scale = 0.1", "bit = 16", "p.toml:14:1: \"bit\" must be 0 to 15"},
      {
        "[-40, 125]",
        "[125, -40]",
        "p.toml:15:1: \"valid\" must be the lowest and the highest value, as [-40, 125]"
      },
    };
    checkAll(CHIP, mistakes);
  }

  @Test
  void reportsMistakesInAMeterWithTheirPlace() {
    String[][] mistakes = {
      {"= 60", "= 200", "p.toml:5:1: \"max_registers\" must be 1 to 125"},
      {"\"input\"", "\"inputs\"", "p.toml:3:1: unknown table \"inputs\", did you mean \"input\"?"},
      {
        "\"Delta\"",
        "\"Größe\"",
        "p.toml:6:1: an identity is a \"text\" of 2 to 64 ASCII characters, or \"expect\", a list"
            + " of 1 to 32 registers"
      },
      {"count = 3", "count = 0", "p.toml:17:1: \"count\" must be 1 to 2000"},
      {
        "r{n}",
        "r",
        "p.toml:16:1: there is already a channel \"r\"; with \"count\" a name has {n} or"
            + " {address} in it"
      },
      {"address = 2", "address = 65534", "p.toml:19:1: there are no addresses above 0xFFFF"},
      {"0xFFFF", "0x1FFFF", "p.toml:22:1: \"undefined\" does not fit into the format"},
      {"\"kW\"", "\"kWh\"", "p.toml:14:1: \"kWh\" is not a unit of power: MW, W, kW, mW, uW"},
      {
        "quantity = \"raw\"",
        "quantity = \"raw\"\nscale = 0.5",
        "p.toml:18:1: \"raw\" is a whole number: no float format and no fractions; without a unit,"
            + " a number with decimals has the quantity \"number\""
      },
      {"power = 1000", "power = 1", "p.toml:23:1: the example's power should be 1.0 and is 1000.0"},
      {"power = 1000", "powr = 1", "p.toml:23:1: the example says nothing of a channel \"powr\""},
      {
        "power = 1000",
        "power = \"undefinde\"",
        "p.toml:26:12: a number or a cause is expected, not \"undefinde\", did you mean"
            + " \"undefined\"?"
      },
      {
        "3F 80 00 00",
        "7F C0 00 00",
        "p.toml:23:1: the example's power should be 1000.0 and is undefined"
      },
      {
        "= \"meter\"",
        "= \"meter",
        "p.toml:1:14: Unexpected end of line, expected \" or a character"
      },
    };
    checkAll(METER, mistakes);
  }

  @Test
  void demandsASourceAndTwoExamplesOfShippedProfiles() {
    Problems found = new Problems();
    ProfileParser.parse(Path.of("p.toml"), "p", METER, true, found);
    assertEquals(
        List.of(
            "p.toml: the file needs \"source\"",
            "p.toml: a shipped profile needs two [[example]]s, one negative or at a limit"),
        found.list().stream().map(Object::toString).toList());
  }

  /// Mutations of good profiles: deleted, doubled and swapped pieces, foreign values.
  @Test
  void saysWhatIsWrongWithAnyFileAndNeverFails() {
    Random random = new Random(20_261_123);
    String[] pieces = {
      "=",
      "[",
      "]",
      "{",
      "}",
      "\"",
      "\n",
      "-1",
      "0x",
      "1e308",
      "nan",
      "\"\"",
      "[]",
      "{}",
      "99999",
      "9223372036854775807",
      "-9223372036854775808",
      "true",
      "1979-05-27",
      "bits = \"0..0\"\n",
      "format = \"f64\"\n",
      "count = 2000\n",
      "fraction = 62\n",
      "[[channel]]\n",
      "\u0000",
      "ß"
    };
    for (int i = 0; i < 6_000; i++) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? CHIP : METER);
      for (int mutations = 1 + random.nextInt(4); mutations > 0; mutations--) {
        int at = random.nextInt(text.length());
        int length = Math.min(random.nextInt(12), text.length() - at);
        switch (random.nextInt(3)) {
          case 0 -> text.delete(at, at + length);
          case 1 -> text.insert(at, text.substring(at, at + length));
          default -> text.replace(at, at + length, pieces[random.nextInt(pieces.length)]);
        }
        if (text.isEmpty()) {
          break;
        }
      }
      Problems found = new Problems();
      boolean parsed =
          ProfileParser.parse(Path.of("p.toml"), "p", text.toString(), false, found).isPresent();
      assertEquals(parsed, found.isEmpty(), text.toString());
    }
  }
}
