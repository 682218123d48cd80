package rackpulse.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.tinylog.Logger;
import rackpulse.spool.AtomicFile;
import rackpulse.state.UnusableState;
import rackpulse.watch.RackWatch;

/// Keeps what the models have learned across restarts.
///
/// A file that cannot be read or written costs no more than that, so it never stops the agent.
/// After [#load], used by the analysis thread.
public final class ModelFile {
  /// What it is called in the agent's state directory.
  public static final String NAME = "models";

  /// What a restart without warning costs at most, and a memory card bears for years.
  private static final Duration SAVED_EVERY = Duration.ofMinutes(15);

  private static final Duration SAVED_SOON = Duration.ofMinutes(1);

  /// Tens of thousands of channels; whatever is larger is not our file.
  private static final long MAX_FILE_BYTES = 128 << 20;

  private static final int MOST_NAMED = 5;

  private final Path file;
  private boolean complained;
  private long dueNanos;

  private ModelFile(Path file, long nowNanos) {
    this.file = file;
    dueNanos = nowNanos + SAVED_EVERY.toNanos();
  }

  /// The file `file`, which need not exist.
  public static ModelFile of(Path file, long nowNanos) {
    return new ModelFile(file, nowNanos);
  }

  /// Lets `watch` go on where it was saved. What cannot be used is set aside.
  public void load(RackWatch watch) {
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new UnusableState("larger than " + MAX_FILE_BYTES + " bytes");
      }
      tell(watch.restore(Files.readAllBytes(file)));
    } catch (NoSuchFileException _) {
      Logger.debug("{} does not exist yet", file);
    } catch (UnusableState e) {
      Logger.warn(
          "{} cannot be used ({}) and is set aside: the models learn anew", file, e.getMessage());
      setAside();
    } catch (IOException e) {
      Logger.warn("cannot read {} ({}): the models learn anew", file, e.toString());
    }
  }

  private static void tell(List<String> anew) {
    anew.stream().limit(MOST_NAMED).forEach(name -> Logger.info("learns anew: {}", name));
    if (anew.size() > MOST_NAMED) {
      Logger.info("{} more models learn anew", anew.size() - MOST_NAMED);
    }
  }

  /// Lets `fresh` go on where `earlier` is now.
  public static void handOver(RackWatch earlier, RackWatch fresh) {
    try {
      tell(fresh.restore(earlier.save()));
    } catch (UnusableState e) {
      Logger.warn("what was learned cannot be used ({}): the models learn anew", e.getMessage());
    }
  }

  private void setAside() {
    try {
      AtomicFile.setAside(file);
    } catch (IOException e) {
      Logger.warn("cannot set {} aside ({}): it will be replaced", file, e.toString());
    }
  }

  /// What was learned anew is worth saving soon, but not each time.
  public void saveSoon(long nowNanos) {
    long soonNanos = nowNanos + SAVED_SOON.toNanos();
    dueNanos = soonNanos - dueNanos < 0 ? soonNanos : dueNanos;
  }

  /// Saves every 15 minutes.
  public void saveSometimes(RackWatch watch, long nowNanos) {
    if (nowNanos - dueNanos >= 0) {
      dueNanos = nowNanos + SAVED_EVERY.toNanos();
      save(watch);
    }
  }

  /// Saves what the models know now.
  public void save(RackWatch watch) {
    try {
      AtomicFile.replaceDurably(file, watch.save());
      complained = false;
    } catch (IOException e) {
      if (!complained) {
        complained = true;
        Logger.warn(
            "cannot write {} ({}): after a restart the models learn anew", file, e.toString());
      }
    }
  }
}
