package rackpulse.command;

import java.nio.file.Path;
import java.util.function.Consumer;
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

  /// Reads and checks it; what deserves attention goes to `warnings`, one line each.
  Configuration load(Services services, Consumer<String> warnings) throws ConfigurationException {
    Configuration configuration =
        ConfigurationFile.load(file, new Profiles(profiles.directories()), services.environment());
    configuration.warnings().forEach(warning -> warnings.accept(warning.toString()));
    return configuration;
  }

  /// Reads and checks it for a person: warnings go to the error stream.
  Configuration load(Services services) throws ConfigurationException {
    return load(services, warning -> services.err().println("warning: " + warning));
  }
}
