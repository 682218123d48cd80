package rackpulse.tests.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The agent as an operator starts it: whatever `-Dagent.command=` says, the jar or the binary.
public final class AgentProcess extends RunningProcess {
  private AgentProcess(List<String> command, Path directory, Map<String, String> environment)
      throws IOException {
    super(command, directory, environment);
  }

  /// Starts any command of the agent in `directory`.
  public static AgentProcess start(Path directory, String... arguments) throws IOException {
    return new AgentProcess(command(arguments), directory, Map.of());
  }

  /// Starts any command of the agent with additional environment.
  public static AgentProcess start(
      Path directory, Map<String, String> environment, String... arguments) throws IOException {
    return new AgentProcess(command(arguments), directory, environment);
  }

  /// Writes `configuration` to `rackpulse.toml` in `directory` and runs the agent on it, with the
  /// site's profiles in `profiles`.
  public static AgentProcess run(Path directory, Object configuration) throws IOException {
    return run(directory, configuration, Map.of());
  }

  /// The same with additional environment.
  public static AgentProcess run(
      Path directory, Object configuration, Map<String, String> environment) throws IOException {
    Files.writeString(directory.resolve("rackpulse.toml"), configuration.toString());
    return start(
        directory, environment, "run", "--config", "rackpulse.toml", "--profiles", "profiles");
  }

  /// Starts any command of the agent through another program, such as one that changes the user.
  public static AgentProcess startThrough(List<String> wrapper, Path directory, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(command(arguments));
    return new AgentProcess(command, directory, Map.of());
  }

  private static List<String> command(String... arguments) {
    // what runs in the background of a shell inherits that interrupts are ignored
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
    command.addAll(List.of(System.getProperty("agent.command").split(" ")));
    command.addAll(List.of(arguments));
    return command;
  }
}
