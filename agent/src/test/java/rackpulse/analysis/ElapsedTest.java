package rackpulse.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

class ElapsedTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void followsTheMonotonicClockWhileRunning() {
    Elapsed elapsed = new Elapsed();
    assertEquals(0, elapsed.step(5 * SECOND, 1_000_000));
    assertEquals(10 * SECOND, elapsed.step(15 * SECOND, 9_999_999));
    assertEquals(0, elapsed.step(15 * SECOND, 1));
    assertEquals(0, elapsed.step(14 * SECOND, 2));
  }

  @Test
  void followsTheWallClockAcrossARestart() throws UnusableState {
    Elapsed before = new Elapsed();
    before.step(900 * SECOND, 1_000_000);
    assertEquals(60 * SECOND, restored(before).step(3 * SECOND, 1_060_000));
    assertEquals(0, restored(before).step(3 * SECOND, 940_000));
    Elapsed after = restored(before);
    after.step(3 * SECOND, 1_060_000);
    assertEquals(2 * SECOND, after.step(5 * SECOND, 1_090_000));
    assertEquals(0, restored(new Elapsed()).step(3 * SECOND, 1_060_000));
  }

  private static Elapsed restored(Elapsed elapsed) throws UnusableState {
    StateWriter writer = new StateWriter();
    elapsed.save(writer);
    Elapsed restored = new Elapsed();
    restored.restore(new StateReader(writer.toBytes()));
    return restored;
  }
}
