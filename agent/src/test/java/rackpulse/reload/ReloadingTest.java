package rackpulse.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.config.Configuration;
import rackpulse.config.ConfigurationException;
import rackpulse.config.ConfigurationFile;
import rackpulse.config.Profiles;
import rackpulse.engine.Clocks;
import rackpulse.mqtt.MqttSettings;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Health.Reload;
import rackpulse.telemetry.Stamp;
import rackpulse.verdict.Outcomes.Tally;

@Timeout(30)
class ReloadingTest {
  private static final String RACK =
      """
      [agent]
      id = "a"
      site = "s"
      rack = "r"
      [bus.power]
      kind = "modbus-tcp"
      host = "192.0.2.1"
      [device.pdu]
      bus = "power"
      profile = "sdm630"
      unit = 3
      every = "2 s"
      """;

  @TempDir Path directory;

  private Path file = Path.of("");
  private final Noting agent = new Noting();
  private final Time time = new Time();
  private Runnable whileSettling = () -> {};
  private boolean isBroken;

  @BeforeEach
  void writeTheFile() throws Exception {
    file = Files.writeString(directory.resolve("rackpulse.toml"), RACK);
  }

  private Reloading reloading() throws ConfigurationException {
    return new Reloading(load(), new Folder(), time);
  }

  private Configuration load() throws ConfigurationException {
    return ConfigurationFile.load(file, new Profiles(List.of()), Map.of());
  }

  @Test
  void onlyWhatDiffersIsTouched() throws Exception {
    Reloading reloading = reloading();
    Files.writeString(file, RACK.replace("192.0.2.1", "192.0.2.2"));
    reloading.request("SIGHUP");
    reloading.work(agent);
    assertEquals(List.of("reloading", "apply [power]", "tell", "ready"), agent.told);
    Reload reload = reloading.latest().orElseThrow();
    assertEquals("applied", reload.outcome());
    assertEquals("SIGHUP", reload.origin());
    assertEquals("bus power: changed, restarts (its own keys)", reload.text());
  }

  @Test
  void theSameAgainIsNothing() throws Exception {
    Reloading reloading = reloading();
    reloading.request("SIGHUP");
    reloading.work(agent);
    assertEquals(List.of("reloading", "tell", "ready"), agent.told);
    String text = reloading.latest().orElseThrow().text();
    assertEquals("nothing changes while the agent runs", text);
  }

  @Test
  void aSecondReloadIsComparedWithTheFirst() throws Exception {
    Reloading reloading = reloading();
    Files.writeString(file, RACK.replace("192.0.2.1", "192.0.2.2"));
    reloading.request("SIGHUP");
    reloading.work(agent);
    reloading.request("SIGHUP");
    reloading.work(agent);
    assertEquals(1, agent.told.stream().filter(each -> each.startsWith("apply")).count());
  }

  @Test
  void requestsThatWaitAreAnsweredTogether() throws Exception {
    Reloading reloading = reloading();
    List<String> answers = new ArrayList<>();
    reloading.request("SIGHUP");
    reloading.request("command", reload -> answers.add(reload.outcome()));
    reloading.work(agent);
    assertEquals(List.of("applied"), answers);
    assertEquals(1, agent.told.stream().filter("reloading"::equals).count());
  }

  @Test
  void tooManyRequestsAreTurnedAway() throws Exception {
    Reloading reloading = reloading();
    int taken = 0;
    while (reloading.request("command", _ -> {})) {
      taken++;
      assertTrue(taken < 100);
    }
    reloading.work(agent);
    assertTrue(reloading.request("command", _ -> {}), "room again");
  }

