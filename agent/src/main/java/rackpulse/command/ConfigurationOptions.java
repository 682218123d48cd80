package rackpulse.command;

import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rackpulse.config.Configuration;
import rackpulse.config.ConfigurationException;
import rackpulse.config.ConfigurationFile;
import rackpulse.config.Profiles;

/// Where the operator's configuration is.
final class ConfigurationOptions {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      defaultValue = "/etc/rackpulse/rackpulse.toml",
      description = "configuration (default: ${DEFAULT-VALUE})")
  private Path file;

  @Mixin private ProfileOptions profiles;

  /// The file's path as the operator wrote it.
  Path file() {
    return file;
  }

  /// Reads and checks it; its warnings go to `services`' error stream.
  Configuration load(Services services) throws ConfigurationException {
    Configuration configuration =
        ConfigurationFile.load(file, new Profiles(profiles.directories()), services.environment());
    configuration.warnings().forEach(warning -> services.err().println("warning: " + warning));
    return configuration;
  }
}
