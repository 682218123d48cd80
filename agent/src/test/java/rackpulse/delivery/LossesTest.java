package rackpulse.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Stamp;

class LossesTest {
  private static final Stamp STAMP = new Stamp(Instant.EPOCH, 0, true);

  @Test
  void mergesNeighboursInWhateverOrderTheyCome() {
    Losses losses = new Losses();
    losses.add(loss("a", 1, 3, Loss.Cause.MEMORY_OVERFLOW));
    losses.add(loss("a", 7, 9, Loss.Cause.MEMORY_OVERFLOW));
    losses.add(loss("a", 4, 6, Loss.Cause.MEMORY_OVERFLOW));
    assertEquals(loss("a", 1, 9, Loss.Cause.MEMORY_OVERFLOW), losses.take());
    assertNull(losses.take());
  }

  @Test
  void keepsCausesAndDevicesApart() {
    Losses losses = new Losses();
    losses.add(loss("a", 1, 1, Loss.Cause.MEMORY_OVERFLOW));
    losses.add(loss("a", 2, 2, Loss.Cause.REFUSED));
    losses.add(loss("b", 3, 3, Loss.Cause.REFUSED));
    assertEquals(3, losses.waiting());
    assertEquals("a", take(losses).device());
    assertEquals("b", take(losses).device(), "devices take turns");
    assertEquals(loss("a", 2, 2, Loss.Cause.REFUSED), losses.take());
    assertEquals(Map.of("memory-overflow", 1L, "refused", 2L), losses.counts());
  }

  @Test
  void whatIsPutBackIsToldAgainButCountedOnce() {
    Losses losses = new Losses();
    losses.add(loss("a", 1, 5, Loss.Cause.TOO_LARGE));
    Loss told = take(losses);
    losses.add(loss("a", 6, 6, Loss.Cause.TOO_LARGE));
    losses.putBack(told);
    assertEquals(loss("a", 1, 6, Loss.Cause.TOO_LARGE), losses.take());
    assertEquals(Map.of("too-large", 6L), losses.counts());
  }

  @Test
  void toldRangesCoverEveryLossHoweverScattered() {
    Random random = new Random(7);
    Losses losses = new Losses();
    TreeSet<Long> lost = new TreeSet<>();
    for (int i = 0; i < 500; i++) {
      long sequence = 1L + random.nextInt(1000);
      if (lost.add(sequence)) {
        losses.add(loss("a", sequence, sequence, Loss.Cause.REFUSED));
      }
      assertTrue(losses.waiting() <= Losses.MAX_RANGES);
    }
    for (Loss loss = losses.take(); loss != null; loss = losses.take()) {
      lost.subSet(loss.from(), true, loss.to(), true).clear();
    }
    assertEquals(new TreeSet<>(), lost);
  }

  private static Loss take(Losses losses) {
    Loss loss = losses.take();
    assertNotNull(loss);
    return loss;
  }

  private static Loss loss(String device, long from, long to, Loss.Cause cause) {
    return new Loss(device, STAMP, from, to, cause);
  }
}
