package rackpulse.remote;

import java.util.Optional;

/// A command that was understood and is allowed.
public sealed interface Request {
  Command command();

  /// See [Command#READ].
  record Read(String device) implements Request {
    @Override
    public Command command() {
      return Command.READ;
    }
  }

  /// See [Command#RESCAN].
  ///
  /// @param bus all buses when empty
  record Rescan(Optional<String> bus) implements Request {
    @Override
    public Command command() {
      return Command.RESCAN;
    }
  }

  /// See [Command#RELOAD].
  record Reload() implements Request {
    @Override
    public Command command() {
      return Command.RELOAD;
    }
  }

  /// See [Command#RETRAIN].
  ///
  /// @param channel all channels of the device when empty
  record Retrain(String device, Optional<String> channel) implements Request {
    @Override
    public Command command() {
      return Command.RETRAIN;
    }
  }

  /// See [Command#DUMP_RECORDER].
  record DumpRecorder() implements Request {
    @Override
    public Command command() {
      return Command.DUMP_RECORDER;
    }
  }

  /// See [Command#IDENTIFY].
  record Identify() implements Request {
    @Override
    public Command command() {
      return Command.IDENTIFY;
    }
  }
}
