package rackpulse.modbus;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TurnaroundTest {
  private static final long CHARACTER = 1_000;
  private static final long MAX = 300_000;

  @Test
  void findsWhatADeviceTakesFromAboveAndFromBelow() {
    for (long expected : new long[] {0, 20_000, 250_000}) {
      Turnaround turnaround = new Turnaround(CHARACTER, expected, MAX);
      observe(turnaround, 20_000, 40);
      for (int i = 0; i < 100; i++) {
        observe(turnaround, 20_000, 1);
        assertTrue(Math.abs(turnaround.expectedNanos() - 20_000) <= 3 * CHARACTER);
      }
    }
  }

  @Test
  void oneSlowAnswerDoesNotMakeItWaitLong() {
    Turnaround turnaround = new Turnaround(CHARACTER, 5_000, MAX);
    observe(turnaround, 5_000, 20);
    observe(turnaround, 205_000, 1);
    assertTrue(turnaround.expectedNanos() < 60_000);
    observe(turnaround, 5_000, 10);
    assertTrue(Math.abs(turnaround.expectedNanos() - 5_000) <= 3 * CHARACTER);
  }

  @Test
  void staysWithinItsBounds() {
    Random random = new Random(7);
    Turnaround turnaround = new Turnaround(CHARACTER, Long.MAX_VALUE, MAX);
    for (int i = 0; i < 10_000; i++) {
      if (random.nextBoolean()) {
        turnaround.wasComplete();
      } else {
        turnaround.wasLate(random.nextLong(10 * MAX));
      }
      assertTrue(turnaround.expectedNanos() >= 0 && turnaround.expectedNanos() <= MAX);
    }
  }

  private static void observe(Turnaround turnaround, long actualNanos, int times) {
    for (int i = 0; i < times; i++) {
      if (turnaround.expectedNanos() >= actualNanos) {
        turnaround.wasComplete();
      } else {
        turnaround.wasLate(actualNanos - turnaround.expectedNanos());
      }
    }
  }
}
