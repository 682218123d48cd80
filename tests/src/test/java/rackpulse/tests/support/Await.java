package rackpulse.tests.support;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waiting for something that another process does, with a limit.
public final class Await {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

  private Await() {}

  /// Looks until `condition` holds; fails with `what` and `evidence` when it does not in time.
  public static void until(
      Duration within, String what, BooleanSupplier condition, Supplier<String> evidence)
      throws InterruptedException {
    long deadlineNanos = System.nanoTime() + within.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadlineNanos >= 0) {
        fail("waited " + within + " for " + what + "\n" + evidence.get());
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }
}
