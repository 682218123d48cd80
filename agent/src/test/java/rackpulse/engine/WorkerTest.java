package rackpulse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkerTest {
  private final ManualClock clock = new ManualClock(0);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicInteger cleanUps = new AtomicInteger();

  /// One round.
  private interface Round {
    boolean go() throws InterruptedException;
  }

  @Test
  void saysThatItsThreadDiedAndOfWhat() throws InterruptedException {
    Worker worker =
        start(() -> {
          throw new IllegalStateException("broken");
        });
    assertTrue(ended.await(10, TimeUnit.SECONDS));
    assertEquals("thread test died: java.lang.IllegalStateException: broken", worker.trouble());
    assertNotNull(worker.failure());
    assertEquals(1, cleanUps.get());
  }

  @Test
  void saysThatARoundLastsTooLong() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    Worker worker =
        start(() -> {
          inside.countDown();
          new CountDownLatch(1).await();
          return true;
        });
    assertTrue(inside.await(10, TimeUnit.SECONDS));
    assertNull(worker.trouble());
    for (int seconds = 5; seconds <= 60; seconds += 5) {
      clock.advance(5);
      assertNull(worker.trouble());
    }
    clock.advance(1);
    assertTrue(
        String.valueOf(worker.trouble()).startsWith("thread test has not come back for 61 s"));
    worker.interrupt();
    assertTrue(ended.await(10, TimeUnit.SECONDS));
  }

  @Test
  void nobodyIsStuckWhileTheWholeProcessStandsStill() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    Worker worker =
        start(() -> {
          inside.countDown();
          new CountDownLatch(1).await();
          return true;
        });
    assertTrue(inside.await(10, TimeUnit.SECONDS));
    assertNull(worker.trouble());
    clock.advance(3600);
    assertNull(worker.trouble(), "nobody looked for an hour");
    clock.advance(5);
    assertNull(worker.trouble());
    worker.interrupt();
    assertTrue(ended.await(10, TimeUnit.SECONDS));
  }

  @Test
  void endIsTroubleOnlyWhenNobodyAskedForIt() throws InterruptedException {
    Worker quitter = start(() -> false);
    assertTrue(ended.await(10, TimeUnit.SECONDS));
    assertTrue(quitter.join(Long.MAX_VALUE));
    assertEquals("thread test ended by itself", quitter.trouble());

    Worker obedient =
        start(() -> {
          new CountDownLatch(1).await();
          return true;
        });
    assertFalse(obedient.join(clock.nanos()), "still there");
    obedient.interrupt();
    assertTrue(obedient.join(Long.MAX_VALUE));
    assertNull(obedient.trouble());
    assertEquals(2, cleanUps.get());
  }

  private Worker start(Round round) {
    Worker.Duty duty =
        new Worker.Duty() {
          @Override
          public boolean work() throws InterruptedException {
            return round.go();
          }

          @Override
          public void end() {
            cleanUps.incrementAndGet();
          }
        };
    Worker worker = new Worker("test", duty, Duration.ofSeconds(60), clock, ended::countDown);
    worker.start();
    return worker;
  }
}