  @Test
  void whatIsWrongIsToldAndNothingChanges() throws Exception {
    Reloading reloading = reloading();
    Files.writeString(file, RACK.replace("sdm630", "sdm603").replace("[bus", "nonsense = 1\n[bus"));
    reloading.request("SIGHUP");
    reloading.work(agent);
    assertEquals(List.of("reloading", "tell", "ready"), agent.told);
    Reload reload = reloading.latest().orElseThrow();
    assertEquals("refused", reload.outcome());
    assertEquals(2, reload.problems().size());
    Health.Problem first = reload.problems().getFirst();
    assertEquals(file.toString(), first.file());
    assertEquals(5, first.line());
    String second = reload.problems().getLast().message();
    assertTrue(second.contains("did you mean \"sdm630\"?"), second);
    assertTrue(reload.text().contains("nothing is changed: 2 problems"), reload.text());
    Files.writeString(file, RACK);
    reloading.request("SIGHUP");
    reloading.work(agent);
    assertEquals("nothing changes while the agent runs", reloading.latest().orElseThrow().text());
  }

  @Test
  void aFileThatIsGoneChangesNothing() throws Exception {
    Reloading reloading = reloading();
    Files.delete(file);
    reloading.request("SIGHUP");
    reloading.work(agent);
    assertEquals("refused", reloading.latest().orElseThrow().outcome());
    assertEquals(List.of("reloading", "tell", "ready"), agent.told);
  }

  @Test
  void aFileThatIsBeingWrittenIsWaitedFor() throws Exception {
    Reloading reloading = reloading();
    String pdu = RACK.substring(RACK.indexOf("[device"));
    String whole = RACK + pdu.replace("pdu", "meter").replace("unit = 3", "unit = 4");
    List<String> steps = new ArrayList<>(List.of(whole.substring(0, RACK.indexOf("every")), whole));
    whileSettling =
        () -> {
          if (!steps.isEmpty()) {
            write(steps.removeFirst());
          }
        };
    reloading.request("SIGHUP");
    reloading.work(agent);
    assertEquals("applied", reloading.latest().orElseThrow().outcome());
    assertEquals(2, agent.running().devices().size());
  }

  @Test
  void aFileThatNeverRestsIsRefused() throws Exception {
    Reloading reloading = reloading();
    StringBuilder text = new StringBuilder(RACK);
    whileSettling = () -> write(text.append("# more\n").toString());
    reloading.request("SIGHUP");
    reloading.work(agent);
    Reload reload = reloading.latest().orElseThrow();
    assertEquals("refused", reload.outcome());
    assertTrue(reload.text().contains("changes all the time"), reload.text());
  }

  @Test
  void aFaultOfTheParserEndsNothing() throws Exception {
    Reloading reloading = reloading();
    whileSettling = () -> isBroken = true;
    reloading.request("SIGHUP");
    reloading.work(agent);
    assertEquals("refused", reloading.latest().orElseThrow().outcome());
    assertEquals(List.of("reloading", "tell", "ready"), agent.told);
  }

  @Test
  void theSessionIsRenewedAlone() throws Exception {
    Reloading reloading = reloading();
    Files.writeString(file, RACK + "[mqtt]\nurl = \"mqtt://localhost:1884\"\n");
    reloading.request("SIGHUP");
    reloading.work(agent);
    assertEquals(
        List.of("reloading", "session mqtt://localhost:1884", "tell", "ready"), agent.told);
  }

  @Test
  void aBusThatDoesWorseGetsItsOldConfigurationBack() throws Exception {
    Reloading reloading = reloading();
    Files.writeString(file, RACK.replace("192.0.2.1", "192.0.2.2"));
    agent.tallies = Map.of("pdu", new Tally(64, 0));
    reloading.request("SIGHUP");
    reloading.work(agent);
    agent.tallies = Map.of("pdu", new Tally(20, 20));
    reloading.look(agent);
    assertEquals("applied", reloading.latest().orElseThrow().outcome(), "too early");
    time.nanos += 60_000_000_000L;
    reloading.look(agent);
    Reload reload = reloading.latest().orElseThrow();
    assertEquals("restored", reload.outcome());
    assertEquals("probation", reload.origin());
    assertEquals(
        "since the reload 20 of 20 polls on bus power gave nothing, before it 0 of 64: the old"
            + " configuration is back for bus power until the next reload",
        reload.text());
    assertTrue(agent.running().buses().toString().contains("192.0.2.1"));
    assertEquals(List.of("apply [power]", "tell"), agent.told.subList(4, 6));
    reloading.request("SIGHUP");
    reloading.work(agent);
    assertTrue(agent.running().buses().toString().contains("192.0.2.2"), "as the operator wants");
  }

