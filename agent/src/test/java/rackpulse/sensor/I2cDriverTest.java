package rackpulse.sensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.Crc8;
import rackpulse.bus.ScriptedI2cBus;
import rackpulse.sensor.I2cProfile.Field;
import rackpulse.sensor.I2cProfile.Identity;
import rackpulse.sensor.I2cProfile.Step;
import rackpulse.sensor.I2cProfile.Table;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

class I2cDriverTest {
  private static final Stamp STAMP = new Stamp(Instant.EPOCH, 0, true);

  /// Identified, set up, started, waited for and read with checksums.
  private static final String FIRST_POLL =
      """
      0x44 W EF R 08 47 1C
      0x44 W 30 A2
      pause 2 ms
      0x44 W 24 00
      pause 16 ms
      0x44 R 66 66 93 80 00 A2
      """;

  private static final String NEXT_POLL =
      """
      0x44 W 24 00
      pause 16 ms
      0x44 R 33 33 88 FF FF AC
      """;

  private static Step step(String write, int pauseMillis, int read, int retries) {
    byte[] bytes = HexFormat.of().parseHex(write);
    return new Step(bytes, Duration.ofMillis(pauseMillis), read, retries);
  }

  private static Field field(String name, int word, Conversion conversion, List<Long> undefined) {
    ChannelProfile channel = new ChannelProfile(name, Quantity.TEMPERATURE, conversion, -40, 125);
    return new Field(channel, word, Encoding.of(Encoding.Format.U16), undefined);
  }

  private static I2cProfile profile() {
    Conversion conversion = new Conversion(-45, 175, 65535, 3);
    Identity identity =
        new Identity(
            List.of(step("EF", 0, 3, 0)),
            Optional.of(Crc8.SENSIRION),
            new byte[] {0x08, 0x3F},
            new byte[] {0x08, 0x07});
    Table table =
        new Table(
            List.of(step("30A2", 2, 0, 0)),
            List.of(step("2400", 16, 6, 2)),
            Optional.of(Crc8.SENSIRION),
            List.of(
                field("a", 0, conversion, List.of()), field("b", 1, conversion, List.of(0xFFFFL))));
    return new I2cProfile(
        new Profile.Header("part", "Part", "", true), List.of(0x44), Optional.of(identity), table);
  }

  private static Driver open(ScriptedI2cBus bus, String... channels) {
    DeviceSettings device =
        new DeviceSettings(
            "dev",
            "bus",
            profile(),
            0x44,
            Optional.empty(),
            Duration.ofSeconds(1),
            "",
            List.of(channels),
            Map.of());
    return Drivers.open(device, bus);
  }

  @Test
  void identifiesAndSetsUpOnceAndReadsEveryPoll() throws BusException {
    ScriptedI2cBus bus = new ScriptedI2cBus(FIRST_POLL + NEXT_POLL);
    Driver driver = open(bus);

    List<Sample> first = driver.read(STAMP);
    assertEquals(new Reading(driver.channels().get(0), STAMP, 25.0), first.get(0));
    assertEquals(new Reading(driver.channels().get(1), STAMP, 42.501), first.get(1));

    List<Sample> next = driver.read(STAMP);
    assertEquals(new Reading(driver.channels().get(0), STAMP, -10.0), next.get(0));
    assertEquals(new Gap(driver.channels().get(1), STAMP, Cause.UNDEFINED), next.get(1));
    bus.assertConsumed();
  }

  @Test
  void identifiesAgainAfterAReset() throws BusException {
    ScriptedI2cBus bus = new ScriptedI2cBus(FIRST_POLL + FIRST_POLL);
    Driver driver = open(bus);
    driver.read(STAMP);
    driver.reset();
    driver.read(STAMP);
    bus.assertConsumed();
  }

  @Test
  void failsWithTheBusWhereverItFailsAndIdentifiesAgainAfterwards() throws BusException {
    Map<String, Class<? extends BusException>> failures =
        Map.of(
            "corrupt", BusException.Corrupt.class,
            "down", BusException.Down.class);
    for (var failure : failures.entrySet()) {
      for (String script : ScriptedI2cBus.failingEverywhere(FIRST_POLL, failure.getKey())) {
        ScriptedI2cBus bus = new ScriptedI2cBus(script + "\n" + FIRST_POLL);
        Driver driver = open(bus);
        assertThrows(failure.getValue(), () -> driver.read(STAMP), script);
        assertEquals(2, driver.read(STAMP).size());
        bus.assertConsumed();
      }
    }
  }

  @Test
  void asksAgainWhileThePartIsBusy() throws BusException {
    String busy =
        FIRST_POLL.replace(
            "0x44 R 66 66", "0x44 R nak\npause 16 ms\n0x44 R refused\npause 16 ms\n0x44 R 66 66");
    ScriptedI2cBus bus = new ScriptedI2cBus(busy);
    assertEquals(2, open(bus).read(STAMP).size());
    bus.assertConsumed();
  }

  @Test
  void givesUpOnAPartThatStaysBusy() {
    String busy =
        FIRST_POLL.replace(
            "0x44 R 66 66 93 80 00 A2",
            "0x44 R nak\npause 16 ms\n0x44 R nak\npause 16 ms\n0x44 R nak");
    ScriptedI2cBus bus = new ScriptedI2cBus(busy);
    assertThrows(BusException.NoAnswer.class, () -> open(bus).read(STAMP));
    bus.assertConsumed();
  }

  @Test
  void believesNothingWhenAChecksumIsWrong() {
    for (String good : List.of("08 47 1C", "66 66 93", "80 00 A2")) {
      String bad = good.substring(0, 6) + "00";
      ScriptedI2cBus bus = new ScriptedI2cBus(FIRST_POLL.replace(good, bad));
      BusException.Corrupt corrupt =
          assertThrows(BusException.Corrupt.class, () -> open(bus).read(STAMP));
      assertTrue(corrupt.evidence().length > 0);
    }
  }

  @Test
  void namesAPartOfAnotherMake() {
    ScriptedI2cBus bus = new ScriptedI2cBus("0x44 W EF R F0 02 FB");
    BusException.WrongSender wrong =
        assertThrows(BusException.WrongSender.class, () -> open(bus).read(STAMP));
    assertEquals(
        "another part than its profile describes: address 0x44 identifies as F0 02, profile"
            + " \"part\" expects 08 07 in the bits 08 3F; check the profile, the address and the"
            + " wiring",
        wrong.getMessage());
    bus.assertConsumed();
  }

  @Test
  void deliversOnlyTheChannelsWanted() throws BusException {
    Driver driver = open(new ScriptedI2cBus(FIRST_POLL), "b");
    assertEquals(List.of("b"), driver.channels().stream().map(c -> c.name()).toList());
    List<Sample> samples = driver.read(STAMP);
    assertEquals(List.of(new Reading(driver.channels().getFirst(), STAMP, 42.501)), samples);
  }
}
