package rackpulse.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final long SECOND = 1_000_000_000;

  /// Near the end of the clock's range, which a schedule must not notice.
  private static final long START = Long.parseLong("9223372033854775807");

  @Test
  void spreadsDevicesOverTheirPeriod() {
    Schedule schedule = schedule(4, 4, 4, 4);
    for (int device = 0; device < 4; device++) {
      assertEquals(START + device * SECOND, schedule.releaseNanos(device));
    }
    assertEquals(0, schedule.next(START));
    schedule.begin(0, START, true);
    assertEquals(Schedule.NONE, schedule.next(START));
    assertEquals(START + SECOND, schedule.nextReleaseNanos(START + 100 * SECOND));
    assertEquals(START + 4 * SECOND, schedule.releaseNanos(0));
  }

  @Test
  void slowDevicesHaveAnEarlyValueAndThenSpread() {
    Schedule schedule = schedule(3600, 3600);
    assertEquals(START + 5 * SECOND / 2, schedule.releaseNanos(1));
    schedule.begin(1, schedule.releaseNanos(1), true);
    assertEquals(START + 5400 * SECOND, schedule.releaseNanos(1), "half a period at least");
    schedule.begin(1, schedule.releaseNanos(1), true);
    assertEquals(START + 9000 * SECOND, schedule.releaseNanos(1));
  }

  @Test
  void earliestDeadlineComesFirst() {
    Schedule schedule = schedule(10, 1);
    long later = START + 5 * SECOND;
    assertEquals(1, schedule.next(later), "its period ended long ago");
    schedule.begin(1, later, true);
    assertEquals(0, schedule.next(later));
  }

  @Test
  void missedPeriodsAreSkippedAndCountedAndNeverMadeUpFor() {
    Schedule schedule = schedule(1);
    long late = START + 7 * SECOND + SECOND / 2;
    assertEquals(0, schedule.next(late));
    schedule.begin(0, late, true);
    assertEquals(7, schedule.statistics(false).missed());
    assertEquals(Schedule.NONE, schedule.next(late));
    assertEquals(START + 8 * SECOND, schedule.releaseNanos(0), "still on its grid");
  }

  @Test
  void latePollDoesNotShiftTheNext() {
    Schedule schedule = schedule(2);
    schedule.begin(0, START + SECOND, true);
    assertEquals(START + 2 * SECOND, schedule.releaseNanos(0));
    assertEquals(0, schedule.statistics(false).missed());
  }

  @Test
  void measuresLatenessAndJitterInAWindow() {
    Schedule schedule = schedule(1);
    schedule.begin(0, START, true);
    schedule.begin(0, START + SECOND + 30_000_000, true);
    schedule.begin(0, START + 2 * SECOND + 30_000_000, true);
    Schedule.Statistics first = schedule.statistics(true);
    assertEquals(20, first.latenessMeanMillis(), 1e-9);
    assertEquals(30, first.latenessMaxMillis(), 1e-9);
    assertEquals(10, first.jitterMillis(), 1e-9);
    schedule.begin(0, START + 3 * SECOND + 30_000_000, true);
    Schedule.Statistics second = schedule.statistics(true);
    assertEquals(0, second.jitterMillis(), 1e-9);
    assertEquals(4, second.polls());
  }

  @Test
  void turnsInWhichNobodyIsAskedAreNotMeasured() {
    Schedule schedule = schedule(1);
    schedule.begin(0, START + 2 * SECOND, false);
    Schedule.Statistics statistics = schedule.statistics(false);
    assertEquals(0, statistics.polls());
    assertEquals(0, statistics.latenessMaxMillis(), 0);
    assertEquals(2, statistics.missed());
  }

  @Test
  void everyPeriodHasOnePollOrIsCountedAsMissed() {
    Random random = new Random(11);
    for (int history = 0; history < 300; history++) {
      int devices = 1 + random.nextInt(5);
      int[] periods = random.ints(devices, 1, 20).toArray();
      Schedule schedule = schedule(periods);
      long now = START;
      List<Long> begun = new ArrayList<>();
      for (int step = 0; step < 400; step++) {
        int due = schedule.next(now);
        if (due == Schedule.NONE) {
          long next = schedule.nextReleaseNanos(now + 1000 * SECOND);
          assertTrue(next - now > 0);
          now = next;
        } else {
          begun.add(now);
          schedule.begin(due, now, true);
          now += random.nextInt(10) == 0 ? random.nextLong(30 * SECOND) : random.nextLong(SECOND);
        }
      }
      long periodsPassed = 0;
      for (int device = 0; device < devices; device++) {
        long periodNanos = periods[device] * SECOND;
        periodsPassed += (schedule.releaseNanos(device) - START) / periodNanos;
      }
      Schedule.Statistics statistics = schedule.statistics(false);
      assertEquals(begun.size(), statistics.polls());
      long accounted = statistics.polls() + statistics.missed();
      assertTrue(accounted >= periodsPassed, "a period without poll or miss");
      assertTrue(accounted <= periodsPassed + devices, "more than the early first polls");
    }
  }

  private static Schedule schedule(int... seconds) {
    List<Duration> periods = new ArrayList<>();
    for (int each : seconds) {
      periods.add(Duration.ofSeconds(each));
    }
    return new Schedule(periods, START);
  }
}
