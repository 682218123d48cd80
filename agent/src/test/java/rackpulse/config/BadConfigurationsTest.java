package rackpulse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What an operator is told, word for word. Each folder is a case: a configuration and the problems
/// in it. `-Dgolden=write` writes what is found as what is expected, to be reviewed.
class BadConfigurationsTest {
  private static final Path CASES = Path.of("src/test/resources/bad-configurations");
  private static final String FILE = "rackpulse.toml";

  static List<Path> cases() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      List<Path> cases =
          folders.filter(folder -> Files.exists(folder.resolve(FILE))).sorted().toList();
      assertTrue(cases.size() >= 25, "cases are missing");
      return cases;
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tellsEveryProblem(Path folder) throws IOException {
    String text = Files.readString(folder.resolve(FILE));
    Profiles profiles = new Profiles(List.of(CASES.resolve("profiles")));
    ConfigurationException problems =
        assertThrows(
            ConfigurationException.class,
            () -> ConfigurationFile.parse(Path.of(FILE), text, profiles, Map.of("HOSTNAME", "h")));
    String told =
        problems.problems().stream().map(problem -> problem + "\n").collect(Collectors.joining());
    Path golden = folder.resolve("expected.err");
    if ("write".equals(System.getProperty("golden"))) {
      Files.writeString(golden, told);
    }
    assertEquals(Files.readString(golden), told);
  }
}
