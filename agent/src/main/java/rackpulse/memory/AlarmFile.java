package rackpulse.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.tinylog.Logger;
import rackpulse.analysis.RaisedAnomalies;
import rackpulse.spool.AtomicFile;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Anomaly;

/// Remembers across restarts which anomalies are raised, so that one that lasts is not raised a
/// second time, and of whose end the broker has not been told.
///
/// A file that cannot be read or written costs no more than that, so it never stops the agent.
/// After [#load], used by the analysis thread.
public final class AlarmFile {
  /// A thousand anomalies take less than half of it; whatever is larger is not our file.
  private static final long MAX_FILE_BYTES = 4 << 20;

  /// Anomalies that come and go each second must not wear out a memory card.
  static final Duration PAUSE = Duration.ofSeconds(10);

  private final Path file;
  private RaisedAnomalies raised = new RaisedAnomalies();
  private boolean unsaved;
  private boolean complained;
  private long dueNanos;

  private AlarmFile(Path file, long nowNanos) {
    this.file = file;
    dueNanos = nowNanos;
  }

  /// What `file` remembers; nothing when there is none yet. A damaged one is set aside.
  public static AlarmFile load(Path file, long nowNanos) {
    AlarmFile alarms = new AlarmFile(file, nowNanos);
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new UnusableState("larger than " + MAX_FILE_BYTES + " bytes");
      }
      alarms.raised = RaisedAnomalies.of(Files.readAllBytes(file), nowNanos);
    } catch (NoSuchFileException _) {
      Logger.debug("{} does not exist yet", file);
    } catch (UnusableState e) {
      Logger.warn(
          "{} cannot be used ({}) and is set aside: anomalies that last are raised anew",
          file,
          e.getMessage());
      setAside(file);
    } catch (IOException e) {
      Logger.warn("cannot read {} ({}): anomalies that last are raised anew", file, e.toString());
    }
    return alarms;
  }

  private static void setAside(Path file) {
    try {
      AtomicFile.setAside(file);
    } catch (IOException e) {
      Logger.warn("cannot set {} aside ({}): it will be replaced", file, e.toString());
    }
  }

  /// All that are raised.
  public List<Anomaly> all() {
    return raised.all();
  }

  /// Those that are over, but the broker may not know.
  public List<Anomaly> ended() {
    return raised.ended();
  }

  /// The broker knows of the end of an anomaly.
  public void arrived(Anomaly end) {
    unsaved |= raised.arrived(end);
  }

  /// Takes note of what was told.
  public void note(Anomaly anomaly) {
    unsaved |= raised.note(anomaly);
  }

  /// Saves what has changed, but not too often.
  public void saveSometimes(long nowNanos) {
    if (unsaved && nowNanos - dueNanos >= 0) {
      dueNanos = nowNanos + PAUSE.toNanos();
      save();
    }
  }

  /// Saves what has changed.
  public void save() {
    if (!unsaved) {
      return;
    }
    try {
      AtomicFile.replaceDurably(file, raised.bytes());
      unsaved = false;
      complained = false;
    } catch (IOException e) {
      if (!complained) {
        complained = true;
        Logger.warn(
            "cannot write {} ({}): after a restart anomalies that last are raised anew",
            file,
            e.toString());
      }
    }
  }
}
