package rackpulse.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.config.Configuration;
import rackpulse.config.ConfigurationFile;
import rackpulse.config.Problems;
import rackpulse.config.Profiles;
import rackpulse.reload.Plan.Change;
import rackpulse.reload.Plan.Fate;
import rackpulse.sensor.Profile;

class PlanTest {
  private static final String RACK =
      """
      [agent]
      id = "a"
      site = "s"
      rack = "r"
      [mqtt]
      url = "mqtt://localhost:1883"
      [spool]
      max_bytes = "64 MiB"
      [bus.power]
      kind = "modbus-tcp"
      host = "192.0.2.1"
      [bus.front]
      kind = "i2c"
      device = "/dev/i2c-1"
      [device.pdu]
      bus = "power"
      profile = "sdm630"
      unit = 3
      every = "2 s"
      [device.meter]
      bus = "power"
      profile = "sdm630"
      unit = 4
      every = "2 s"
      [device.inlet]
      bus = "front"
      profile = "sht4x"
      address = 0x44
      [derived.sum]
      sum = ["pdu.power-l1", "meter.power-l1"]
      [limit.inlet.temperature]
      alarm_high = 40
      """;

  @TempDir Path directory;

  private Configuration configuration(String text) throws Exception {
    Path file = Files.writeString(directory.resolve("rackpulse.toml"), text);
    return ConfigurationFile.load(file, new Profiles(List.of(directory)), Map.of());
  }

  /// The plan when each `before` of [#RACK] is replaced by the text that follows it.
  private Plan plan(String... replacements) throws Exception {
    String text = RACK;
    for (int i = 0; i < replacements.length; i += 2) {
      assertTrue(text.contains(replacements[i]), replacements[i]);
      text = text.replace(replacements[i], replacements[i + 1]);
    }
    return Plan.of(configuration(RACK), configuration(text));
  }

  @Test
  void theSameFileReadTwiceChangesNothing() throws Exception {
    Plan plan = plan();
    assertTrue(plan.isEmpty(), plan.toString());
    assertEquals(List.of("nothing changes while the agent runs"), plan.lines());
  }

  @Test
  void noShippedProfileDiffersFromItself() {
    for (String id : new Profiles(List.of()).ids()) {
      assertEquals(profile(id), profile(id), id);
      assertEquals(profile(id).hashCode(), profile(id).hashCode(), id);
    }
  }

  private static Profile profile(String id) {
    return new Profiles(List.of()).find(id, new Problems()).orElseThrow();
  }

  @Test
  void anotherOrderInTheFileRestartsNoBus() throws Exception {
    String pdu = RACK.substring(RACK.indexOf("[device.pdu]"), RACK.indexOf("[device.meter]"));
    Plan plan = plan(pdu, "", "[derived.sum]", pdu + "[derived.sum]");
    assertTrue(plan.isEmpty(), plan.toString());
  }

  @Test
  void aBusRestartsAloneWhenItsOwnKeysChange() throws Exception {
    Plan plan = plan("192.0.2.1", "192.0.2.2");
    assertEquals(List.of(new Change(Fate.CHANGED, "power", "its own keys")), plan.buses());
    assertEquals(List.of(), plan.devices());
    assertFalse(plan.session() || plan.analysis());
    assertEquals(Set.of("power"), plan.restarts());
    assertEquals(List.of("bus power: changed, restarts (its own keys)"), plan.lines());
  }

  @Test
  void aDeviceThatMovesRestartsBothBuses() throws Exception {
    Plan plan =
        plan(
            "[device.meter]\nbus = \"power\"",
            "[device.meter]\nbus = \"other\"",
            "[bus.front]",
            "[bus.other]\nkind = \"modbus-tcp\"\nhost = \"192.0.2.9\"\n[bus.front]");
    assertEquals(
        List.of(
            new Change(Fate.CHANGED, "power", "its devices"), new Change(Fate.ADDED, "other", "")),
        plan.buses());
    assertEquals(List.of(new Change(Fate.CHANGED, "meter", "other")), plan.devices());
  }

  @Test
  void aRenamedDeviceIsOneThatGoesAndOneThatComes() throws Exception {
    Plan plan = plan("device.inlet", "device.door", "limit.inlet", "limit.door");
    assertEquals(List.of(new Change(Fate.CHANGED, "front", "its devices")), plan.buses());
    assertEquals(
        List.of(
            new Change(Fate.REMOVED, "inlet", "front"), new Change(Fate.ADDED, "door", "front")),
        plan.devices());
  }

