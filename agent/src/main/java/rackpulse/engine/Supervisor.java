package rackpulse.engine;

import java.time.Duration;

/// Whoever started the process and watches it, such as systemd; called by the main thread, but for
/// [#giveUp].
public interface Supervisor {
  /// The configuration is accepted and every bus has been opened or reported down.
  void ready();

  /// How often it wants to hear [#alive], above 0.
  Duration aliveEvery();

  /// Every worker has ticked within its limit.
  void alive();

  /// One informative line for the operator.
  void status(String line);

  /// The agent is going to stop.
  void stopping();

  /// The agent cannot come to an end by itself: ends the process at once, without a word. Any
  /// thread may call.
  void giveUp();
}
