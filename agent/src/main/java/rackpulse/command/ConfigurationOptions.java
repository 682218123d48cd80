package rackpulse.command;

import java.nio.file.Path;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rackpulse.config.Configuration;
import rackpulse.config.ConfigurationException;
import rackpulse.config.ConfigurationFile;
import rackpulse.config.Problems;
import rackpulse.config.Profiles;

/// Where the operator's configuration is.
final class ConfigurationOptions {
  private static final String NO_DEVICE =
      "no device is configured, so there is nothing to poll: add [bus.NAME] and [device.NAME]";

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

  /// Reads and checks it; what deserves attention goes to `warnings`, one line each. One without a
  /// device, such as a package brings along, cannot be used: an agent that polls nothing would look
  /// as if all were well.
  Configuration load(Services services, Consumer<String> warnings) throws ConfigurationException {
    Configuration configuration = loadOther(file, services);
    configuration.warnings().forEach(warning -> warnings.accept(warning.toString()));
    if (configuration.devices().isEmpty()) {
      Problems problems = new Problems();
      problems.add(file, NO_DEVICE);
      problems.throwIfAny();
    }
    return configuration;
  }

  /// Reads and checks another file with the same profiles.
  Configuration loadOther(Path other, Services services) throws ConfigurationException {
    return ConfigurationFile.load(
        other, new Profiles(profiles.directories()), services.environment());
  }

  /// Reads and checks it for a person: warnings go to the error stream.
  Configuration load(Services services) throws ConfigurationException {
    return load(services, warning -> services.err().println("warning: " + warning));
  }
}
