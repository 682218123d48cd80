package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rackpulse.tests.support.AgentProcess;

/// What an operator sees who made a mistake: every problem with its place and remedy, on standard
/// error, and exit code 78. The cases are those of the unit tests, seen from outside.
@Execution(ExecutionMode.CONCURRENT)
class BadConfigurationIT {
  private static final Path CASES =
      Path.of("../agent/src/test/resources/bad-configurations").toAbsolutePath().normalize();
  private static final String PROFILES = CASES.resolve("profiles").toString();

  static Stream<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("expected.err")))
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList()
          .stream();
    }
  }

  @Test
  void thereAreTwentyCasesAtLeast() throws IOException {
    assertTrue(cases().count() >= 20);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isExplained(String name) throws Exception {
    Path folder = CASES.resolve(name);
    try (AgentProcess agent =
        AgentProcess.start(folder, "check", "--config", "rackpulse.toml", "--profiles", PROFILES)) {
      assertEquals(78, agent.exitCode(), agent::transcript);
      assertEquals(Files.readAllLines(folder.resolve("expected.err")), agent.err());
      assertEquals(List.of(), agent.out());
    }
  }
}
