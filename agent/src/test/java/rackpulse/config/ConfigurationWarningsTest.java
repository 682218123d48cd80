package rackpulse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.config.Problems.Problem;

/// What is said of files that are accepted, and of files that are not there or not the operator's
/// fault alone.
class ConfigurationWarningsTest {
  /// Two meters and a chip behind a multiplexer.
  static final String RACK =
      """
      [agent]
      site = "s"
      rack = "r"
      [bus.front]
      kind = "i2c"
      device = "/dev/i2c-1"
      [bus.power]
      kind = "modbus-rtu"
      device = "/dev/ttyS0"
      [device.inlet]
      bus = "front"
      profile = "sht4x"
      address = 0x44
      mux = { address = 0x70, channel = 2 }
      every = "500 ms"
      location = "front door, top"
      [device.pdu-a]
      bus = "power"
      profile = "meter"
      unit = 3
      channels = ["power", "energy"]
      [device.pdu-b]
      bus = "power"
      profile = "meter"
      unit = 4
      """;

  private static final Path FILE = Path.of("rackpulse.toml");
  private static final Map<String, String> ENVIRONMENT =
      Map.of("HOSTNAME", "h", "CREDENTIALS_DIRECTORY", "/run/credentials/rackpulse");

  private final Profiles profiles =
      new Profiles(List.of(Path.of("src/test/resources/bad-configurations/profiles")));

  private List<String> warnings(String text) throws ConfigurationException {
    return ConfigurationFile.parse(FILE, text, profiles, ENVIRONMENT).warnings().stream()
        .map(Problem::toString)
        .toList();
  }

  @Test
  void saysNothingOfAnOrdinaryRack() throws ConfigurationException {
    assertEquals(List.of(), warnings(RACK));
  }

  @Test
  void warnsOfWhatIsAllowedAndDeservesAttention() throws ConfigurationException {
    String text =
        RACK
            + """
            [bus.spare]
            kind = "i2c"
            device = "/dev/i2c-2"
            [device.probe]
            bus = "power"
            profile = "probe"
            unit = 3
            role = "inlet"
            [mqtt]
            url = "mqtt://broker.example"
            allow_plain = true
            ca_file = "ca.pem"
            [limit.probe.temperature]
            preset = "ashrae-a1"
            """;
    assertEquals(
        List.of(
            "rackpulse.toml:26:1: no device hangs on bus \"spare\"",
            "rackpulse.toml:31:1: profile \"probe\" is unproven: compare its readings with the"
                + " device's display",
            "rackpulse.toml:32:1: unit 3 of bus \"power\" is also read by \"pdu-a\": right only if"
                + " both are the same part",
            "rackpulse.toml:35:1: readings and password travel unprotected to broker.example"
                + " (allow_plain)",
            "rackpulse.toml:37:1: \"ca_file\" has no effect without mqtts://"),
        warnings(text));
  }

  @Test
  void letsABusBeOverloadedWhenAsked() throws ConfigurationException {
    String text =
        RACK.replace("unit = 4\n", "unit = 4\nevery = \"50 ms\"\n")
            .replace("[bus.power]\n", "[bus.power]\nbaud = 300\nallow_overload = true\n");
    assertEquals(
        List.of(
            "rackpulse.toml:7:1: bus \"power\" cannot keep up: its devices need 2063 % of its time,"
                + " \"pdu-b\" alone 2054 %; polls will be skipped (allow_overload)"),
        warnings(text));
  }

  @Test
  void warnsOfRelativeSecretsWithoutCredentialsDirectory() throws ConfigurationException {
    String text = "[mqtt]\nurl = \"mqtts://b\"\nca_file = \"ca.pem\"\n";
    Configuration configuration =
        ConfigurationFile.parse(FILE, text, profiles, Map.of("HOSTNAME", "h"));
    assertEquals(Optional.of(Path.of("ca.pem")), configuration.mqtt().caFile());
    assertTrue(configuration.warnings().toString().contains("there is no $CREDENTIALS_DIRECTORY"));
  }

  @Test
  void reportsWhatIsWrongWithAProfileOnce(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("broken.toml"), "part = 5\nbus = \"modbus\"\n");
    Profiles own = new Profiles(List.of(directory));
    String text =
        """
        [agent]
        site = "s"
        rack = "r"
        [bus.power]
        kind = "modbus-rtu"
        device = "/dev/ttyS0"
        [device.a]
        bus = "power"
        profile = "broken"
        unit = 1
        [device.b]
        bus = "power"
        profile = "broken"
        unit = 2
        """;
    ConfigurationException problems =
        assertThrows(
            ConfigurationException.class,
            () -> ConfigurationFile.parse(FILE, text, own, ENVIRONMENT));
    assertEquals(
        List.of(
            directory.resolve("broken.toml") + ":1:1: \"part\" must be text in quotes",
            directory.resolve("broken.toml") + ": a profile needs at least one [[channel]]"),
        problems.problems().stream().map(Problem::toString).sorted().toList().reversed());
  }

  @Test
  void reportsFilesThatCannotBeRead(@TempDir Path directory) throws Exception {
    Path missing = directory.resolve("missing.toml");
    assertEquals(
        missing + ": no such file",
        assertThrows(
                ConfigurationException.class,
                () -> ConfigurationFile.load(missing, profiles, ENVIRONMENT))
            .getMessage());
    Path binary = Files.write(directory.resolve("binary.toml"), new byte[] {(byte) 0xC3, 0x28});
    assertEquals(
        binary + ": not UTF-8 text",
        assertThrows(
                ConfigurationException.class,
                () -> ConfigurationFile.load(binary, profiles, ENVIRONMENT))
            .getMessage());
  }
}
