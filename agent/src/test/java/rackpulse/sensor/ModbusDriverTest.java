package rackpulse.sensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.sensor.Encoding.Format;
import rackpulse.sensor.ModbusProfile.Field;
import rackpulse.sensor.ModbusProfile.Identity;
import rackpulse.sensor.ModbusProfile.RequestLimits;
import rackpulse.sensor.ModbusProfile.Table;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

class ModbusDriverTest {
  private static final Stamp STAMP = new Stamp(Instant.EPOCH, 1, true);

  private final ScriptedModbusBus bus = new ScriptedModbusBus();

  @Test
  void readsEveryChannelInTheOrderOfTheProfile() throws BusException {
    bus.hold(0, 0x4366, 0x0000).hold(10, 0xFF80).set(7);
    Field power = field("power", Table.INPUT, 0, Encoding.of(Format.F32));
    Field relay = field("relay", Table.COIL, 7, Encoding.of(Format.BIT));
    Field raw = field("raw", Table.HOLDING, 10, Encoding.of(Format.S16));
    ModbusDriver driver = driver(List.of(raw, relay, power), RequestLimits.DEFAULT);

    assertEquals(List.of("raw -128.0", "relay 1.0", "power 230.0"), told(driver.read(STAMP)));
    assertEquals(List.of("raw", "relay", "power"), names(driver));
    assertEquals(List.of("coil 7+1", "holding 10+1", "input 0+2"), bus.requests);
  }

  @Test
  void readsOnlyTheChannelsThatAreWanted() throws BusException {
    bus.hold(0, 1).hold(100, 2);
    ModbusProfile profile = profile(List.of(u16("a", 0), u16("b", 100)), RequestLimits.DEFAULT);
    ModbusDriver driver = new ModbusDriver(bus, settings(profile, List.of("b")), profile);

    assertEquals(List.of("b 2.0"), told(driver.read(STAMP)));
    assertEquals(List.of("input 100+1"), bus.requests);
  }

  @Test
  void stampsEverySample() throws BusException {
    bus.hold(0, 1);

    List<Sample> samples = driver(u16("a", 0), u16("b", 50)).read(STAMP);

    assertTrue(samples.stream().allMatch(sample -> sample.stamp().equals(STAMP)));
  }

  @Test
  void splitsASpanThatIsRefusedAndKeepsThePlanThatWorks() throws BusException {
    bus.hold(0, 1, 2).hold(4, 5, 6);
    ModbusDriver driver = driver(u16("a", 0), u16("b", 1), u16("c", 4), u16("d", 5));

    assertEquals(List.of("a 1.0", "b 2.0", "c 5.0", "d 6.0"), told(driver.read(STAMP)));
    assertEquals(List.of("input 0+6", "input 0+2", "input 4+2"), bus.requests);

    bus.requests.clear();
    driver.read(STAMP);
    assertEquals(List.of("input 0+2", "input 4+2"), bus.requests);

    bus.requests.clear();
    driver.reset();
    driver.read(STAMP);
    assertEquals(List.of("input 0+2", "input 4+2"), bus.requests);
  }

  @Test
  void splitsForEveryExceptionThatMeansNoSuchRegister() throws BusException {
    for (int code = 1; code <= 3; code++) {
      ScriptedModbusBus other = new ScriptedModbusBus().hold(0, 1).hold(2, 3);
      other.refuseWith(code);
      ModbusProfile profile = profile(List.of(u16("a", 0), u16("c", 2)), RequestLimits.DEFAULT);
      ModbusDriver driver = new ModbusDriver(other, settings(profile, List.of()), profile);

      assertEquals(List.of("a 1.0", "c 3.0"), told(driver.read(STAMP)));
    }
  }

  @Test
  void doesNotSplitForOtherExceptions() throws BusException {
    bus.hold(0, 1, 2, 3);
    bus.failAfter(0, new BusException.Refused("device busy", 6, new byte[0]));
    ModbusDriver driver = driver(u16("a", 0), u16("c", 2));

    assertEquals(List.of("a REFUSED", "c REFUSED"), told(driver.read(STAMP)));
    assertEquals(List.of("a 1.0", "c 3.0"), told(driver.read(STAMP)));
    assertEquals(List.of("input 0+3", "input 0+3"), bus.requests);
  }

  @Test
  void leavesOnlyTheMissingRegisterAsAGapAndAsksForItRarely() throws BusException {
    bus.hold(0, 1, 2, 3, 4);
    bus.remove(2);
    ModbusDriver driver = driver(u16("a", 0), u16("b", 1), u16("c", 2), u16("d", 3));

    assertEquals(List.of("a 1.0", "b 2.0", "c REFUSED", "d 4.0"), told(driver.read(STAMP)));
    bus.requests.clear();
    for (int poll = 1; poll < ModbusDriver.REASK_POLLS; poll++) {
      assertEquals("c REFUSED", told(driver.read(STAMP)).get(2));
    }
    assertEquals(0, asked("input 2+1"));

    driver.read(STAMP);
    assertEquals(1, asked("input 2+1"));
  }

