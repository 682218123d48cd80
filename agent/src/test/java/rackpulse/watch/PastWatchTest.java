package rackpulse.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import rackpulse.analysis.BlockMean;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.State;
import rackpulse.telemetry.Report;

class PastWatchTest {
  private static final int DAY = 288;

  private final PastWatch watch = new PastWatch(Rig.INLET);
  private long blocks;

  /// The worst there is for whoever looks for news: a channel that just wanders off.
  @Test
  void channelsThatJustWanderAreHardlyEverTold() {
    int early = 0;
    int late = 0;
    for (int seed = 0; seed < 40; seed++) {
      PastWatch wandering = new PastWatch(Rig.INLET);
      Random random = new Random(seed);
      Set<String> known = new HashSet<>();
      double value = 24;
      for (int i = 0; i < 5 * DAY; i++) {
        value += 0.1 * random.nextGaussian();
        for (Anomaly anomaly : observe(wandering, value)) {
          if (known.add(anomaly.id())) {
            early += wandering.isConfident() ? 0 : 1;
            late += wandering.isConfident() ? 1 : 0;
          }
        }
      }
    }
    assertTrue(early <= 6, early + " in 80 first days");
    assertTrue(late <= 18, late + " in 120 days after them, of which one in ten days may be");
  }

  @Test
  void whatIsClearlyUnusualIsToldOnTheSecondDayAlready() {
    Random random = new Random(3);
    for (int i = 0; i < DAY + DAY / 2; i++) {
      assertEquals(List.of(), observe(watch, 24 + 0.1 * random.nextGaussian()));
    }
    assertFalse(watch.isConfident());
    List<Anomaly> told = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      told.addAll(observe(watch, 24 + 0.15 * i + 0.1 * random.nextGaussian()));
    }
    assertFalse(told.isEmpty());
    assertEquals(State.RAISED, told.getFirst().state());
  }

  @Test
  void theTextDoesNotContradictItself() {
    int inside = 0;
    int outside = 0;
    for (int seed = 0; seed < 20; seed++) {
      PastWatch past = new PastWatch(Rig.INLET);
      Random random = new Random(seed);
      for (int i = 0; i < 6 * DAY; i++) {
        boolean isWild = i > 5 * DAY;
        double value = 24 + (isWild ? 0.35 : 0.1) * random.nextGaussian();
        for (Anomaly anomaly : observe(past, value)) {
          double observed = anomaly.observed().orElseThrow();
          boolean isUsual =
              observed >= anomaly.low().orElseThrow() && observed <= anomaly.high().orElseThrow();
          boolean isToldUsual = anomaly.text().contains(", which is usual at this time of day (");
          boolean isToldNot = anomaly.text().contains(", at this time of day usually ");
          inside += isUsual ? 1 : 0;
          outside += isUsual ? 0 : 1;
          if (anomaly.state() == State.RAISED) {
            assertEquals(isUsual, isToldUsual, anomaly.text());
            assertEquals(!isUsual, isToldNot, anomaly.text());
          }
        }
      }
    }
    assertTrue(inside > 0 && outside > 0, inside + " inside, " + outside + " outside");
  }

  /// Takes the next block.
  private List<Anomaly> observe(PastWatch past, double value) {
    blocks++;
    BlockMean block = new BlockMean(BlockMean.BLOCK_MILLIS, BlockMean.BLOCK_MILLIS);
    long start = blocks * BlockMean.BLOCK_MILLIS;
    block.observe(start, BlockMean.BLOCK_MILLIS * 1_000_000, value);
    block.observe(start + BlockMean.BLOCK_MILLIS, BlockMean.BLOCK_MILLIS * 1_000_000, value);
    List<Report> reports = new ArrayList<>();
    past.observe(Rig.at(start / 1e3 + 300), block, reports);
    return reports.stream().map(Anomaly.class::cast).toList();
  }
}
