package rackpulse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LastResortTest {
  private static final Duration LIMIT = Duration.ofSeconds(7);

  private final CountDownLatch given = new CountDownLatch(1);

  @Test
  void givesUpWhenTheTimeIsOver() throws InterruptedException {
    ManualClock clock = new ManualClock(0);
    LastResort resort = new LastResort(LIMIT, clock, given::countDown);
    resort.arm();
    resort.arm();
    assertTrue(given.await(10, TimeUnit.SECONDS));
    assertEquals(LIMIT.toNanos(), clock.nanos());
  }

  @Test
  void doesNothingWhenAllHasEndedInOrder() throws InterruptedException {
    Duration limit = Duration.ofMillis(300);
    LastResort resort = new LastResort(limit, new MachineClocks(), given::countDown);
    resort.arm();
    resort.callOff();
    resort.arm();
    assertFalse(given.await(500, TimeUnit.MILLISECONDS));
  }
}
