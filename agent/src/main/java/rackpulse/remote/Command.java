package rackpulse.remote;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What can be asked of the agent. None of it writes to a device.
public enum Command {
  /// One poll of a device, out of turn.
  READ("read", "device", ""),
  /// Probe devices that are dormant, and open buses that are down, now.
  RESCAN("rescan", "", "bus"),
  /// Read the configuration file again.
  RELOAD("reload", "", ""),
  /// Forget what the models of a device, or of one channel of it, have learned.
  RETRAIN("retrain", "device", "channel"),
  /// Write the latest traffic of each bus into files.
  DUMP_RECORDER("dump-recorder", "", ""),
  /// What this agent is, where, and of which version.
  IDENTIFY("identify", "", "");

  private final String id;
  private final String needed;
  private final String possible;

  /// @param needed the member that its request must have; empty for none
  /// @param possible the member that it may have; empty for none
  Command(String id, String needed, String possible) {
    this.id = id;
    this.needed = needed;
    this.possible = possible;
  }

  /// As in requests and in the configuration.
  public String id() {
    return id;
  }

  /// The member that its request must have; empty for none.
  String needed() {
    return needed;
  }

  /// Whether its request may have the member `name`.
  boolean takes(String name) {
    return !name.isEmpty() && (name.equals(needed) || name.equals(possible));
  }

  /// The command called `id`.
  public static Optional<Command> of(String id) {
    return Arrays.stream(values()).filter(command -> command.id.equals(id)).findFirst();
  }

  /// The names of all.
  public static List<String> ids() {
    return Arrays.stream(values()).map(Command::id).toList();
  }
}
