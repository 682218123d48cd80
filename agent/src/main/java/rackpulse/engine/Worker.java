package rackpulse.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A named thread with one duty, done in rounds, so that others can see whether it is alive.
final class Worker {
  private final Thread thread;
  private final Duration limit;
  private final Clocks clocks;
  private final Runnable onEnd;
  private volatile long roundNanos;
  private volatile boolean asked;
  private volatile @Nullable Throwable failure;

  /// What a worker does, all of it called by the worker's own thread.
  interface Duty {
    /// One round, which returns within the worker's limit.
    ///
    /// @return whether there is a next round
    /// @throws InterruptedException when the worker shall end
    boolean work() throws InterruptedException;

    /// Called once after the last round, however that ended.
    void end();
  }

  /// @param limit longer than any round lasts that still makes progress
  /// @param onEnd called by the ending thread
  Worker(String name, Duty duty, Duration limit, Clocks clocks, Runnable onEnd) {
    this.limit = limit;
    this.clocks = clocks;
    this.onEnd = onEnd;
    roundNanos = clocks.nanos();
    thread = Thread.ofPlatform().name(name).unstarted(() -> run(duty));
  }

  String name() {
    return thread.getName();
  }

  void start() {
    roundNanos = clocks.nanos();
    thread.start();
  }

  void interrupt() {
    asked = true;
    thread.interrupt();
  }

  /// Waits for the end of the thread.
  ///
  /// @return whether it has ended before `deadlineNanos`
  boolean join(long deadlineNanos) throws InterruptedException {
    long leftNanos = deadlineNanos - clocks.nanos();
    return leftNanos > 0 ? thread.join(Duration.ofNanos(leftNanos)) : !thread.isAlive();
  }

  /// What is wrong with the worker, in words for an operator; null when nothing is.
  @Nullable String trouble() {
    Throwable cause = failure;
    if (cause != null) {
      return "thread " + name() + " died: " + cause;
    }
    if (thread.getState() == Thread.State.TERMINATED && !asked) {
      return "thread " + name() + " ended by itself";
    }
    long stuckNanos = clocks.nanos() - roundNanos;
    if (thread.isAlive() && stuckNanos > limit.toNanos()) {
      return "thread " + name() + " has not come back for " + stuckNanos / 1_000_000_000 + " s";
    }
    return null;
  }

  /// What ended the thread against its will.
  @Nullable Throwable failure() {
    return failure;
  }

  private void run(Duty duty) {
    try {
      boolean goesOn = true;
      while (goesOn && !Thread.currentThread().isInterrupted()) {
        roundNanos = clocks.nanos();
        goesOn = duty.work();
      }
    } catch (InterruptedException _) {
      // that is how a worker is asked to end
    } catch (Throwable e) {
      failure = e;
    } finally {
      endOf(duty);
      onEnd.run();
    }
  }

  private void endOf(Duty duty) {
    try {
      duty.end();
    } catch (Throwable e) {
      failure = failure == null ? e : failure;
    }
  }
}
