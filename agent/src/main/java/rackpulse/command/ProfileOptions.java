package rackpulse.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import picocli.CommandLine.Option;
import rackpulse.config.ConfigurationException;
import rackpulse.config.Problems;
import rackpulse.config.Profiles;
import rackpulse.sensor.I2cProfile;
import rackpulse.sensor.ModbusProfile;
import rackpulse.sensor.Profile;

/// Where the site's own profiles are.
final class ProfileOptions {
  @Option(
      names = "--profiles",
      paramLabel = "DIR",
      description = "more profiles; may be given more than once (default: ${DEFAULT-VALUE})",
      defaultValue = "/etc/rackpulse/profiles")
  private List<Path> directories = List.of();

  /// The directories to look into, besides the profiles that are shipped.
  List<Path> directories() {
    return directories;
  }

  /// Every profile there is, by id.
  List<Profile> all() throws ConfigurationException {
    return named(new Profiles(directories).ids());
  }

  /// The profiles `ids`; a wrong or unknown one is a problem.
  List<Profile> named(Collection<String> ids) throws ConfigurationException {
    Profiles profiles = new Profiles(directories);
    Problems problems = new Problems();
    List<Profile> found = new ArrayList<>();
    for (String id : ids) {
      profiles.find(id, problems).ifPresent(found::add);
      if (!profiles.contains(id)) {
        problems.add(Path.of(id), profiles.unknown(id));
      }
    }
    problems.throwIfAny();
    return found;
  }

  List<I2cProfile> i2c() throws ConfigurationException {
    return all().stream().filter(I2cProfile.class::isInstance).map(I2cProfile.class::cast).toList();
  }

  List<ModbusProfile> modbus() throws ConfigurationException {
    return all().stream()
        .filter(ModbusProfile.class::isInstance)
        .map(ModbusProfile.class::cast)
        .toList();
  }
}
