package rackpulse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rackpulse.config.Problems.Problem;

/// `systemd/rackpulse.toml` is what operators believe: it must be true.
class DocumentedConfigurationTest {
  private static final Path FILE = Path.of("../systemd/rackpulse.toml");
  private static final Map<String, String> ENVIRONMENT = Map.of("HOSTNAME", "h");
  private static final Pattern UNKNOWN =
      Pattern.compile("unknown key \"zzzzzzzz\"(?: in \\[(.*)])?; known are (.*)");

  private final Profiles profiles = new Profiles(List.of());
  private List<String> shipped = List.of();

  @BeforeEach
  void readFile() throws IOException {
    shipped = Files.readAllLines(FILE);
  }

  private Configuration parse(List<String> lines) throws ConfigurationException {
    return ConfigurationFile.parse(
        Path.of("rackpulse.toml"), String.join("\n", lines), profiles, ENVIRONMENT);
  }

  /// A key or table that is switched off begins with `#` and no space.
  private static boolean isOff(String line) {
    return line.startsWith("#") && line.length() > 1 && line.charAt(1) != ' ';
  }

  private List<String> switchedOn() {
    return shipped.stream().map(line -> isOff(line) ? line.substring(1) : line).toList();
  }

  @Test
  void isValidAsItIsShipped() throws ConfigurationException {
    Configuration configuration = parse(shipped);
    assertEquals(List.of(), configuration.warnings());
    assertEquals(parse(List.of()), configuration);
  }

  @Test
  void everyKeyIsKnownAndEveryExampleFits() throws ConfigurationException {
    Configuration configuration = parse(switchedOn());
    assertEquals(5, configuration.buses().size());
    assertEquals(3, configuration.devices().size());
    assertEquals(1, configuration.derived().size());
    assertEquals(1, configuration.limits().size());
  }

  @Test
  void everyKeyWithoutExampleShowsItsDefault() throws ConfigurationException {
    List<String> lines = switchedOn();
    Configuration all = parse(lines);
    int defaults = 0;
    for (int i = 0; i < lines.size(); i++) {
      if (isOff(shipped.get(i)) && lines.get(i).contains(" = ") && !isExample(i)) {
        List<String> without = new ArrayList<>(lines);
        without.set(i, "");
        boolean same = settings(all).equals(settings(parse(without)));
        assertTrue(same, "not the default: " + lines.get(i));
        defaults++;
      }
    }
    assertTrue(defaults >= 55, "only " + defaults + " defaults were found");
  }

  /// Everything but the warnings, which change with each line.
  private static List<Object> settings(Configuration c) {
    return List.of(
        c.agent(),
        c.mqtt(),
        c.engine(),
        c.recorder(),
        c.remote(),
        c.buses(),
        c.devices(),
        c.derived(),
        c.limits());
  }

  /// The words above a group of keys tell whether they are examples: up to the next empty line.
  private boolean isExample(int line) {
    StringBuilder words = new StringBuilder();
    for (int i = line - 1; i >= 0 && !shipped.get(i).isBlank(); i--) {
      words.insert(0, shipped.get(i).toLowerCase(Locale.ROOT) + " ");
    }
    return words.toString().contains("example") || words.toString().contains("no default");
  }

  /// Puts a key that nobody knows into each table: the complaint lists those that are known.
  @Test
  void everyKeyOfTheProgramIsDocumented() {
    Map<String, Set<String>> documented = new TreeMap<>();
    List<String> lines = new ArrayList<>(List.of("zzzzzzzz = 1"));
    String group = "";
    for (String line : switchedOn()) {
      lines.add(line);
      if (line.startsWith("[")) {
        lines.add("zzzzzzzz = 1");
        String table = line.replace("[", "").replace("]", "");
        group = table.split("\\.", 2)[0];
        documented.computeIfAbsent("", _ -> new TreeSet<>()).add(group);
      } else if (!line.startsWith("#") && line.contains(" = ")) {
        String key = line.substring(0, line.indexOf(" = "));
        documented.computeIfAbsent(group, _ -> new TreeSet<>()).add(key);
      }
    }
    ConfigurationException problems =
        assertThrows(ConfigurationException.class, () -> parse(lines));
    Map<String, Set<String>> known = new TreeMap<>();
    for (Problem problem : problems.problems()) {
      Matcher matcher = UNKNOWN.matcher(problem.message());
      assertTrue(matcher.matches(), problem.toString());
      String table = matcher.group(1) == null ? "" : matcher.group(1);
      known
          .computeIfAbsent(table.replace("[", "").split("\\.", 2)[0], _ -> new TreeSet<>())
          .addAll(List.of(matcher.group(2).split(", ")));
    }
    assertEquals(documented, known);
  }
}
