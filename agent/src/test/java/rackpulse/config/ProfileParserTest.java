package rackpulse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import rackpulse.config.Problems.Problem;
import rackpulse.sensor.ModbusProfile;
import rackpulse.sensor.Profile;

class ProfileParserTest {
  private final Problems problems = new Problems();

  private Profile parse(String text) {
    var parsed = ProfileParser.parse(Path.of("p.toml"), "p", text, false, problems);
    assertEquals(List.of(), problems.list());
    return parsed.orElseThrow().profile();
  }

  private List<String> messages(String text) {
    assertTrue(ProfileParser.parse(Path.of("p.toml"), "p", text, false, problems).isEmpty());
    return problems.list().stream().map(Problem::toString).toList();
  }

  @Test
  void expandsAGenericRegisterList() {
    Profile profile =
        parse(
            """
            part = "nobody has heard of it"
            bus = "modbus"

            [[channel]]
            name = "r{address}"
            count = 50
            address = 0
            table = "holding"
            format = "u16"
            quantity = "raw"
            """);
    assertEquals(50, profile.channels().size());
    assertEquals("r49", profile.channels().getLast().name());
    assertEquals(49, ((ModbusProfile) profile).fields().getLast().address());
  }

  @Test
  void numbersChannelsFromOneOn() {
    Profile profile =
        parse(
            """
            part = "meter"
            bus = "modbus"
            table = "input"
            [[channel]]
            name = "voltage-l{n}"
            count = 3
            address = 10
            format = "f32"
            quantity = "voltage"
            """);
    assertEquals(
        List.of("voltage-l1 10", "voltage-l2 12", "voltage-l3 14"),
        ((ModbusProfile) profile)
            .fields().stream().map(f -> f.channel().name() + " " + f.address()).toList());
  }

  @Test
  void refusesANumberLongerThanARequestMayBe() {
    assertEquals(
        List.of("p.toml: \"max_registers\" is too small for the longest number of the profile"),
        messages(
            """
            part = "meter"
            bus = "modbus"
            table = "input"
            requests = { max_registers = 1 }
            [[channel]]
            name = "v"
            address = 10
            format = "f32"
            quantity = "voltage"
            """));
  }

  @Test
  void convertsUnitsAndScalesExactly() {
    Profile profile =
        parse(
            """
            part = "meter"
            bus = "modbus"
            table = "input"
            [[channel]]
            name = "energy"
            quantity = "energy"
            address = 0
            format = "u32"
            words = "low first"
            scale = 0.1
            unit = "kWh"
            [[channel]]
            name = "power"
            quantity = "power"
            address = 2
            format = "f32"
            unit = "kW"
            undefined = [0x7FC00000, -1.0]
            [[channel]]
            name = "speed"
            quantity = "temperature"
            address = 4
            format = "s16"
            fraction = 7
            [[channel]]
            name = "bits"
            quantity = "state"
            address = 5
            format = "u16"
            bits = "15..12"
            [[example]]
            address = 0
            reply = "00 7B 00 00  3F 80 00 00  FF 80 A1 23"
            expect = { energy = 44280000, power = 1000, speed = -1, bits = 10 }
            [[example]]
            address = 2
            reply = "BF 80 00 00"
            expect = { power = "undefined" }
            """);
    assertEquals(4, profile.channels().size());
  }

  @Test
  void reportsAnExampleThatContradictsTheProfile() {
    assertEquals(
        List.of("p.toml:9:1: the example's a should be 2.0 and is 1.0"),
        messages(
            """
            part = "x"
            bus = "modbus"
            [[channel]]
            name = "a"
            quantity = "raw"
            table = "coil"
            address = 7

            [[example]]
            table = "coil"
            address = 0
            reply = "80"
            expect = { a = 2 }
            """));
  }
}
