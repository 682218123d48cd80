package rackpulse.tests.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A small Debian of its own in a directory, in which packages are installed; with systemd as its
/// first process once it is booted. Shares the machine's network. Needs root.
public final class ScratchRoot implements AutoCloseable {
  /// Made once, unpacked for each test.
  private static final Path BASE = Path.of("target/scratch-root.tar").toAbsolutePath();

  private static final Path LOG = BASE.resolveSibling("scratch-root.log");

  /// The Debian that the machine is, from wherever the machine has its packages.
  private static final String MAKE =
      """
      set -eu
      . /etc/os-release
      mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
        "Release: $VERSION_CODENAME" | head -n 1)
      mmdebstrap --mode=root --format=tar --variant=minbase --include=systemd,procps,zlib1g \
        "$VERSION_CODENAME" "$0.new" "$mirror"
      mv "$0.new" "$0"
      """;

  /// Programs that change modes go through /proc.
  private static final String ENTER = "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" \"$@\"";

  private static final Duration MAKING = Duration.ofMinutes(5);
  private static final Duration BOOTING = Duration.ofSeconds(60);

  private final Path directory;
  private @Nullable RunningProcess machine;
  private long firstProcess;

  private ScratchRoot(Path directory) {
    this.directory = directory;
  }

  /// Why there cannot be one on this machine; empty when there can.
  public static Optional<String> obstacle() throws IOException, InterruptedException {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Optional.of("the tests do not run as root");
    }
    for (String tool : List.of("mmdebstrap", "nsenter", "apt-get", "dpkg")) {
      if (new ProcessBuilder("sh", "-c", "command -v " + tool).start().waitFor() != 0) {
        return Optional.of("there is no " + tool);
      }
    }
    if (new ProcessBuilder("unshare", "--mount", "true").start().waitFor() != 0) {
      return Optional.of("the tests may not mount");
    }
    return Files.exists(BASE) || make() ? Optional.empty() : Optional.of("see " + LOG);
  }

  private static boolean make() throws IOException, InterruptedException {
    Process make =
        new ProcessBuilder("sh", "-c", MAKE, BASE.toString())
            .redirectErrorStream(true)
            .redirectOutput(LOG.toFile())
            .start();
    boolean ended = make.waitFor(MAKING.toSeconds(), TimeUnit.SECONDS);
    make.destroyForcibly();
    return ended && make.exitValue() == 0;
  }

  /// A fresh one in `directory`, which is not there yet. Only where there is no [#obstacle].
  public static ScratchRoot unpack(Path directory) throws IOException, InterruptedException {
    Files.createDirectory(directory);
    run(List.of("tar", "-C", directory.toString(), "-xf", BASE.toString()), directory);
    return new ScratchRoot(directory);
  }

  /// The path of `file` as it is seen from outside.
  public Path path(String file) {
    return directory.resolve(file.substring(1));
  }

  /// Runs a command in it to its end.
  public RunningProcess exec(String... command) throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>();
    if (machine == null) {
      whole.addAll(List.of("unshare", "--mount", "sh", "-c", ENTER, directory.toString()));
    } else {
      String target = Long.toString(firstProcess);
      whole.addAll(List.of("nsenter", "--target", target, "--all", "--root", "--wd"));
    }
    whole.addAll(List.of(command));
    Map<String, String> environment = Map.of("LC_ALL", "C", "DEBIAN_FRONTEND", "noninteractive");
    RunningProcess process = new RunningProcess(whole, directory, environment);
    process.exitCode();
    return process;
  }

  /// Runs a command that must succeed.
  ///
  /// @return what it printed
  public List<String> must(String... command) throws IOException, InterruptedException {
    RunningProcess process = exec(command);
    assertEquals(
        0, process.exitCode(), () -> String.join(" ", command) + "\n" + process.transcript());
    return process.out();
  }

  /// Starts its systemd.
  ///
  /// @return why that is not possible here; empty when it runs
  public Optional<String> boot() throws IOException, InterruptedException {
    RunningProcess started =
        new RunningProcess(
            List.of(
                "systemd-nspawn",
                "--directory=" + directory,
                "--boot",
                "--register=no",
                "--keep-unit",
                // as on a controller: what the unit forbids, it alone shall forbid
                "--system-call-filter=adjtimex clock_adjtime",
                "--link-journal=no"),
            directory,
            Map.of());
    machine = started;
    long deadlineNanos = System.nanoTime() + BOOTING.toNanos();
    while (started.alive() && System.nanoTime() - deadlineNanos < 0) {
      firstProcess = childOf(started.pid()); // at first a helper of systemd-nspawn, soon gone
      if (firstProcess != 0
          && exec("systemctl", "is-active", "multi-user.target").exitCode() == 0) {
        return Optional.empty();
      }
      Thread.sleep(100);
    }
    return Optional.of("systemd-nspawn: " + started.transcript());
  }

  private static long childOf(long pid) {
    return ProcessHandle.of(pid).stream()
        .flatMap(ProcessHandle::children)
        .mapToLong(ProcessHandle::pid)
        .findFirst()
        .orElse(0);
  }

  /// Whatever runs in it ends with it.
  @Override
  public void close() throws IOException {
    try {
      if (machine != null) {
        machine.kill();
      }
      run(List.of("rm", "-rf", "--one-file-system", directory.toString()), Path.of("/"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void run(List<String> command, Path in) throws IOException, InterruptedException {
    RunningProcess process = new RunningProcess(command, in, Map.of());
    assertEquals(0, process.exitCode(), process::transcript);
  }
}
