package rackpulse.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tinylog.Logger;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rackpulse.config.Configuration;
import rackpulse.config.ConfigurationException;
import rackpulse.config.ConfigurationFile;
import rackpulse.config.Problems;
import rackpulse.config.Profiles;
import rackpulse.mqtt.MqttSession;
import rackpulse.reload.Reloading;

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

  /// The same files again, for a running agent: what speaks against the broker's keys is found
  /// before anything is changed.
  Reloading.Source source(Services services) {
    return new Reloading.Source() {
      @Override
      public Configuration load() throws ConfigurationException {
        Configuration configuration = ConfigurationOptions.this.load(services, Logger::warn);
        Problems problems = new Problems();
        MqttSession.objection(configuration.mqtt())
            .ifPresent(objection -> problems.add(file, "[mqtt] " + objection));
        problems.throwIfAny();
        return configuration;
      }

      @Override
      public String fingerprint() {
        StringBuilder all = new StringBuilder();
        describe(file, all);
        for (Path directory : profiles.directories()) {
          try (Stream<Path> files = Files.list(directory)) {
            files.sorted().forEach(each -> describe(each, all));
          } catch (IOException | UncheckedIOException e) {
            all.append(directory).append(" cannot be listed\n");
          }
        }
        return all.toString();
      }
    };
  }

  private static void describe(Path file, StringBuilder into) {
    into.append(file);
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      into.append(' ').append(found.fileKey()).append(' ').append(found.size());
      into.append(' ').append(found.lastModifiedTime().to(TimeUnit.NANOSECONDS)).append('\n');
    } catch (IOException e) {
      into.append(" cannot be seen\n");
    }
  }
}