  @Test
  void aBusThatIsNoMoreEnds() throws Exception {
    String front = RACK.substring(RACK.indexOf("[bus.front]"), RACK.indexOf("[device.pdu]"));
    String inlet = RACK.substring(RACK.indexOf("[device.inlet]"), RACK.indexOf("[derived.sum]"));
    String limit = RACK.substring(RACK.indexOf("[limit."));
    Plan plan = plan(front, "", inlet, "", limit, "");
    assertEquals(List.of(new Change(Fate.REMOVED, "front", "")), plan.buses());
    assertEquals(List.of(new Change(Fate.REMOVED, "inlet", "front")), plan.devices());
  }

  @Test
  void limitsAndComputedDevicesRestartNoBus() throws Exception {
    Plan limit = plan("alarm_high = 40", "alarm_high = 41");
    assertEquals(List.of(), limit.buses());
    assertTrue(limit.analysis());
    assertEquals(
        List.of("limits or models: changed; what is unchanged among them goes on"), limit.lines());
    Plan derived = plan("[derived.sum]", "[derived.total]");
    assertEquals(List.of(), derived.buses());
    assertEquals(
        List.of(new Change(Fate.REMOVED, "sum", ""), new Change(Fate.ADDED, "total", "")),
        derived.devices());
  }

  @Test
  void pollingKeysRestartEveryBus() throws Exception {
    Plan plan = plan("[bus.power]", "[polling]\ndormant_after = 9\n[bus.power]");
    assertEquals(Set.of("power", "front"), plan.restarts());
    assertEquals(9, plan.next().engine().dormantAfter());
  }

  @Test
  void theBrokersKeysRenewTheSessionAlone() throws Exception {
    Plan plan = plan("localhost:1883", "localhost:1884");
    assertTrue(plan.session());
    assertEquals(List.of("broker: the session is renewed"), plan.lines());
  }

  @Test
  void aChangedProfileRestartsTheBusOfItsDevices() throws Exception {
    String rack = RACK.replace("profile = \"sht4x\"", "profile = \"own\"");
    String profile =
        """
        part = "Own"
        bus = "i2c"
        addresses = [0x44]
        steps = [ { write = [0xFD], pause = "9 ms", read = 4 } ]
        [[channel]]
        name = "temperature"
        quantity = "temperature"
        word = 0
        format = "u16"
        """;
    Files.writeString(directory.resolve("own.toml"), profile);
    Configuration before = configuration(rack);
    Files.writeString(directory.resolve("own.toml"), profile.replace("0xFD", "0xFE"));
    Plan plan = Plan.of(before, configuration(rack));
    assertEquals(List.of(new Change(Fate.CHANGED, "front", "its devices")), plan.buses());
    assertEquals(List.of(new Change(Fate.CHANGED, "inlet", "front")), plan.devices());
  }

  @Test
  void whatCannotChangeLiveIsToldAndKept() throws Exception {
    Plan plan =
        plan(
            "site = \"s\"",
            "site = \"t\"\nprobation = \"9 s\"\nhealth_every = \"7 s\"\nstop_within = \"9 s\"",
            "[mqtt]",
            "[mqtt]\nprefix = \"else\"",
            "64 MiB",
            "65 MiB");
    assertTrue(plan.isEmpty(), plan.toString());
    assertEquals(
        List.of("agent.site", "agent.stop_within", "mqtt.prefix", "[spool]"), plan.later());
    assertEquals("s", plan.next().agent().site());
    assertEquals("dc/v1", plan.next().mqtt().prefix());
    assertEquals(64 << 20, plan.next().spool().maxBytes());
    assertEquals(Duration.ofMillis(1500), plan.next().engine().stopWithin());
    assertEquals(Duration.ofSeconds(9), plan.next().agent().probation(), "counts at once");
    assertEquals(Duration.ofSeconds(7), plan.next().engine().healthEvery(), "counts at once");
    assertEquals(
        List.of(
            "nothing changes while the agent runs",
            "only after a restart of the agent: agent.site, agent.stop_within, mqtt.prefix,"
                + " [spool]"),
        plan.lines());
  }
}
