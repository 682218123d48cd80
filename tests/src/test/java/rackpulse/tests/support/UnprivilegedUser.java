package rackpulse.tests.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// Runs the agent as somebody who cannot read everything, as root can.
public final class UnprivilegedUser {
  /// `nobody` on every Linux.
  private static final int NOBODY = 65_534;

  private static final List<String> WRAPPER =
      List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");

  private UnprivilegedUser() {}

  /// Skips the test, loudly, where nobody else can be played or the agent's files are not for all.
  ///
  /// @param directory that of the test, which becomes open for the user
  public static UnprivilegedUser orSkip(Path directory) throws IOException, InterruptedException {
    UnprivilegedUser user = new UnprivilegedUser();
    boolean root = Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    boolean works = false;
    if (root) {
      user.own(directory);
      try (AgentProcess agent = AgentProcess.startThrough(WRAPPER, directory, "--version")) {
        works = agent.exitCode() == 0;
      }
    }
    if (!works) {
      System.err.println("UNPRIVILEGED USER SKIPPED: needs root, setpriv and an agent for all");
    }
    Assumptions.assumeTrue(works);
    return user;
  }

  /// Gives `file`, or all in a directory, to this user.
  public void own(Path file) throws IOException {
    try (Stream<Path> files = Files.walk(file)) {
      for (Path one : files.toList()) {
        Files.setAttribute(one, "unix:uid", NOBODY);
      }
    }
  }

  /// Takes `file` away from this user.
  public static void giveToRoot(Path file) throws IOException {
    Files.setAttribute(file, "unix:uid", 0);
  }

  /// Runs the agent on `rackpulse.toml` in `directory`.
  public AgentProcess run(Path directory) throws IOException {
    return AgentProcess.startThrough(
        WRAPPER, directory, "run", "--config", "rackpulse.toml", "--profiles", "profiles");
  }
}
