package rackpulse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import rackpulse.config.Problems.Problem;

class TomlReaderTest {
  private final Problems problems = new Problems();

  private TomlReader parse(String text) {
    return TomlReader.parse(Path.of("a.toml"), text, problems).orElseThrow();
  }

  private List<String> messages() {
    return problems.list().stream().map(Problem::toString).toList();
  }

  private static TomlReader named(TomlReader reader, String tables, String name) {
    return Objects.requireNonNull(reader.tables(tables).get(name), name);
  }

  @Test
  void readsEveryTypeOfValue() {
    TomlReader reader =
        parse(
            """
            text = "a"
            flag = true
            whole = 0x44
            number = 2
            wait = "1.5 s"
            size = "2 KiB"
            list = [1, 2]
            one = 7
            [bus.front]
            kind = "i2c"
            [[channel]]
            name = "t"
            """);

    assertEquals("a", reader.string("text", ""));
    assertTrue(reader.flag("flag", false));
    assertEquals(0x44, reader.integer("whole", 0, 0, 127));
    assertEquals(2.0, reader.number("number", 0, 0, 10));
    Duration wait = reader.duration("wait", Duration.ZERO, Duration.ZERO, Duration.ofSeconds(2));
    assertEquals(Duration.ofMillis(1500), wait);
    assertEquals(2048, reader.bytes("size", 0, 0, 4096));
    assertEquals(List.of(1L, 2L), reader.integers("list"));
    assertEquals(List.of(7L), reader.integers("one"));
    assertEquals("i2c", named(reader, "bus", "front").string("kind", ""));
    assertEquals("t", reader.tableList("channel").getFirst().string("name", ""));
    reader.finish();
    assertEquals(List.of(), messages());
  }

  @Test
  void reportsUnknownKeysWithPlaceAndSuggestion() {
    TomlReader reader = parse("[device.a]\naddress = 1\n  adress = 2\n[devise.b]\n");
    named(reader, "device", "a").integer("address", 0, 0, 9);
    reader.finish();
    assertEquals(
        List.of(
            "a.toml:3:3: unknown key \"adress\" in [device.a], did you mean \"address\"?",
            "a.toml:4:1: unknown key \"devise\", did you mean \"device\"?"),
        messages());
  }

  @Test
  void reportsMissingKeysAtTheirTable() {
    TomlReader reader = parse("\n[device.a]\n");
    named(reader, "device", "a").require("bus");
    assertEquals(List.of("a.toml:2:1: [device.a] needs \"bus\""), messages());
  }

  @Test
  void reportsWrongTypesAndRangesAndGoesOnWithTheFallback() {
    TomlReader reader = parse("wait = 5\nport = 70000\nflag = \"yes\"\nkind = \"i2d\"\n");
    assertEquals(
        Duration.ZERO,
        reader.duration("wait", Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1)));
    assertEquals(502, reader.integer("port", 502, 1, 65535));
    assertTrue(reader.flag("flag", true));
    assertTrue(reader.choice("kind", Map.of("i2c", 1, "modbus", 2)).isEmpty());
    assertEquals(
        List.of(
            "a.toml:1:1: \"wait\" must be a duration in quotes: a number and a unit of us, ms, s,"
                + " min, h or d, such as \"5 s\"",
            "a.toml:2:1: \"port\" must be 1 to 65535",
            "a.toml:3:1: \"flag\" must be true or false",
            "a.toml:4:1: unknown kind \"i2d\", did you mean \"i2c\"?"),
        messages());
  }

  @Test
  void reportsSyntaxErrorsWithTheirPlace() {
    assertTrue(TomlReader.parse(Path.of("a.toml"), "a = \nb = 1\nb = 2\n", problems).isEmpty());
    assertEquals(2, problems.list().size());
    assertEquals(1, problems.list().get(0).line());
    assertEquals(3, problems.list().get(1).line());
  }

  @Test
  void durationsAndSizesCarryTheirUnit() {
    assertEquals(Duration.ofMillis(9), Amounts.duration("9 ms").orElseThrow());
    assertEquals(Duration.ofMinutes(90), Amounts.duration("1.5h").orElseThrow());
    assertEquals(268_435_456, Amounts.bytes("256 MiB").orElseThrow());
    for (String bad :
        List.of(
            "5",
            "s",
            "-1 s",
            "1..5 s",
            "1.2.3 s",
            "5 S",
            "",
            ".",
            "9e9 s",
            "1. s",
            "400 d",
            "99999999999999999999 s",
            "5 s s")) {
      assertTrue(Amounts.duration(bad).isEmpty(), bad);
    }
    for (String good : List.of("9 ms", "5 s", "2 min", "3 h", "1 d", "0 s", "1500 us")) {
      assertEquals(good, Amounts.text(Amounts.duration(good).orElseThrow()));
    }
  }

  @Test
  void frequenciesAndSharesCarryTheirUnit() {
    assertEquals(100_000, Amounts.hertz("100 kHz").orElseThrow());
    assertEquals(3_400_000, Amounts.hertz("3.4MHz").orElseThrow());
    assertEquals(0.05, Amounts.share("5 %").orElseThrow());
    assertTrue(Amounts.hertz("100").isEmpty());
    assertTrue(Amounts.hertz("3 GHz").isEmpty());
    assertTrue(Amounts.hertz("3000 MHz").isEmpty());
    assertTrue(Amounts.share("0.05").isEmpty());
    assertEquals("256 MiB", Amounts.text(256L << 20));
    assertEquals("1000 B", Amounts.text(1000L));
    assertEquals("0 B", Amounts.text(0L));
    assertEquals("0.000001", Amounts.text(1e-6));
    assertEquals("100", Amounts.text(100.0));
  }

  @Test
  void readsDefaultsFromAMissingTable() {
    TomlReader reader = parse("path = \"/dev/ttyUSB0\"\nbad = \"a\\u0000b\"\nrate = \"5 Hz\"\n");
    TomlReader missing = reader.tableOrEmpty("agent");
    assertEquals("x", missing.string("id", "x"));
    assertEquals(Path.of("/dev/ttyUSB0"), reader.path("path").orElseThrow());
    assertTrue(reader.path("bad").isEmpty());
    assertEquals(7, reader.hertz("rate", 7, 10, 20));
    assertEquals(0.5, reader.share("share", 0.5, 0, 1));
    reader.finish();
    assertEquals(
        List.of(
            "a.toml:2:1: \"bad\" must be a path in quotes",
            "a.toml:3:1: \"rate\" must be 10 Hz to 20 Hz"),
        messages());
  }

  @Test
  void suggestsOnlyWhatIsNear() {
    List<String> parts = List.of("sht3x", "sht4x", "sdm630");
    assertEquals(", did you mean \"sht4x\"?", Suggestion.didYouMean("sht44", parts));
    assertEquals(", did you mean \"sdm630\"?", Suggestion.didYouMean("smd630", parts));
    assertEquals("", Suggestion.didYouMean("em24", parts));
    assertEquals("", Suggestion.didYouMean("x", List.of()));
  }
}
