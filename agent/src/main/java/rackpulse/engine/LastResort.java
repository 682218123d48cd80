package rackpulse.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;

/// Ends the process when its orderly end takes too long: a stuck thread, a log that nobody reads or
/// a library may hold up the very thread that stops the others. Any thread may call.
final class LastResort {
  /// What it may take to say so; a log that nobody reads must not keep the process alive.
  private static final Duration LAST_WORD = Duration.ofSeconds(1);

  private final Duration limit;
  private final Clocks clocks;
  private final Runnable giveUp;
  private @Nullable Thread thread;
  private boolean calledOff;

  /// @param limit from [#arm] to the end
  /// @param giveUp ends the process
  LastResort(Duration limit, Clocks clocks, Runnable giveUp) {
    this.limit = limit;
    this.clocks = clocks;
    this.giveUp = giveUp;
  }

  /// From now on the process has a limited time to end; only the first call counts.
  synchronized void arm() {
    if (thread == null && !calledOff) {
      thread = Thread.ofPlatform().daemon().name("last-resort").start(this::await);
    }
  }

  /// All has ended in order, for good.
  synchronized void callOff() {
    calledOff = true;
    if (thread != null) {
      thread.interrupt();
    }
  }

  private void await() {
    try {
      clocks.sleepUntil(clocks.nanos() + limit.toNanos());
      Runnable word =
          () -> Logger.error("the agent has not ended within {} s: giving up", limit.toSeconds());
      Thread.ofPlatform().daemon().name("last-word").start(word).join(LAST_WORD);
      giveUp.run();
    } catch (InterruptedException _) {
      // called off
    }
  }
}
