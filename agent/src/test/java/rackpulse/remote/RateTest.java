package rackpulse.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RateTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  @Test
  void allowsNoMoreThanSoManyInAMinuteWhereverItBegins() {
    Rate rate = new Rate(10, Duration.ofMinutes(1));
    Random random = new Random(7);
    List<Long> allowed = new ArrayList<>();
    long nowNanos = Long.MAX_VALUE - 5 * MINUTE; // such a clock may wrap
    long startNanos = nowNanos;
    for (int i = 0; i < 2000; i++) {
      nowNanos += random.nextLong(MINUTE / 30);
      if (rate.allows(nowNanos)) {
        allowed.add(nowNanos - startNanos);
      }
    }
    for (int i = 10; i < allowed.size(); i++) {
      assertTrue(allowed.get(i) - allowed.get(i - 10) >= MINUTE);
    }
    long minutes = (nowNanos - startNanos) / MINUTE;
    assertTrue(allowed.size() >= 9 * minutes, allowed.size() + " in " + minutes);
  }

  @Test
  void whatIsRefusedDoesNotCount() {
    Rate rate = new Rate(1, Duration.ofMinutes(1));
    assertTrue(rate.allows(0));
    for (long nanos = 1; nanos < MINUTE; nanos += MINUTE / 7) {
      assertFalse(rate.allows(nanos));
    }
    assertTrue(rate.allows(MINUTE));
    assertEquals(false, rate.allows(MINUTE + 1));
  }
}
