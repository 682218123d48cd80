package rackpulse.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

class BlockMeanTest {
  private static final long EVERY_MILLIS = 10_000;
  private static final long BLOCK = BlockMean.BLOCK_MILLIS;

  private final List<String> blocks = new ArrayList<>();
  private BlockMean mean = new BlockMean(BLOCK, EVERY_MILLIS);
  private long wallMillis = 1_767_225_600_000L;

  @Test
  void deliversTheMeanWhenTheNextBlockBegins() {
    read(30, 1);
    read(30, 2);
    assertEquals(List.of(), blocks.subList(1, blocks.size()));
    read(1, 3);
    assertEquals(List.of("1767225600000 1.0 1", "1767225900000 2.0 1"), blocks);
  }

  @Test
  void yieldsNothingForABlockWithTooFewReadings() {
    wallMillis += 16 * EVERY_MILLIS;
    read(14, 1);
    read(30, 2);
    read(14, 3);
    read(16, Double.NaN);
    read(15, 4);
    read(15, Double.POSITIVE_INFINITY);
    read(1, 5);
    assertEquals(List.of("1767225900000 2.0 1", "1767226500000 4.0 2"), blocks);
  }

  @Test
  void countsTheBlocksThatWereMissed() {
    read(30, 1);
    read(120, Double.NaN);
    read(30, 2);
    read(1, 3);
    assertEquals(List.of("1767225600000 1.0 1", "1767227100000 2.0 5"), blocks);
  }

  @Test
  void aClockThatIsSetIsNoGap() {
    read(45, 1);
    wallMillis += 7_200_000;
    read(60, 2);
    wallMillis -= 9_000_000;
    read(46, 3);
    List<String> intervals = blocks.stream().map(block -> block.split(" ", 0)[2]).toList();
    assertEquals(Collections.nCopies(7, "1"), intervals, blocks::toString);
  }

  @Test
  void goesOnBitByBitAfterARestart() throws UnusableState {
    read(37, 0.1);
    mean = restored(mean);
    read(30, 0.2);
    List<String> restarted = List.copyOf(blocks);
    blocks.clear();
    mean = new BlockMean(BLOCK, EVERY_MILLIS);
    wallMillis = 1_767_225_600_000L;
    read(37, 0.1);
    read(30, 0.2);
    assertEquals(blocks, restarted);
    assertArrayEquals(bytes(mean), bytes(restored(mean)));
  }

  @Test
  void aSlowSensorNeedsOneReadingPerBlock() {
    BlockMean slow = new BlockMean(BLOCK, BLOCK);
    assertFalse(slow.observe(0, 0, 5));
    assertTrue(slow.observe(BLOCK, BLOCK * 1_000_000, 6));
    assertEquals(5, slow.mean());
  }

  private void read(int times, double value) {
    for (int i = 0; i < times; i++) {
      if (mean.observe(wallMillis, EVERY_MILLIS * 1_000_000, value)) {
        blocks.add(mean.startMillis() + " " + mean.mean() + " " + mean.intervals());
      }
      wallMillis += EVERY_MILLIS;
    }
  }

  private static BlockMean restored(BlockMean mean) throws UnusableState {
    BlockMean restored = new BlockMean(BLOCK, EVERY_MILLIS);
    restored.restore(new StateReader(bytes(mean)));
    return restored;
  }

  private static byte[] bytes(BlockMean mean) {
    StateWriter writer = new StateWriter();
    mean.save(writer);
    return writer.toBytes();
  }
}
