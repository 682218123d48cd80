package rackpulse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import rackpulse.telemetry.Health;

/// What this process has used so far, from `/proc/self` (proc_pid_status(5)).
final class OwnProcess {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";
  private static final String THREADS = "Threads:";

  private OwnProcess() {}

  static Health.Process now() {
    String status = "";
    try {
      status = Files.readString(STATUS);
    } catch (IOException e) {
      // zeros say that the kernel does not tell
    }
    double cpuSeconds =
        ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    return new Health.Process(
        cpuSeconds, 1024 * number(status, RESIDENT), (int) number(status, THREADS));
  }

  /// The first number after `key`, 0 when there is none.
  static long number(String status, String key) {
    int at = status.indexOf(key);
    long number = 0;
    if (at >= 0) {
      at += key.length();
      while (at < status.length() && Character.isWhitespace(status.charAt(at))) {
        at++;
      }
      while (at < status.length() && Character.isDigit(status.charAt(at))) {
        number = 10 * number + Character.digit(status.charAt(at++), 10);
      }
    }
    return number;
  }
}
