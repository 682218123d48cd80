package rackpulse.tests.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The Debian package that was built beside the binary.
///
/// @param file its place
public record BuiltPackage(Path file) {
  private static final Path TARGET = Path.of("../agent/target").toAbsolutePath().normalize();

  /// The one that was built; empty without `mvn -Pnative,deb package`.
  public static Optional<BuiltPackage> find() throws IOException {
    if (!Files.isDirectory(TARGET)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(TARGET)) {
      return files
          .filter(file -> file.getFileName().toString().matches("rackpulse_.*\\.deb"))
          .max(Path::compareTo)
          .map(BuiltPackage::new);
    }
  }

  /// The value of a field such as `Version`.
  public String field(String name) throws IOException, InterruptedException {
    return must("dpkg-deb", "--field", file.toString(), name).out().getFirst();
  }

  /// What is in it, as `tar` lists it.
  public List<String> contents() throws IOException, InterruptedException {
    return must("dpkg-deb", "--contents", file.toString()).out();
  }

  /// The same as a later version, in `directory`.
  public BuiltPackage later(Path directory, String version)
      throws IOException, InterruptedException {
    Path unpacked = directory.resolve("later");
    must("dpkg-deb", "--raw-extract", file.toString(), unpacked.toString());
    Path control = unpacked.resolve("DEBIAN/control");
    String text = Files.readString(control);
    Files.writeString(control, text.replaceFirst("Version: .*", "Version: " + version));
    Path packed = directory.resolve("later.deb");
    must("dpkg-deb", "-Znone", "--build", unpacked.toString(), packed.toString());
    return new BuiltPackage(packed);
  }

  private static RunningProcess must(String... command) throws IOException, InterruptedException {
    RunningProcess process = new RunningProcess(List.of(command), TARGET, Map.of("LC_ALL", "C"));
    assertEquals(0, process.exitCode(), process::transcript);
    return process;
  }
}
