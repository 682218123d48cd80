package rackpulse.recorder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.bus.Transcript.Kind;
import rackpulse.spool.AtomicFile;

/// Keeps a tape of every bus and writes them to files: when somebody asks, and by itself when
/// something is wrong, then at most once in ten minutes for each bus.
///
/// Any thread may use it; [#work] belongs to a thread of its own, for a disk can be slow.
public final class FlightRecorder {
  /// What is wrong often stays wrong, and the first recording shows how it began.
  static final Duration BETWEEN_AUTOMATIC = Duration.ofMinutes(10);

  private static final String SUFFIX = ".transcript";

  /// Requests that wait: more than that ask for the same.
  private static final int MAX_WAITING = 16;

  private final RecorderSettings settings;
  private final LongSupplier nanoTime;
  private final Supplier<Instant> wallClock;
  private final long zeroNanos;
  private final Map<String, Tape> tapes = new LinkedHashMap<>();
  private final Map<String, Long> automaticNanos = new HashMap<>();
  private final BlockingQueue<Request> requests = new ArrayBlockingQueue<>(MAX_WAITING);
  private boolean complained;
  private volatile Answer answer = new Answer(0, List.of(), "");

  /// @param then takes what came of it
  private record Request(List<String> buses, String why, boolean demanded, Consumer<Answer> then) {}

  /// What came of the latest demand.
  ///
  /// @param number of demands answered since the agent started
  /// @param files written for it
  /// @param problem why there is none; empty when all is well
  public record Answer(long number, List<String> files, String problem) {
    public Answer {
      files = List.copyOf(files);
    }
  }

  /// @param nanoTime the clock of line deadlines
  public FlightRecorder(
      RecorderSettings settings, LongSupplier nanoTime, Supplier<Instant> wallClock) {
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.wallClock = wallClock;
    zeroNanos = nanoTime.getAsLong();
  }

  /// The tape of the bus named `bus`, the same each time.
  public Tape tape(String bus) {
    synchronized (tapes) {
      return tapes.computeIfAbsent(
          bus, _ -> new Tape(settings.maxBytes(), settings.keep().toNanos(), nanoTime));
    }
  }

  /// Forgets what was on the bus named `bus`: it has ended, or is another one from now on.
  public void forget(String bus) {
    synchronized (tapes) {
      tapes.remove(bus);
      automaticNanos.remove(bus);
    }
  }

  /// What came of the latest [#demand].
  public Answer answer() {
    return answer;
  }

  /// Somebody wants recordings of all buses.
  public void demand(String why) {
    demand(why, _ -> {});
  }

  /// Somebody wants recordings of all buses.
  ///
  /// @param then takes what came of it, on the thread of [#work]
  /// @return false when so many wait already that this one is not taken
  public boolean demand(String why, Consumer<Answer> then) {
    synchronized (tapes) {
      return requests.offer(new Request(List.copyOf(tapes.keySet()), why, true, then));
    }
  }

  /// Something is wrong on the bus named `bus`; an empty name means that it is not known on which.
  public void alarm(String bus, String why) {
    synchronized (tapes) {
      List<String> due = new ArrayList<>();
      for (String each : bus.isEmpty() ? List.copyOf(tapes.keySet()) : List.of(bus)) {
        long nowNanos = nanoTime.getAsLong();
        Long lastNanos = automaticNanos.get(each);
        if (lastNanos == null || nowNanos - lastNanos >= BETWEEN_AUTOMATIC.toNanos()) {
          automaticNanos.put(each, nowNanos);
          due.add(each);
        }
      }
      if (!due.isEmpty()) {
        requests.offer(new Request(due, why, false, _ -> {}));
      }
    }
  }

  /// Waits for the next request and does it.
  public void work() throws InterruptedException {
    Request request = requests.take();
    List<String> files = new ArrayList<>();
    String problem = "";
    for (String bus : request.buses) {
      try {
        Path file = write(bus, request.why);
        if (file != null) {
          files.add(file.toString());
          Logger.info("bus {}: the latest traffic is in {} ({})", bus, file, request.why);
        }
        complained = false;
      } catch (IOException e) {
        problem = "cannot write to " + settings.directory() + ": " + e;
      }
    }
    if (!problem.isEmpty() && (request.demanded || !complained)) {
      Logger.warn("traffic is not recorded: {}; the agent goes on", problem);
      complained = true;
    }
    if (request.demanded) {
      answer = new Answer(answer.number + 1, files, problem);
      request.then.accept(answer);
    }
  }

  /// What is on the tape of `bus`, as a transcript; empty when there is nothing.
  public String text(String bus, String why) {
    Tape.Taken taken = tape(bus).take();
    Kind kind = taken.kind();
    if (kind == null || taken.polls().length == 0) {
      return "";
    }
    long millis = (nanoTime.getAsLong() - zeroNanos) / 1_000_000;
    List<String> comments =
        List.of(
            "bus " + bus + ", " + why,
            "+" + millis / 1000.0 + "s is " + wallClock.get().truncatedTo(ChronoUnit.MILLIS));
    return Transcription.of(kind, comments, taken, zeroNanos);
  }

  /// Writes what is on the tape of `bus`; null when there is nothing.
  private @Nullable Path write(String bus, String why) throws IOException {
    String text = text(bus, why);
    if (text.isEmpty()) {
      return null;
    }
    Instant now = wallClock.get().truncatedTo(ChronoUnit.MILLIS);
    // no colons, which some file systems do not take
    Path file = settings.directory().resolve(stamp(now) + "-" + bus + SUFFIX);
    try {
      AtomicFile.replaceDurably(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".new"));
      throw e;
    }
    removeOldest(file);
    return file;
  }

  /// `20261124T001259.123Z`, so that names sort by age.
  private static String stamp(Instant at) {
    String text = at.toString().replace("-", "").replace(":", "");
    return text.contains(".") ? text : text.replace("Z", ".000Z");
  }

  /// Removes the oldest of our own files that are too many, `fresh` never: the clock may have been
  /// wrong.
  private void removeOldest(Path fresh) throws IOException {
    List<Path> ours;
    try (Stream<Path> files = Files.list(settings.directory())) {
      ours =
          files
              .filter(file -> !file.equals(fresh) && isOurs(file.getFileName().toString()))
              .sorted()
              .toList();
    }
    for (Path old : ours.subList(0, Math.max(0, ours.size() + 1 - settings.maxFiles()))) {
      Files.deleteIfExists(old);
    }
  }

  /// `########T######.###Z-BUS.transcript`
  private static boolean isOurs(String name) {
    boolean isStamped =
        name.length() > 20
            && name.charAt(8) == 'T'
            && name.charAt(15) == '.'
            && name.charAt(19) == 'Z'
            && name.charAt(20) == '-';
    return isStamped
        && name.endsWith(SUFFIX)
        && name.substring(0, 8).chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
