package rackpulse.delivery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.tinylog.Logger;
import rackpulse.spool.AtomicFile;
import rackpulse.telemetry.Ids;

/// Remembers across restarts which devices the broker holds retained messages of, so that those of
/// a device that left the configuration can be emptied.
///
/// One name per line. That the file cannot be read or written costs only this clean-up, so it is a
/// warning and never more.
public final class Announced {
  /// A hundred times what the largest rack needs; whatever is larger is not our file.
  private static final long MAX_FILE_BYTES = 1 << 20;

  private final Path file;
  private final Set<String> names = new TreeSet<>();
  private Set<String> present = Set.of();

  private Announced(Path file) {
    this.file = file;
  }

  /// What `file` remembers; nothing when there is none yet.
  public static Announced load(Path file) {
    Announced announced = new Announced(file);
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new IOException("larger than " + MAX_FILE_BYTES + " bytes");
      }
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        if (Ids.valid(line)) {
          announced.names.add(line);
        }
      }
    } catch (NoSuchFileException _) {
      Logger.debug("{} does not exist yet", file);
    } catch (IOException e) {
      Logger.warn(
          "cannot read {} ({}): retained messages of devices that left the configuration stay at"
              + " the broker",
          file,
          e.toString());
    }
    return announced;
  }

  /// Adds `devices`, which are going to be announced.
  ///
  /// @return those remembered that are not among `devices`
  public synchronized List<String> announce(Collection<String> devices) {
    List<String> gone = new ArrayList<>(names);
    present = Set.copyOf(devices);
    gone.removeAll(present);
    if (names.addAll(devices)) {
      save();
    }
    return gone;
  }

  /// Forgets `device`: the broker has emptied its messages. One that has come back meanwhile is
  /// remembered.
  public synchronized void forget(String device) {
    if (!present.contains(device) && names.remove(device)) {
      save();
    }
  }

  private void save() {
    String text = names.isEmpty() ? "" : String.join("\n", names) + "\n";
    try {
      AtomicFile.replaceDurably(file, text.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      Logger.warn(
          "cannot write {} ({}): when a device leaves the configuration, its retained messages will"
              + " stay at the broker",
          file,
          e.toString());
    }
  }
}
