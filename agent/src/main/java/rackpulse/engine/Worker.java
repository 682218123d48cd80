package rackpulse.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A named thread with one duty, done in rounds, so that others can see whether it is alive.
///
/// [#trouble] is for one thread, the one that looks after the workers.
final class Worker {
  /// Whoever looks after the workers does so every few seconds. Where more time has passed, the
  /// whole process stood still (SIGSTOP, a machine out of memory), and nobody is stuck for that.
  private static final long LONGEST_LOOK_NANOS = Duration.ofSeconds(10).toNanos();

  private final Thread thread;
  private final Duration limit;
  private final Clocks clocks;
  private final Runnable onEnd;
  private volatile long rounds;
  private volatile boolean asked;
  private volatile @Nullable Throwable failure;
  private long seenRounds;
  private long lookNanos;
  private long stuckNanos;

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
    lookNanos = clocks.nanos();
    thread = Thread.ofPlatform().name(name).unstarted(() -> run(duty));
  }

  String name() {
    return thread.getName();
  }

  void start() {
    lookNanos = clocks.nanos();
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

  /// Waits for the end of the thread, however long that takes.
  void join() throws InterruptedException {
    thread.join();
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
    if (thread.isAlive() && stuckNanos() > limit.toNanos()) {
      return "thread "
          + name()
          + " has not come back for "
          + stuckNanos / 1_000_000_000
          + " s, which nothing takes that works: a driver or a disk hangs";
    }
    return null;
  }

  private long stuckNanos() {
    long nowNanos = clocks.nanos();
    long present = rounds;
    stuckNanos =
        present == seenRounds ? stuckNanos + Math.min(nowNanos - lookNanos, LONGEST_LOOK_NANOS) : 0;
    seenRounds = present;
    lookNanos = nowNanos;
    return stuckNanos;
  }

  /// What ended the thread against its will.
  @Nullable Throwable failure() {
    return failure;
  }

  /// Telling others in order takes memory: when there is none, the process's last handler has the
  /// word.
  private void run(Duty duty) {
    try {
      work(duty);
      endOf(duty);
    } catch (OutOfMemoryError e) {
      failure = e;
      throw e;
    } finally {
      onEnd.run();
    }
  }

  private void work(Duty duty) {
    try {
      boolean goesOn = true;
      for (long round = 1; goesOn && !Thread.currentThread().isInterrupted(); round++) {
        rounds = round;
        goesOn = duty.work();
      }
    } catch (InterruptedException _) {
      // that is how a worker is asked to end
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (Throwable e) {
      failure = e;
    }
  }

  private void endOf(Duty duty) {
    Thread.interrupted(); // heard; it would close every file that is written at the end
    try {
      duty.end();
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (Throwable e) {
      failure = failure == null ? e : failure;
    }
  }
}
