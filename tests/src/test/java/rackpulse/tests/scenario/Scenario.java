package rackpulse.tests.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A folder of `scenarios/`:
///
/// - `agent.toml`, with `${name}` (the folder's name, for `rack`), `${broker}` (for `mqtt.url`),
///   `${dir}` (a fresh directory with a copy of the folder) and the places of slaves (see [Peers])
/// - `slave.csv`, what third-party slaves hold; or `wire.transcript` for a bus of that kind
/// - `profiles/`, of the site, if any
/// - `expected.jsonl`, what a subscriber must see; or `expected.err`, what the agent must say
///   before it exits with 78
public record Scenario(Path folder) {
  /// All of them, in the order of their names; `-Dscenario=` picks those whose name contains it.
  public static Stream<Scenario> all(Path root) throws IOException {
    String wanted = System.getProperty("scenario", "");
    try (Stream<Path> folders = Files.list(root)) {
      return folders.filter(Files::isDirectory).sorted().toList().stream()
          .map(Scenario::new)
          .filter(scenario -> scenario.name().contains(wanted));
    }
  }

  public String name() {
    return folder.getFileName().toString();
  }

  /// Copies the folder's files into `directory`.
  public void copyTo(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = directory.resolve(folder.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }

  public String text(String file) throws IOException {
    return Files.readString(folder.resolve(file));
  }

  /// What the agent must say on standard error when it must refuse to run.
  public Optional<String> refusal() throws IOException {
    return Files.exists(folder.resolve("expected.err"))
        ? Optional.of(text("expected.err"))
        : Optional.empty();
  }

  /// What a subscriber must see.
  public List<Expectation> expectations() throws IOException {
    return text("expected.jsonl")
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(Expectation::parse)
        .toList();
  }

  @Override
  public String toString() {
    return name();
  }
}
