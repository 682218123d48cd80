package rackpulse.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.bus.BusSettings;
import rackpulse.config.Configuration;
import rackpulse.config.ConfigurationFile;
import rackpulse.config.Profiles;
import rackpulse.reload.Probation.Verdict;
import rackpulse.sensor.DeviceSettings;
import rackpulse.verdict.Outcomes.Tally;

class ProbationTest {
  private static final Duration LENGTH = Duration.ofMinutes(2);
  private static final long SECOND = 1_000_000_000;
  private static final String AGENT = "[agent]\nid = \"a\"\nsite = \"s\"\nrack = \"r\"\n";
  private static final String A = AGENT + bus("x", 1) + device("a", "x", 1) + device("b", "x", 2);

  @TempDir private Path directory = Path.of("");
  private final Probation probation = new Probation();

  private static String bus(String name, int host) {
    return "[bus.%s]\nkind = \"modbus-tcp\"\nhost = \"192.0.2.%d\"\n".formatted(name, host);
  }

  private static String device(String name, String bus, int unit) {
    return "[device.%s]\nbus = \"%s\"\nprofile = \"sdm630\"\nunit = %d\nevery = \"2 s\"\n"
        .formatted(name, bus, unit);
  }

  private Configuration configuration(String text) throws Exception {
    Path file = Files.writeString(directory.resolve("rackpulse.toml"), text);
    return ConfigurationFile.load(file, new Profiles(List.of()), Map.of());
  }

  private void change(String from, String to, Map<String, Tally> tallies, long seconds)
      throws Exception {
    Configuration before = configuration(from);
    probation.begin(Plan.of(before, configuration(to)), before, tallies, seconds * SECOND);
  }

  private Optional<Verdict> judge(Map<String, Tally> tallies, long seconds) {
    return probation.judge(tallies, LENGTH, seconds * SECOND);
  }

  private static Map<String, Tally> both(int polls, int failures) {
    return Map.of("a", new Tally(polls, failures), "b", new Tally(polls, 0));
  }

  @Test
  void aBusThatDoesWorseIsToldBeforeTheTimeIsOver() throws Exception {
    change(A, A.replace("192.0.2.1", "192.0.2.9"), both(64, 2), 0);
    assertEquals(Optional.empty(), judge(both(20, 20), 29), "the first quarter proves nothing");
    Verdict verdict = judge(both(20, 20), 30).orElseThrow();
    assertEquals("x", verdict.bus());
    assertEquals(
        "since the reload 20 of 40 polls on bus x gave nothing, before it 2 of 128",
        verdict.text());
    assertTrue(probation.isEmpty(), "once");
  }

  @Test
  void aBusThatDoesAsWellAsBeforePasses() throws Exception {
    change(A, A.replace("192.0.2.1", "192.0.2.9"), both(64, 60), 0);
    assertEquals(Optional.empty(), judge(both(60, 60), 119), "no worse than it was");
    assertEquals(Optional.empty(), judge(both(60, 60), 120));
    assertTrue(probation.isEmpty());
  }

  @Test
  void singleFailuresProveNothing() throws Exception {
    change(A, A.replace("192.0.2.1", "192.0.2.9"), both(64, 0), 0);
    assertEquals(Optional.empty(), judge(both(5, 2), 60), "2 of 10");
    assertEquals(Optional.empty(), judge(both(60, 12), 60), "a tenth");
    assertTrue(judge(both(60, 13), 60).isPresent());
  }

  @Test
  void aSlowBusIsJudgedAtTheEnd() throws Exception {
    Map<String, Tally> silent = Map.of("a", new Tally(1, 1), "b", new Tally(1, 1));
    change(A, A.replace("192.0.2.1", "192.0.2.9"), both(64, 0), 0);
    assertEquals(Optional.empty(), judge(silent, 119));
    assertTrue(judge(silent, 120).isPresent());
  }

  @Test
  void aNewDeviceThatIsSilentHarmsNobody() throws Exception {
    change(A, A + device("c", "x", 3), both(64, 0), 0);
    Map<String, Tally> tallies =
        Map.of("a", new Tally(60, 0), "b", new Tally(60, 0), "c", new Tally(60, 60));
    assertEquals(Optional.empty(), judge(tallies, 60));
  }

