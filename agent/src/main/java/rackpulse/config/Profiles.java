package rackpulse.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rackpulse.sensor.Profile;
import rackpulse.telemetry.Ids;

/// The profiles that come with the program and those of the site, each read when it is first asked
/// for. Used by one thread.
public final class Profiles {
  private static final String FOLDER = "/profiles/";
  private static final String SUFFIX = ".toml";

  /// A profile that is always there: an image's resources can be listed beside a known one.
  private static final String KNOWN = FOLDER + "sht4x" + SUFFIX;

  private final List<Path> directories;
  private final Map<String, Optional<Profile>> read = new HashMap<>();

  /// @param directories where the site keeps its own; those that do not exist are passed over
  public Profiles(List<Path> directories) {
    this.directories = List.copyOf(directories);
  }

  /// The profile `id`. Empty when there is none, when there are two, or when it is wrong; the first
  /// time that is asked, `problems` receives why, except that there is none.
  public Optional<Profile> find(String id, Problems problems) {
    Optional<Profile> known = read.get(id);
    if (known == null) {
      known = read(id, problems);
      read.put(id, known);
    }
    return known;
  }

  /// Whether there is a profile `id`, right or wrong.
  public boolean contains(String id) {
    Optional<Profile> known = read.get(id);
    return known != null && known.isPresent()
        || Ids.valid(id) && (shipped(id) != null || !files(id).isEmpty());
  }

  /// What to tell somebody who asked for `id`, which does not exist.
  public String unknown(String id) {
    String near = Suggestion.didYouMean(id, ids());
    String remedy = near.isEmpty() ? "; `rackpulse profiles` lists all" : near;
    return "unknown profile \"" + id + "\"" + remedy;
  }

  /// The names of all profiles.
  public NavigableSet<String> ids() {
    try {
      NavigableSet<String> ids = shippedIds();
      for (Path directory : directories) {
        if (Files.isDirectory(directory)) {
          addAll(ids, directory);
        }
      }
      return ids;
    } catch (IOException failure) {
      throw new UncheckedIOException("profiles cannot be listed", failure);
    }
  }

  private Optional<Profile> read(String id, Problems problems) {
    if (!Ids.valid(id)) {
      return Optional.empty();
    }
    URL shipped = shipped(id);
    List<Path> files = files(id);
    if (files.size() + (shipped == null ? 0 : 1) > 1) {
      Path second = files.getLast();
      String first = shipped == null ? files.getFirst().toString() : "the one of this program";
      problems.add(second, "there is another profile \"" + id + "\": " + first + "; rename one");
      return Optional.empty();
    }
    if (shipped == null && files.isEmpty()) {
      return Optional.empty();
    }
    Path named = shipped == null ? files.getFirst() : Path.of("profiles", id + SUFFIX);
    try (InputStream in = shipped == null ? Files.newInputStream(named) : shipped.openStream()) {
      String text = TomlReader.read(in);
      return ProfileParser.parse(named, id, text, shipped != null, problems)
          .map(ProfileParser.Parsed::profile);
    } catch (IOException failure) {
      problems.add(named, "cannot be read: " + failure.getMessage());
      return Optional.empty();
    }
  }

  private static @Nullable URL shipped(String id) {
    return Profiles.class.getResource(FOLDER + id + SUFFIX);
  }

  private List<Path> files(String id) {
    return directories.stream()
        .map(directory -> directory.resolve(id + SUFFIX))
        .filter(Files::exists)
        .toList();
  }

  private static NavigableSet<String> shippedIds() throws IOException {
    URL known = Profiles.class.getResource(KNOWN);
    if (known == null) {
      throw new IOException("the program lacks its profiles");
    }
    return beside(URI.create(known.toString()));
  }

  /// The names of all profiles beside the one at `known`: in a directory, a jar, or an image.
  static NavigableSet<String> beside(URI known) throws IOException {
    NavigableSet<String> ids = new TreeSet<>();
    if (known.getScheme().equals("file")) {
      addAll(ids, Path.of(known).resolveSibling(""));
      return ids;
    }
    try {
      addAll(ids, FileSystems.getFileSystem(known).getPath(FOLDER));
    } catch (FileSystemNotFoundException notYetOpen) {
      try (FileSystem archive = FileSystems.newFileSystem(known, Map.of())) {
        addAll(ids, archive.getPath(FOLDER));
      }
    }
    return ids;
  }

  private static void addAll(NavigableSet<String> ids, Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> name.substring(0, name.length() - SUFFIX.length()))
          .filter(Ids::valid)
          .forEach(ids::add);
    }
  }
}
