package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rackpulse.tests.scenario.Expectation;
import rackpulse.tests.scenario.Peers;
import rackpulse.tests.scenario.Scenario;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Witness;

/// Runs every folder of `scenarios/`: the agent on its wire, a subscriber that sees what must
/// appear. A new scenario is a folder.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
class ScenarioIT {
  private static final Path SCENARIOS = Path.of("src/test/resources/scenarios");

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private static Path shared;
  private BrokerProcess broker;

  static Stream<Scenario> scenarios() throws IOException {
    return Scenario.all(SCENARIOS);
  }

  @BeforeAll
  void startBroker() throws IOException, InterruptedException {
    broker = BrokerProcess.start(shared);
  }

  @AfterAll
  void stopBroker() {
    broker.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void showsWhatIsExpected(Scenario scenario) throws Exception {
    Path directory = Files.createDirectory(shared.resolve(scenario.name()));
    scenario.copyTo(directory);
    Path csv = directory.resolve("slave.csv");
    Registers registers = Registers.parse(Files.exists(csv) ? Files.readString(csv) : "");
    try (Peers peers = new Peers(directory, registers)) {
      String configuration =
          scenario
              .text("agent.toml")
              .replace("${name}", scenario.name())
              .replace("${broker}", broker.url())
              .replace("${dir}", directory.toString());
      Files.writeString(directory.resolve("agent.toml"), peers.start(configuration));
      Optional<String> refusal = scenario.refusal();
      if (refusal.isPresent()) {
        assertRefuses(directory, refusal.get());
      } else {
        assertShows(scenario, directory);
      }
    }
  }

  private static AgentProcess start(Path directory) throws IOException {
    return AgentProcess.start(directory, "run", "--config", "agent.toml", "--profiles", "profiles");
  }

  private static void assertRefuses(Path directory, String refusal) throws Exception {
    try (AgentProcess agent = start(directory)) {
      assertEquals(78, agent.exitCode(), agent::transcript);
      assertEquals(refusal.strip(), String.join("\n", agent.err()).strip());
    }
  }

  private void assertShows(Scenario scenario, Path directory) throws Exception {
    String rack = "dc/v1/test/" + scenario.name() + "/";
    try (Witness witness = Witness.subscribe(broker, directory, rack + "#");
        AgentProcess agent = start(directory)) {
      witness.blame(agent);
      for (Expectation expectation : scenario.expectations()) {
        for (String topic : expectation.topics()) {
          await(rack + topic, expectation, witness);
        }
      }
      agent.signal("TERM");
      assertEquals(0, agent.exitCode(), agent::transcript);
    }
  }

  /// Waits for what is expected on `topic`. A poll that was made before there was a connection, and
  /// is not the latest of its device, arrives on another topic.
  private static void await(String topic, Expectation expectation, Witness witness)
      throws InterruptedException {
    String late = topic.endsWith("/readings") ? topic.replaceFirst("readings$", "backlog") : topic;
    Await.until(
        PATIENCE,
        expectation.line() + " on " + topic,
        () ->
            witness.messages().stream()
                .filter(message -> message.topic().equals(topic) || message.topic().equals(late))
                .anyMatch(expectation::isMetBy),
        () -> witness.evidence(topic));
  }
}
