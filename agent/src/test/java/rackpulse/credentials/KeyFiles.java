package rackpulse.credentials;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/// Certificates and keys of the tests' own authority, as an operator would lay them down.
public final class KeyFiles {
  private KeyFiles() {}

  /// A copy of a test file that only its owner may read.
  public static Path copy(Path directory, String name) throws IOException {
    Path copy = directory.resolve(name);
    try (InputStream in = KeyFiles.class.getResourceAsStream("/tls/" + name)) {
      Files.write(copy, Objects.requireNonNull(in).readAllBytes());
    }
    return owned(copy);
  }

  static Path owned(Path file) throws IOException {
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