  @Test
  void aBusWhoseWireIsTakenStaysAsItIs() throws Exception {
    Reloading reloading = reloading();
    Files.writeString(
        file,
        RACK.replace("192.0.2.1", "192.0.2.2")
            + RACK.substring(RACK.indexOf("[bus")).replace("power", "new").replace("pdu", "two"));
    agent.tallies = Map.of("pdu", new Tally(64, 0));
    reloading.request("SIGHUP");
    reloading.work(agent);
    agent.tallies = Map.of("pdu", new Tally(20, 20));
    time.nanos += 60_000_000_000L;
    reloading.look(agent);
    assertEquals("kept", reloading.latest().orElseThrow().outcome());
    assertEquals(1, agent.told.stream().filter(each -> each.startsWith("apply")).count());
  }

  @Test
  void withoutProbationNothingComesBack() throws Exception {
    String never = RACK.replace("id = \"a\"", "id = \"a\"\nprobation = \"0 s\"");
    Reloading reloading = reloading();
    Files.writeString(file, never.replace("192.0.2.1", "192.0.2.2"));
    agent.tallies = Map.of("pdu", new Tally(64, 0));
    reloading.request("SIGHUP");
    reloading.work(agent);
    agent.tallies = Map.of("pdu", new Tally(20, 20));
    time.nanos += 60_000_000_000L;
    reloading.look(agent);
    assertEquals("applied", reloading.latest().orElseThrow().outcome());
  }

  @Test
  void whatWaitsForARestartIsToldAgainAndAgain() throws Exception {
    Reloading reloading = reloading();
    Files.writeString(file, RACK.replace("rack = \"r\"", "rack = \"other\""));
    for (int i = 0; i < 2; i++) {
      reloading.request("SIGHUP");
      reloading.work(agent);
      assertEquals(List.of("agent.rack"), reloading.latest().orElseThrow().later());
    }
  }

  private void write(String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// The file of the test.
  private final class Folder implements Reloading.Source {
    @Override
    public Configuration load() throws ConfigurationException {
      if (isBroken) {
        throw new IllegalStateException("a broken invariant");
      }
      return ReloadingTest.this.load();
    }

    @Override
    public String fingerprint() {
      try {
        return Files.readString(file);
      } catch (IOException e) {
        return "gone";
      }
    }
  }

  /// A clock that moves when somebody sleeps, while the test does something.
  private final class Time implements Clocks {
    private long nanos;

    @Override
    public long nanos() {
      return nanos;
    }

    @Override
    public Stamp stamp() {
      return new Stamp(Instant.EPOCH.plusNanos(nanos), nanos, true);
    }

    @Override
    public Stamp corrected(Stamp stamp) {
      return stamp;
    }

    @Override
    public void sleepUntil(long deadlineNanos) {
      nanos = deadlineNanos;
      whileSettling.run();
    }
  }

  /// An agent that notes what is done to it.
  private static final class Noting implements Reloading.Agent {
    final List<String> told = new ArrayList<>();
    Map<String, Tally> tallies = Map.of();
    private final List<Configuration> applied = new ArrayList<>();

    Configuration running() {
      return applied.getLast();
    }

    @Override
    public void reloading() {
      told.add("reloading");
    }

    @Override
    public void ready() {
      told.add("ready");
    }

    @Override
    public void apply(Configuration next, Set<String> restarts) {
      applied.add(next);
      told.add("apply " + new TreeSet<>(restarts));
    }

    @Override
    public Map<String, Tally> tallies() {
      return tallies;
    }

    @Override
    public void renewSession(MqttSettings next) {
      told.add("session " + next.url());
    }

    @Override
    public void tell() {
      told.add("tell");
    }
  }
}
