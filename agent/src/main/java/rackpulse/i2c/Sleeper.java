package rackpulse.i2c;

import java.time.Duration;

/// How time passes while a chip works.
@FunctionalInterface
interface Sleeper {
  /// Lets the thread rest; an interruption ends that early and stays to be seen.
  Sleeper THREAD =
      atLeast -> {
        try {
          Thread.sleep(atLeast);
        } catch (InterruptedException stopping) {
          Thread.currentThread().interrupt();
        }
      };

  void sleep(Duration atLeast);
}
