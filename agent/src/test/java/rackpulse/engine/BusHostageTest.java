package rackpulse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.schedule.Errands;
import rackpulse.sensor.DeviceSettings;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Reading;

/// No device takes the bus from the others, whatever it does: hours of racks of all kinds, in
/// simulated time.
class BusHostageTest {
  private static final int SEEDS = 150;
  private static final double PROBE_EVERY = 60;
  private static final double PATIENCE = 2;
  private static final double SAVED = 60;

  private final ManualClock clock = new ManualClock(0);
  private final FakeBus wires = new FakeBus();
  private final List<Poll> polls = new ArrayList<>();
  private final List<DeviceStatus> states = new ArrayList<>();
  private double wasted;

  @Test
  void theDeadCostTheirShareAndTheLivingKeepTheirSchedule() throws InterruptedException {
    for (int seed = 0; seed < SEEDS; seed++) {
      BusHostageTest one = new BusHostageTest();
      one.lives(new Random(seed), "seed " + seed);
    }
  }

  private void lives(Random random, String seed) throws InterruptedException {
    int dead = 1 + random.nextInt(12);
    int living = 1 + random.nextInt(5);
    double share = 0.01 + 0.2 * random.nextDouble();
    double every = 0.5 + 4 * random.nextDouble();
    double answerSeconds = 0.4 * random.nextDouble() * every / living;
    double timeoutSeconds = 0.05 + (every - 0.05) * 0.4 * random.nextDouble();
    List<DeviceSettings> devices = new ArrayList<>();
    for (int i = 0; i < living; i++) {
      devices.add(FakeBus.device("live" + i, "main", every));
      wires.behave("live" + i, _ -> answer(answerSeconds));
    }
    for (int i = 0; i < dead; i++) {
      devices.add(random.nextInt(devices.size() + 1), FakeBus.device("dead" + i, "main", every));
    }
    setDead(dead, timeoutSeconds, random.nextBoolean() ? 0 : 30);
    BusWorker worker = worker(devices, share);
    double hour = 3600;
    run(worker, hour);

    double deaths = dead * DeviceSession.OFFLINE_AFTER * timeoutSeconds;
    double allowed = share * (hour + SAVED) + timeoutSeconds + deaths;
    assertTrue(wasted <= allowed, seed + ": " + wasted + " s of " + allowed + " s");
    double due = living * hour / every;
    double done = readings("live");
    assertTrue(done >= 0.99 * due - living, seed + ": " + done + " of " + due);
    assertEquals(dead, worker.health(false).dormant(), seed);

    double bound = PROBE_EVERY + dead * (timeoutSeconds / share + PATIENCE) + every;
    int only = random.nextInt(dead);
    double waited = revive(worker, List.of("dead" + only), bound);
    assertTrue(waited <= bound, seed + ": one was noticed after " + waited + " s, not " + bound);
    List<String> rest = new ArrayList<>();
    for (int i = 0; i < dead; i++) {
      rest.add("dead" + i);
    }
    waited = revive(worker, rest, bound);
    assertTrue(waited <= bound, seed + ": all were noticed after " + waited + " s, not " + bound);
  }

  /// Right after many have died together the debt is the largest.
  @Test
  void whatReturnsSoonIsNoticedWithinFourTimesTheUsualTime() throws InterruptedException {
    for (int seed = 0; seed < SEEDS; seed++) {
      BusHostageTest one = new BusHostageTest();
      one.blinks(new Random(seed), "seed " + seed);
    }
  }

  private void blinks(Random random, String seed) throws InterruptedException {
    int dead = 1 + random.nextInt(12);
    double share = 0.02 + 0.1 * random.nextDouble();
    double timeoutSeconds = 0.05 + 0.4 * random.nextDouble();
    List<DeviceSettings> devices = new ArrayList<>();
    devices.add(FakeBus.device("live", "main", 1));
    List<String> blinking = new ArrayList<>();
    for (int i = 0; i < dead; i++) {
      devices.add(FakeBus.device("dead" + i, "main", 1));
      blinking.add("dead" + i);
    }
    BusWorker worker = worker(devices, share);
    run(worker, 300);
    setDead(dead, timeoutSeconds, 0);
    run(worker, 10 + random.nextInt(60));
    double bound = PROBE_EVERY + dead * (4 * timeoutSeconds / share + PATIENCE) + 1;
    double waited = revive(worker, blinking, bound);
    assertTrue(waited <= bound, seed + ": noticed after " + waited + " s, not " + bound);
  }

