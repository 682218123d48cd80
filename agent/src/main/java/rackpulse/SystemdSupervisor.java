package rackpulse;

import java.time.Duration;
import java.util.Map;
import rackpulse.command.ExitCode;
import rackpulse.engine.Supervisor;
import rackpulse.linux.NotifySocket;

/// Tells systemd how the agent does (sd_notify(3)); says nothing where nobody listens.
final class SystemdSupervisor implements Supervisor {
  /// How often the engine looks at its threads when nobody waits for a sign of life.
  private static final Duration UNWATCHED = Duration.ofSeconds(5);

  /// systemd itself takes no `WatchdogSec=` below a millisecond; this many signs of life a second
  /// harm nobody.
  private static final Duration SHORTEST = Duration.ofMillis(10);

  private final NotifySocket socket;
  private final boolean watched;
  private final Duration aliveEvery;

  /// @param environment of the process, where `WATCHDOG_USEC` and `WATCHDOG_PID` may be
  ///   (sd_watchdog_enabled(3))
  /// @param pid of the process
  SystemdSupervisor(NotifySocket socket, Map<String, String> environment, long pid) {
    this.socket = socket;
    long micros = number(environment.getOrDefault("WATCHDOG_USEC", ""));
    String watchedPid = environment.getOrDefault("WATCHDOG_PID", "");
    watched = micros > 0 && (watchedPid.isEmpty() || number(watchedPid) == pid);
    aliveEvery = watched ? half(micros) : UNWATCHED;
  }

  /// Half the time is what sd_watchdog_enabled(3) recommends.
  private static Duration half(long micros) {
    Duration half = Duration.ofNanos(Math.min(micros, Long.MAX_VALUE / 1000) * 1000 / 2);
    return half.compareTo(SHORTEST) < 0 ? SHORTEST : half;
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  @Override
  public void ready() {
    socket.send("READY=1");
  }

  /// A reload begins; [#ready] says that it is over. The time tells systemd which of two reloads is
  /// meant, by CLOCK_MONOTONIC, which on Linux is what Java's nanoseconds count.
  void reloading() {
    socket.send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
  }

  @Override
  public Duration aliveEvery() {
    return aliveEvery;
  }

  @Override
  public void alive() {
    if (watched) {
      socket.send("WATCHDOG=1");
    }
  }

  @Override
  public void status(String line) {
    socket.send("STATUS=" + line.replace('\n', ' '));
  }

  @Override
  public void stopping() {
    socket.send("STOPPING=1");
  }

  @Override
  public void giveUp() {
    Runtime.getRuntime().halt(ExitCode.INTERNAL);
  }
}
