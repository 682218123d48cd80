package rackpulse.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SkippingClockTest {
  private long machineNanos = 1000;
  private final SkippingClock clock = new SkippingClock(() -> machineNanos);

  @Test
  void nobodyWaitsWhileItSkips() {
    clock.skip(true);
    clock.sleepUntil(clock.nanoTime() + 5_000_000_000L);
    assertEquals(5_000_001_000L, clock.nanoTime());
    clock.sleepUntil(1);
    assertEquals(5_000_001_000L, clock.nanoTime(), "time does not go back");
  }

  @Test
  void goesOnWithTheMachineAfterwards() {
    clock.skip(true);
    clock.sleepUntil(clock.nanoTime() + 500);
    clock.skip(false);
    machineNanos += 70;
    assertEquals(1570, clock.nanoTime());
    clock.sleepUntil(1570);
  }
}
