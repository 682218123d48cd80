package rackpulse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The repository's files as the tidiness tests read them.
final class Sources {
  /// The repository; tests run in the module's directory.
  static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

  static final Path MAIN = REPOSITORY.resolve("agent/src/main/java");

  private static final Set<String> NOT_OURS = Set.of(".git", ".idea", "target", "target-quick");

  private Sources() {}

  /// @param path from the repository's root, with `/`
  record File(String path, String text) {
    List<String> lines() {
      return text.lines().toList();
    }

    boolean isJava() {
      return path.endsWith(".java");
    }

    String folder() {
      return path.substring(0, path.lastIndexOf('/'));
    }

    String name() {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  static List<File> all() throws IOException {
    return under(REPOSITORY);
  }

  static List<File> javaUnder(Path directory) throws IOException {
    return under(directory).stream().filter(File::isJava).toList();
  }

  static List<File> under(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths
          .filter(path -> Files.isRegularFile(path) && isOurs(path))
          .sorted()
          .map(Sources::read)
          .toList();
    }
  }

  private static boolean isOurs(Path path) {
    for (Path part : REPOSITORY.relativize(path)) {
      if (NOT_OURS.contains(part.toString())) {
        return false;
      }
    }
    return true;
  }

  /// Binary files come as Latin-1, so that every rule can look at them without a decoder's error.
  private static File read(Path path) {
    String name = REPOSITORY.relativize(path).toString();
    try {
      byte[] bytes = Files.readAllBytes(path);
      String text = new String(bytes, StandardCharsets.UTF_8);
      boolean isText = text.indexOf('\uFFFD') < 0;
      return new File(name, isText ? text : new String(bytes, StandardCharsets.ISO_8859_1));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