  @Test
  void devicesThatBreakTheConnectionDoNotKeepTheTenthFromIt() throws InterruptedException {
    for (int seed = 0; seed < 50; seed++) {
      BusHostageTest one = new BusHostageTest();
      one.kills(new Random(seed), "seed " + seed);
    }
  }

  private void kills(Random random, String seed) throws InterruptedException {
    List<DeviceSettings> devices = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      devices.add(FakeBus.device("killer" + i, "main", 1));
      wires.behave(
          "killer" + i,
          _ -> {
            throw new BusException.Down("closed by the other side");
          });
    }
    devices.add(random.nextInt(10), FakeBus.device("live", "main", 1));
    BusWorker worker = worker(devices, 0.05);
    run(worker, 20);
    assertTrue(readings("live") >= 1, seed + ": " + wires.openings() + " openings");
    run(worker, 3580);
    assertTrue(readings("live") >= 0.99 * 3600, seed + ": " + readings("live"));
  }

  private double answer(double seconds) {
    clock.advance(seconds);
    return 1;
  }

  /// @param aliveUntil seconds from now for which they still answer
  private void setDead(int dead, double timeoutSeconds, double aliveUntil) {
    long fromNanos = clock.nanos() + (long) (aliveUntil * 1e9);
    for (int i = 0; i < dead; i++) {
      wires.behave(
          "dead" + i,
          _ -> {
            if (clock.nanos() - fromNanos < 0) {
              return 1;
            }
            wasted += timeoutSeconds;
            clock.advance(timeoutSeconds);
            throw new BusException.NoAnswer("no answer");
          });
    }
  }

  /// How many seconds it takes until all of `names` are online again, at most twice `bound`.
  private double revive(BusWorker worker, List<String> names, double bound)
      throws InterruptedException {
    names.forEach(name -> wires.behave(name, _ -> 1));
    long startNanos = clock.nanos();
    while (!online().containsAll(names) && clock.nanos() - startNanos < 2e9 * bound) {
      worker.work();
    }
    return (clock.nanos() - startNanos) / 1e9;
  }

  private List<String> online() {
    List<String> online = new ArrayList<>();
    for (DeviceStatus state : states) {
      online.remove(state.device());
      if (state.online()) {
        online.add(state.device());
      }
    }
    return online;
  }

  private long readings(String device) {
    return polls.stream()
        .filter(poll -> poll.device().startsWith(device))
        .filter(poll -> poll.samples().getFirst() instanceof Reading)
        .count();
  }

  private BusWorker worker(List<DeviceSettings> devices, double share) {
    EngineSettings limits = BusWorkerTest.limits(share, Duration.ofSeconds((long) PROBE_EVERY));
    List<DeviceSession> sessions = new ArrayList<>();
    for (DeviceSettings device : devices) {
      sessions.add(
          new DeviceSession(
              device, new AtomicLong(), limits, report -> states.add((DeviceStatus) report)));
    }
    BusWorker.Links links =
        new BusWorker.Links(
            wires,
            wires::driver,
            clock,
            this::take,
            FakeBus.recorder(clock),
            new Errands(),
            () -> {});
    return new BusWorker(FakeBus.settings("main"), sessions, share, links);
  }

  /// Gaps of the dead are many and say nothing here.
  private void take(Poll poll) {
    if (!(poll.samples().getFirst() instanceof Gap)) {
      polls.add(poll);
    }
  }

  private void run(BusWorker worker, double seconds) throws InterruptedException {
    long endNanos = clock.nanos() + Math.round(seconds * 1e9) - 1;
    while (clock.nanos() - endNanos < 0) {
      worker.work();
    }
  }
}
