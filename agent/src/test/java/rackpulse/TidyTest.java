package rackpulse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Conventions that can be seen in the text of the repository.
class TidyTest {
  private static final int MAX_COLUMNS = 100;
  private static final int MAX_CLASS_LINES = 400;
  private static final int MAX_PACKAGE_FILES = 15;

  /// Packages that are larger for a reason: the sealed family of reports must live in one package.
  private static final Map<String, Integer> LARGER_PACKAGES =
      Map.of("agent/src/main/java/rackpulse/telemetry", 16);

  private static final Set<String> TOP_LEVEL =
      Set.of("pom.xml", "agent", "native-config", "systemd", "README.md", "tests", "LICENSE");

  /// Marks of unfinished work; in pieces, since this file is searched as well.
  private static final Pattern UNFINISHED =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

  /// Absolute paths that exist on one person's machine only.
  private static final Pattern MACHINE_PATH =
      Pattern.compile("(?<![\\w.~}-])/(home|root|Users|work|tmp/[a-z]+|usr/lib/jvm)/[a-z]");

  /// What a library finds by its name, without our code naming it.
  private static final List<String> FOUND_BY_LIBRARIES =
      List.of("META-INF/services/", "tinylog.properties", "tinylog-test.properties");

  private static List<Sources.File> files = List.of();

  @BeforeAll
  static void readFiles() throws IOException {
    files = Sources.all();
  }

  @Test
  void topLevelHoldsNothingElse() {
    Set<String> others = new TreeSet<>();
    files.stream()
        .map(file -> file.path().split("/", 2)[0])
        .filter(name -> !name.startsWith(".") && !TOP_LEVEL.contains(name))
        .forEach(others::add);
    assertEquals(Set.of(), others);
  }

  @Test
  void linesFitInAHundredColumns() {
    assertNone(
        inLines(
            files.stream().filter(TidyTest::hasLimitedColumns),
            line ->
                line.codePointCount(0, line.length()) > MAX_COLUMNS
                    && !line.startsWith("|")
                    && !line.contains("://")));
  }

  @Test
  void nothingIsMarkedUnfinished() {
    assertNone(
        inLines(
            files.stream().filter(file -> !file.path().equals("LICENSE")),
            line -> UNFINISHED.matcher(line).find()));
  }

  @Test
  void noFileNamesAPathOfOneMachine() {
    assertNone(inLines(files.stream(), line -> MACHINE_PATH.matcher(line).find()));
  }

  @Test
  void javadocIsMarkdown() {
    assertNone(inLines(java(), line -> line.strip().startsWith("/" + "**")));
  }

  @Test
  void unitTestsNeitherSleepNorRest() {
    Stream<Sources.File> unitTests = java().filter(file -> file.name().endsWith("Test.java"));
    assertNone(
        inLines(
            unitTests,
            line -> line.contains("Thread." + "sleep(") || line.contains("@" + "Disabled")));
  }

  @Test
  void classesStayShort() {
    assertNone(
        java()
            .filter(file -> file.lines().size() > MAX_CLASS_LINES)
            .map(file -> file.path() + " has " + file.lines().size() + " lines")
            .toList());
  }

  @Test
  void packagesStaySmall() {
    Map<String, Long> sizes =
        java()
            .filter(file -> file.path().startsWith("agent/src/main/"))
            .filter(file -> !file.name().equals("package-info.java"))
            .collect(
                Collectors.groupingBy(Sources.File::folder, TreeMap::new, Collectors.counting()));
    sizes
        .entrySet()
        .removeIf(size ->
            size.getValue() <= LARGER_PACKAGES.getOrDefault(size.getKey(), MAX_PACKAGE_FILES));
    assertEquals(Map.of(), sizes);
  }

  @Test
  void resourcesAreUsed() {
    String code =
        files.stream()
            .filter(file -> file.isJava() || file.name().equals("pom.xml"))
            .map(Sources.File::text)
            .collect(Collectors.joining());
    assertNone(
        files.stream()
            .map(Sources.File::path)
            .filter(path ->
                path.contains("/src/main/resources/") || path.contains("/src/test/resources/"))
            .filter(path -> !isUsed(path.substring(path.indexOf("/resources/") + 11), code))
            .toList());
  }

  /// A resource is used when code names the file or the folder in which it looks for such files.
  private static boolean isUsed(String resource, String code) {
    if (FOUND_BY_LIBRARIES.stream().anyMatch(resource::startsWith)) {
      return true;
    }
    int slash = resource.indexOf('/');
    String folder = slash < 0 ? resource : resource.substring(0, slash);
    String name = resource.substring(resource.lastIndexOf('/') + 1);
    return code.contains(name)
        || code.contains('"' + folder + '"')
        || code.contains('"' + folder + '/')
        || code.contains("/" + folder + '/');
  }

  private static boolean hasLimitedColumns(Sources.File file) {
    return file.isJava()
        || file.path().endsWith(".toml")
        || file.path().endsWith(".md")
        || file.path().endsWith(".sh")
        || file.text().startsWith("#!");
  }

  private static Stream<Sources.File> java() {
    return files.stream().filter(Sources.File::isJava);
  }

  private static List<String> inLines(Stream<Sources.File> files, Predicate<String> isWrong) {
    List<String> violations = new ArrayList<>();
    files.forEach(file -> {
      int number = 0;
      for (String line : file.lines()) {
        number++;
        if (isWrong.test(line)) {
          violations.add(file.path() + ":" + number + ": " + line.strip());
        }
      }
    });
    return violations;
  }

  private static void assertNone(Collection<String> violations) {
    assertEquals("", String.join("\n", violations));
  }
}