  @Test
  void asksASeldomPolledDeviceForAMissingRegisterAgainAfterMinutes() throws BusException {
    bus.hold(0, 1, 2);
    bus.remove(1);
    ModbusDriver driver = driver(u16("a", 0), u16("b", 1));
    driver.read(STAMP);
    bus.hold(1, 2);
    bus.requests.clear();

    Stamp later =
        new Stamp(STAMP.at(), STAMP.monotonicNanos() + ModbusDriver.REASK_NANOS - 1, true);
    assertEquals(List.of("a 1.0", "b REFUSED"), told(driver.read(later)));
    assertEquals(0, asked("input 1+1"));
    later = new Stamp(STAMP.at(), STAMP.monotonicNanos() + ModbusDriver.REASK_NANOS, true);
    assertEquals(List.of("a 1.0", "b 2.0"), told(driver.read(later)));
  }

  @Test
  void asksADeviceThatRefusesEverythingAtEachPoll() throws BusException {
    ModbusDriver driver = driver(u16("a", 0), u16("b", 100));
    assertEquals(List.of("a REFUSED", "b REFUSED"), told(driver.read(STAMP)));
    bus.requests.clear();
    driver.read(STAMP);
    assertEquals(List.of("input 0+1"), bus.requests);
  }

  @Test
  void readsARefusedRegisterAgainOnceItIsThere() throws BusException {
    bus.hold(0, 1, 2);
    bus.remove(1);
    ModbusDriver driver = driver(u16("a", 0), u16("b", 1));
    assertEquals(List.of("a 1.0", "b REFUSED"), told(driver.read(STAMP)));

    bus.hold(1, 2);
    driver.reset();

    assertEquals(List.of("a 1.0", "b 2.0"), told(driver.read(STAMP)));
    assertEquals(List.of("a 1.0", "b 2.0"), told(driver.read(STAMP)));
  }

  @Test
  void asksForOneRefusedRegisterInEachPollAtMost() throws BusException {
    bus.hold(0, 1);
    ModbusDriver driver = driver(u16("a", 0), u16("b", 50), u16("c", 80), u16("d", 110));
    driver.read(STAMP);
    driver.reset();
    bus.requests.clear();

    driver.read(STAMP);
    assertEquals(List.of("input 0+1", "input 50+1"), bus.requests);
    bus.requests.clear();
    driver.read(STAMP);
    assertEquals(List.of("input 0+1", "input 80+1"), bus.requests);
  }

  @Test
  void failsAsAWholeWhenTheFirstRequestIsNotAnswered() {
    bus.hold(0, 1).hold(50, 2);
    bus.failAfter(0, new BusException.NoAnswer("silence"));
    ModbusDriver driver = driver(u16("a", 0), u16("b", 50));

    assertThrows(BusException.NoAnswer.class, () -> driver.read(STAMP));
    assertEquals(1, bus.requests.size());
  }

  @Test
  void asksForNothingMoreOnceTheDeviceFellSilent() throws BusException {
    bus.hold(0, 1).hold(50, 2).hold(100, 3);
    bus.failAfter(1, new BusException.NoAnswer("silence"));
    ModbusDriver driver = driver(u16("a", 0), u16("b", 50), u16("c", 100));

    assertEquals(List.of("a 1.0", "b NO_ANSWER", "c NO_ANSWER"), told(driver.read(STAMP)));
    assertEquals(2, bus.requests.size());
  }

  @Test
  void takesAGatewayThatCannotReachTheDeviceForSilence() {
    bus.failAfter(0, new BusException.Refused("gateway target failed", 11, new byte[0]));
    ModbusDriver driver = driver(u16("a", 0));

    assertThrows(BusException.NoAnswer.class, () -> driver.read(STAMP));
  }

  @Test
  void asksOnceMoreAfterADamagedAnswer() throws BusException {
    bus.hold(0, 1);
    bus.failAfter(0, new BusException.Corrupt("CRC", new byte[] {1}));
    ModbusDriver driver = driver(u16("a", 0));

    assertEquals(List.of("a 1.0"), told(driver.read(STAMP)));
    assertEquals(2, bus.requests.size());
  }

  @Test
  void leavesAGapAfterTwoDamagedAnswersAndReadsTheRest() throws BusException {
    bus.hold(0, 1).hold(50, 2);
    bus.failAfter(0, new BusException.Corrupt("CRC", new byte[] {1}));
    bus.failAfter(1, new BusException.Corrupt("CRC", new byte[] {1}));
    ModbusDriver driver = driver(u16("a", 0), u16("b", 50));

    assertEquals(List.of("a CORRUPT", "b 2.0"), told(driver.read(STAMP)));
    assertEquals(3, bus.requests.size());
  }

  @Test
  void leavesAGapWhenAnotherDeviceAnswered() throws BusException {
    bus.hold(0, 1).hold(50, 2);
    bus.failAfter(0, new BusException.WrongSender("unit 4", new byte[] {4}));
    ModbusDriver driver = driver(u16("a", 0), u16("b", 50));

    assertEquals(List.of("a WRONG_SENDER", "b 2.0"), told(driver.read(STAMP)));
  }

