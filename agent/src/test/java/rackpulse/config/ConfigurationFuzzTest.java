package rackpulse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.config.Problems.Problem;

/// Whatever stands in the file, the operator gets problems with their lines, never an exception.
class ConfigurationFuzzTest {
  private static final Path CASES = Path.of("src/test/resources/bad-configurations");
  private static final Path FILE = Path.of("rackpulse.toml");
  private static final long SEED = 20_261_123;
  private static final int ROUNDS = 1500;

  private static final List<String> VALUES =
      List.of(
          "-1",
          "0",
          "9223372036854775807",
          "99999999999999999999",
          "1e308",
          "-1e400",
          "nan",
          "inf",
          "true",
          "\"\"",
          "\"\\u0000\"",
          "\"a.b.c\"",
          "\".\"",
          "\"5 s\"",
          "\"999999999 d\"",
          "\"5 %\"",
          "\"\uD83D\uDE00\"",
          "'''\n'''",
          "[]",
          "[[1], \"a\"]",
          "[\"\", \"x.y\"]",
          "{}",
          "{ address = 1 }",
          "2026-11-23T18:00:00Z",
          "");

  private static final String CHARACTERS = "[]{}=\"'#.,\\ \n\t\u0001\u00B50x_-";

  private final Profiles profiles = new Profiles(List.of(CASES.resolve("profiles")));

  @Test
  void reportsProblemsAndNothingElse() throws IOException {
    List<String> seeds = new ArrayList<>();
    try (var folders = Files.list(CASES)) {
      for (Path folder : folders.sorted().toList()) {
        Path file = folder.resolve("rackpulse.toml");
        if (Files.exists(file)) {
          seeds.add(Files.readString(file));
        }
      }
    }
    seeds.add(ConfigurationWarningsTest.RACK);
    seeds.add(Files.readString(Path.of("../systemd/rackpulse.toml")).replaceAll("(?m)^#(?! )", ""));
    Random random = new Random(SEED);
    int accepted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String text = seeds.get(random.nextInt(seeds.size()));
      for (int i = random.nextInt(4); i >= 0; i--) {
        text = mutated(text, random);
      }
      accepted += accepts(text, round) ? 1 : 0;
    }
    assertTrue(accepted > 0, "every mutation was refused: the generator is too wild");
  }

  private boolean accepts(String text, int round) {
    try {
      ConfigurationFile.parse(FILE, text, profiles, Map.of("HOSTNAME", "h"));
      return true;
    } catch (ConfigurationException expected) {
      assertFalse(expected.problems().isEmpty());
      for (Problem problem : expected.problems()) {
        assertTrue(
            problem.line() > 0 || problem.message().startsWith("[agent] needs"),
            () -> "no line: " + problem);
        assertEquals(FILE, problem.file());
      }
      return false;
    } catch (RuntimeException | StackOverflowError unexpected) {
      throw new AssertionError("round " + round + ":\n" + text, unexpected);
    }
  }

  private static String mutated(String text, Random random) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    if (lines.isEmpty()) {
      return "a = 1";
    }
    int at = random.nextInt(lines.size());
    String line = lines.get(at);
    switch (random.nextInt(6)) {
      case 0 -> lines.remove(at);
      case 1 -> lines.add(random.nextInt(lines.size()), line);
      case 2 -> lines.set(at, withOtherCharacter(line, random));
      case 3 -> lines.set(at, line.substring(0, random.nextInt(line.length() + 1)));
      default -> {
        int equals = line.indexOf(" = ");
        if (equals > 0) {
          String value = VALUES.get(random.nextInt(VALUES.size()));
          lines.set(at, line.substring(0, equals) + " = " + value);
        }
      }
    }
    return String.join("\n", lines);
  }

  private static String withOtherCharacter(String line, Random random) {
    int at = random.nextInt(line.length() + 1);
    char other = CHARACTERS.charAt(random.nextInt(CHARACTERS.length()));
    return line.substring(0, at) + other + line.substring(Math.min(line.length(), at + 1));
  }
}
