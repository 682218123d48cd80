package rackpulse.engine;

/// Whoever started the process and watches it, such as systemd; called by the main thread.
public interface Supervisor {
  /// The configuration is accepted and every bus has been opened or reported down.
  void ready();

  /// Every worker has ticked within its limit.
  void alive();

  /// One informative line for the operator.
  void status(String line);

  /// The agent is going to stop.
  void stopping();
}