  @Test
  void failsAsAWholeWhenTheBusIsDown() {
    bus.hold(0, 1);
    bus.failAfter(1, new BusException.Down("unplugged"));
    ModbusDriver driver = driver(u16("a", 0), u16("b", 50));

    assertThrows(BusException.Down.class, () -> driver.read(STAMP));
  }

  @Test
  void believesNoValueOfAnotherPart() {
    bus.hold(0, 1).hold(8, 0x3730, 0x302D);
    ModbusDriver driver = driver(identity(0x4543, 0x4431), u16("a", 0));

    BusException wrong = assertThrows(BusException.WrongSender.class, () -> driver.read(STAMP));
    assertEquals(
        "psu: unit 3 is another part than its profile describes: holding registers from 0x0008 on"
            + " should hold \"ECD1\" and they hold \"700-\"; check the profile and the unit id",
        wrong.getMessage());
    assertEquals(List.of("holding 8+2"), bus.requests);
  }

  @Test
  void believesNoValueOfAPartWithoutTheRegistersThatTellIt() {
    bus.hold(0, 1);
    ModbusDriver driver = driver(identity(0x4543, 0x4431), u16("a", 0));

    assertThrows(BusException.WrongSender.class, () -> driver.read(STAMP));
  }

  @Test
  void checksTheIdentityBeforeTheFirstPollAndAfterEachReset() throws BusException {
    bus.hold(0, 1).hold(8, 0x4543, 0x4431);
    ModbusDriver driver = driver(identity(0x4543, 0x4431), u16("a", 0));

    driver.read(STAMP);
    driver.read(STAMP);
    assertEquals(List.of("holding 8+2", "input 0+1", "input 0+1"), bus.requests);

    bus.hold(8, 0);
    driver.read(STAMP);
    driver.reset();
    assertThrows(BusException.WrongSender.class, () -> driver.read(STAMP));
  }

  @Test
  void checksTheIdentityAgainWhenItCouldNotBeRead() throws BusException {
    bus.hold(0, 1).hold(8, 0x4543, 0x4431);
    bus.failAfter(0, new BusException.NoAnswer("silence"));
    ModbusDriver driver = driver(identity(0x4543, 0x4431), u16("a", 0));

    assertThrows(BusException.NoAnswer.class, () -> driver.read(STAMP));
    assertEquals(List.of("a 1.0"), told(driver.read(STAMP)));
    assertEquals(List.of("holding 8+2", "holding 8+2", "input 0+1"), bus.requests);
  }

  private ModbusDriver driver(Field... fields) {
    return driver(List.of(fields), RequestLimits.DEFAULT);
  }

  private ModbusDriver driver(List<Field> fields, RequestLimits limits) {
    ModbusProfile profile = profile(fields, limits);
    return new ModbusDriver(bus, settings(profile, List.of()), profile);
  }

  private ModbusDriver driver(Identity identity, Field field) {
    ModbusProfile bare = profile(List.of(field), RequestLimits.DEFAULT);
    ModbusProfile profile =
        new ModbusProfile(bare.header(), bare.requests(), Optional.of(identity), bare.fields());
    return new ModbusDriver(bus, settings(profile, List.of()), profile);
  }

  private static Identity identity(int first, int second) {
    return new Identity(Table.HOLDING, 8, List.of(first, second), "ECD1");
  }

  private static ModbusProfile profile(List<Field> fields, RequestLimits limits) {
    return new ModbusProfile(
        new Profile.Header("x", "X", "none", true), limits, Optional.empty(), fields);
  }

  private static DeviceSettings settings(ModbusProfile profile, List<String> channels) {
    return new DeviceSettings(
        "psu",
        "power",
        profile,
        3,
        Optional.empty(),
        Duration.ofSeconds(1),
        "",
        channels,
        Map.of());
  }

  private static Field u16(String name, int address) {
    return field(name, Table.INPUT, address, Encoding.of(Format.U16));
  }

  private static Field field(String name, Table table, int address, Encoding encoding) {
    ChannelProfile channel =
        new ChannelProfile(
            name,
            Quantity.NUMBER,
            Conversion.IDENTITY,
            Double.NEGATIVE_INFINITY,
            Double.POSITIVE_INFINITY);
    return new Field(channel, table, address, encoding, List.of());
  }

  private long asked(String request) {
    return bus.requests.stream().filter(request::equals).count();
  }

  private static List<String> names(Driver driver) {
    return driver.channels().stream().map(channel -> channel.name()).toList();
  }

  /// Each sample as its channel's name and its value or cause.
  private static List<String> told(List<Sample> samples) {
    List<String> told = new ArrayList<>();
    for (Sample sample : samples) {
      String what =
          switch (sample) {
            case Reading reading -> Double.toString(reading.value());
            case Gap(_, _, Cause cause) -> cause.name();
          };
      told.add(sample.channel().name() + " " + what);
    }
    return told;
  }
}
