package rackpulse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import rackpulse.telemetry.Stamp;

class RealClocksTest {
  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

  private Instant wall = Instant.EPOCH;
  private long nanos = 7_000;
  private boolean synchronised;
  private Duration interruption = Duration.ZERO;
  private final RealClocks clocks = new RealClocks(this::wall, this::monotonic, () -> synchronised);

  @Test
  void datesWhatWasTakenBeforeTheClockWasSynchronised() {
    Stamp early = clocks.stamp();
    assertFalse(early.clockSynchronised());
    assertEquals(early, clocks.corrected(early), "nothing is known yet");
    pass(Duration.ofSeconds(90));
    synchroniseAt(NOON);
    clocks.stamp();
    pass(Duration.ofHours(1));
    Stamp dated = clocks.corrected(early);
    assertEquals(NOON.minusSeconds(90), dated.at());
    assertEquals(early.monotonicNanos(), dated.monotonicNanos());
    assertTrue(dated.clockSynchronised());
  }

  @Test
  void leavesWhatWasTakenAfterwardsAsItIs() {
    synchroniseAt(NOON);
    Stamp stamp = clocks.stamp();
    wall = NOON.minus(Duration.ofDays(1));
    clocks.stamp();
    assertEquals(stamp, clocks.corrected(stamp));
  }

  @Test
  void theLatestSynchronisationCounts() {
    synchroniseAt(NOON);
    clocks.stamp();
    synchronised = false;
    wall = Instant.EPOCH;
    Stamp astray = clocks.stamp();
    pass(Duration.ofSeconds(10));
    synchroniseAt(NOON.plusSeconds(100));
    clocks.stamp();
    assertEquals(NOON.plusSeconds(90), clocks.corrected(astray).at());
  }

  @Test
  void doesNotBelieveAClockThatIsSetWhileItIsRead() {
    synchroniseAt(NOON);
    int[] asked = {0};
    RealClocks setMeanwhile = new RealClocks(this::wall, this::monotonic, () -> asked[0]++ == 0);
    assertFalse(setMeanwhile.stamp().clockSynchronised());
  }

  @Test
  void asksTheKernelOnceASecondOrWhenTheWallClockWasSet() {
    int[] asked = {0};
    RealClocks counted =
        new RealClocks(
            this::wall,
            this::monotonic,
            () -> {
              asked[0]++;
              return synchronised;
            });
    synchroniseAt(NOON);
    assertTrue(counted.stamp().clockSynchronised());
    int once = asked[0];
    pass(Duration.ofMillis(900));
    assertTrue(counted.stamp().clockSynchronised());
    assertEquals(once, asked[0], "nothing happened");
    synchronised = false;
    wall = wall.plusMillis(20);
    assertFalse(counted.stamp().clockSynchronised(), "somebody set the clock");
    synchronised = true;
    pass(Duration.ofSeconds(1));
    assertTrue(counted.stamp().clockSynchronised(), "a second has passed");
    assertEquals(once + 1 + once, asked[0], "a no need not be heard twice");
  }

  @Test
  void readsBothClocksCloseToEachOther() {
    synchroniseAt(NOON);
    interruption = Duration.ofSeconds(3);
    Stamp stamp = clocks.stamp();
    assertEquals(NOON.plusSeconds(3), stamp.at());
    assertEquals(nanos, stamp.monotonicNanos(), "read again after the interruption");
  }

  private void synchroniseAt(Instant instant) {
    wall = instant;
    synchronised = true;
  }

  private void pass(Duration duration) {
    wall = wall.plus(duration);
    nanos += duration.toNanos();
  }

  private long monotonic() {
    return nanos;
  }

  /// The thread is made to wait once, after the wall clock was read.
  private Instant wall() {
    Instant now = wall;
    pass(interruption);
    interruption = Duration.ZERO;
    return now;
  }
}