  @Test
  void whereAllDevicesAreNewTheWholeBusIsCompared() throws Exception {
    change(A, A.replace("device.a", "device.c").replace("device.b", "device.d"), both(64, 0), 0);
    Map<String, Tally> tallies = Map.of("c", new Tally(60, 60), "d", new Tally(60, 0));
    assertTrue(judge(tallies, 60).isPresent());
  }

  @Test
  void ofWhatNothingIsKnownNothingIsWorse() throws Exception {
    change(A, A.replace("192.0.2.1", "192.0.2.9"), Map.of(), 0);
    assertEquals(Optional.empty(), judge(both(60, 60), 60));
  }

  @Test
  void aSecondChangeIsMeasuredByWhatWasBeforeTheFirst() throws Exception {
    String first = A.replace("192.0.2.1", "192.0.2.8");
    change(A, first, both(64, 0), 0);
    change(first, A.replace("192.0.2.1", "192.0.2.9"), both(20, 20), 25);
    assertEquals(Optional.empty(), judge(both(60, 60), 50), "it has its time anew");
    Verdict verdict = judge(both(60, 60), 55).orElseThrow();
    assertEquals(configuration(A), verdict.old());
  }

  @Test
  void whoTakesTheChangeBackIsOnProbationNoMore() throws Exception {
    String first = A.replace("192.0.2.1", "192.0.2.8");
    change(A, first, both(64, 0), 0);
    change(first, A, both(20, 20), 25);
    assertTrue(probation.isEmpty());
  }

  @Test
  void keysOfPollingHaveNothingToGoBackTo() throws Exception {
    change(A, A + "[polling]\ndormant_after = 9\n", both(64, 0), 0);
    assertTrue(probation.isEmpty());
  }

  @Test
  void onlyTheBusThatDoesWorseGoesBack() throws Exception {
    String old = A + bus("y", 2) + device("c", "y", 3);
    String now =
        old.replace("192.0.2.1", "192.0.2.8").replace("192.0.2.2", "192.0.2.9")
            + "[limit.c.power-l1]\nalarm_high = 9\n";
    Configuration running = configuration(now);
    Restoration restoration = Restoration.of(running, configuration(old), "x").orElseThrow();
    assertEquals(Set.of("x"), restoration.buses());
    assertEquals(
        Set.of("x"), Plan.of(running, restoration.configuration()).restarts(), "y is as it was");
    BusSettings first = restoration.configuration().buses().getFirst();
    assertEquals(configuration(old).buses().getFirst(), first);
    assertEquals(running.limits(), restoration.configuration().limits());
  }

  @Test
  void whatTheChangeBroughtGoesWithIt() throws Exception {
    String now =
        A.replace("device.b", "device.c")
            + "[limit.c.power-l1]\nalarm_high = 9\n"
            + "[derived.sum]\nsum = [\"a.power-l1\", \"c.power-l1\"]\n";
    Configuration running = configuration(now);
    Configuration restored =
        Restoration.of(running, configuration(A), "x").orElseThrow().configuration();
    assertEquals(configuration(A).devices(), restored.devices());
    assertEquals(List.of(), restored.limits());
    assertEquals(List.of(), restored.derived());
  }

  @Test
  void busesThatHaveExchangedDevicesGoBackTogether() throws Exception {
    String old = A + bus("y", 2) + device("c", "y", 3) + bus("z", 3) + device("d", "z", 4);
    String now =
        AGENT
            + bus("x", 9)
            + device("a", "x", 1)
            + bus("y", 2)
            + device("c", "y", 3)
            + device("b", "y", 2)
            + bus("z", 3)
            + device("d", "z", 5);
    Configuration running = configuration(now);
    Restoration restoration = Restoration.of(running, configuration(old), "x").orElseThrow();
    assertEquals(Set.of("x", "y"), restoration.buses());
    List<DeviceSettings> devices = restoration.configuration().devices();
    assertEquals(4, devices.stream().map(DeviceSettings::name).distinct().count());
    assertEquals(4, devices.size());
  }

  @Test
  void aWireThatAnotherBusHasNowIsNotTakenFromIt() throws Exception {
    String now = A.replace("192.0.2.1", "192.0.2.9") + bus("new", 1) + device("c", "new", 3);
    assertEquals(Optional.empty(), Restoration.of(configuration(now), configuration(A), "x"));
    List<String> names = configuration(now).buses().stream().map(BusSettings::name).toList();
    assertEquals(List.of("x", "new"), names);
  }
}
