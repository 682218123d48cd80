package rackpulse.tests.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Profiles of the site for tests that need no particular part.
public final class SiteProfile {
  /// One holding register at 0, as it is: channel `value`.
  public static final String WORD = "word";

  /// Fifty holding registers from 0 on, as they are: channels `r0` to `r49`.
  public static final String FIFTY = "fifty";

  private SiteProfile() {}

  /// Writes them to `profiles` in `directory`, where [AgentProcess#run] looks.
  public static void write(Path directory) throws IOException {
    Path profiles = Files.createDirectories(directory.resolve("profiles"));
    Files.writeString(profiles.resolve(WORD + ".toml"), registers("value", 1));
    Files.writeString(profiles.resolve(FIFTY + ".toml"), registers("r{n}", 50));
  }

  private static String registers(String name, int count) {
    return """
    part = "Plain registers"
    bus = "modbus"
    table = "holding"

    [[channel]]
    name = "%s"
    quantity = "raw"
    format = "u16"
    address = 0
    count = %d
    """
        .formatted(name, count);
  }
}
