package rackpulse.command;

import java.io.PrintStream;
import java.util.Map;
import rackpulse.config.Configuration;
import rackpulse.engine.BusOpener;
import rackpulse.reload.Reloading;
import rackpulse.terminal.Terminal;

/// What the commands are given by the composition root.
///
/// @param version of the program
/// @param terminal where results go
/// @param err where problems go
/// @param environment the process environment
/// @param opener opens real buses
/// @param bareOpener opens them without steps of recovery, for a scan in which silence is usual
/// @param runner runs the agent
public record Services(
    String version,
    Terminal terminal,
    PrintStream err,
    Map<String, String> environment,
    BusOpener opener,
    BusOpener bareOpener,
    Runner runner) {

  /// The agent itself, once in a process.
  public interface Runner {
    /// Runs until the process is told to stop or [#stop] is called.
    ///
    /// @param source where another configuration comes from when a reload is wanted
    /// @return an [ExitCode]
    int run(Configuration configuration, Reloading.Source source, BusOpener opener);

    /// Asks a running agent to stop; returns at once.
    void stop();
  }
}
