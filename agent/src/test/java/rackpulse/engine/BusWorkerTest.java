package rackpulse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.schedule.Errands;
import rackpulse.sensor.DeviceSettings;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;

class BusWorkerTest {
  private static final EngineSettings LIMITS = limits(0.05, Duration.ofSeconds(60));

  private final ManualClock clock = new ManualClock(-7_000_000_000L);
  private final FakeBus wires = new FakeBus();
  private final List<Poll> polls = new ArrayList<>();
  private final List<DeviceStatus> states = new ArrayList<>();
  private int firstTries;

  @AfterEach
  void forgetInterrupts() {
    Thread.interrupted();
  }

  @Test
  void pollsEveryDeviceAtItsPeriod() throws InterruptedException {
    BusWorker worker = worker(device("a", 1), device("b", 5));
    run(worker, 20);
    assertEquals(20, wires.timesAsked("a"));
    assertEquals(4, wires.timesAsked("b"));
    assertEquals(24, polls.size());
    assertEquals(List.of("a", "b"), online());
    List<Long> sequences = pollsOf("a").stream().map(Poll::sequence).toList();
    assertEquals(1, sequences.getFirst());
    assertEquals(20, sequences.getLast());
    assertEquals(1, firstTries);
  }

  @Test
  void failedPollIsAGapOfEveryChannelWithItsCause() throws InterruptedException {
    wires.behave(
        "a",
        _ -> {
          throw new BusException.Corrupt("damaged", new byte[0]);
        });
    run(worker(device("a", 1)), 1);
    assertEquals(Cause.CORRUPT, ((Gap) polls.getFirst().samples().getFirst()).cause());
    assertEquals("corrupt", states.getFirst().reason());
  }

  @Test
  void oneFailureDoesNotTakeADeviceOffline() throws InterruptedException {
    failOn("a", 3, 4, 10, 11, 12);
    run(worker(device("a", 1)), 20);
    assertEquals(
        List.of("online ", "offline no-answer", "online "),
        states.stream().map(BusWorkerTest::said).toList());
    assertEquals(20, polls.size());
    assertEquals(1, wires.resets("a"), "another part may come back");
  }

  @Test
  void unopenedBusYieldsOneGapPerPeriodAndIsTriedAgainWithPauses() throws InterruptedException {
    wires.refuse("no such port");
    BusWorker worker = worker(device("a", 1));
    run(worker, 120);
    assertEquals(120, polls.size());
    assertTrue(polls.stream().allMatch(poll -> causeOf(poll) == Cause.BUS_DOWN));
    assertEquals(List.of("offline bus-down"), states.stream().map(BusWorkerTest::said).toList());
    assertTrue(wires.openings() <= 9, "tries " + wires.openings());
    assertEquals("down", worker.health(false).state());
    assertEquals("no such port", worker.health(false).reason());

    wires.refuse("");
    run(worker, 40);
    assertTrue(polls.getLast().samples().getFirst() instanceof Reading);
    assertEquals("online ", said(states.getLast()));
    assertEquals("up", worker.health(false).state());
  }

  @Test
  void openBusCountsAsUpOnlyWhenSomethingHasAnswered() throws InterruptedException {
    wires.behave(
        "a",
        _ -> {
          throw new BusException.NoAnswer("no answer");
        });
    BusWorker worker = worker(device("a", 1));
    run(worker, 3);
    assertEquals("waiting", worker.health(false).state());
    assertEquals("no device has answered since it was opened", worker.health(false).reason());
    wires.behave("a", _ -> 1);
    run(worker, 30);
    assertEquals("up", worker.health(false).state());
    assertEquals("", worker.health(false).reason());
  }

  @Test
  void connectionClosedWhileIdleIsOpenedAnewWithoutAGap() throws InterruptedException {
    AtomicLong count = new AtomicLong();
    wires.behave(
        "a",
        _ -> {
          if (count.incrementAndGet() == 3) {
            throw new BusException.Down("closed by the other side");
          }
          return 1;
        });
    run(worker(device("a", 1)), 10);
    assertEquals(10, polls.size());
    assertTrue(polls.stream().allMatch(poll -> poll.samples().getFirst() instanceof Reading));
    assertEquals(2, wires.openings());
    assertEquals(1, wires.open(), "the old one was closed");
  }

  @Test
  void deviceThatBreaksTheBusEachTimeEndsDormantAndLeavesTheOthersAlone()
      throws InterruptedException {
    wires.behave(
        "killer",
        _ -> {
          throw new BusException.Down("closed by the other side");
        });
    run(worker(device("good", 1), device("killer", 1)), 600);
    long answered = pollsOf("good").stream().filter(poll -> causeOf(poll) == null).count();
    assertEquals(600, pollsOf("good").size());
    assertTrue(answered >= 594, "answered " + answered);
    assertEquals(Cause.DORMANT, causeOf(pollsOf("killer").getLast()));
  }

  @Test
  void brokenBusMakesNoDeviceDormant() throws InterruptedException {
    BusWorker worker = worker(device("a", 1), device("b", 1));
    run(worker, 5);
    AtomicLong back = new AtomicLong(clock.nanos() + 200_000_000_000L);
    FakeBus.Behaviour halfDead =
        _ -> {
          if (clock.nanos() - back.get() < 0) {
            throw new BusException.Down("accepted and closed");
          }
          return 1;
        };
    wires.behave("a", halfDead);
    wires.behave("b", halfDead);
    run(worker, 235);
    assertEquals(List.of("a", "b"), online());
    assertEquals(0, worker.health(false).dormant());
    assertEquals(240, pollsOf("a").size());
  }

  @Test
  void dormantDeviceIsNeverSilentAndSeldomAsked() throws InterruptedException {
    silent("a", 0.3);
    run(worker(device("a", 1)), 3600);
    assertEquals(3600, polls.size());
    assertEquals(Cause.NO_ANSWER, causeOf(polls.getFirst()));
    assertEquals(Cause.DORMANT, causeOf(polls.getLast()));
    assertEquals("offline dormant", said(states.getLast()));
    long asked = wires.timesAsked("a");
    assertTrue(asked >= 58 && asked <= 75, "asked " + asked);
  }

  @Test
  void returnOfADormantDeviceIsNoticedWithinTheProbePeriod() throws InterruptedException {
    silent("a", 0.3);
    BusWorker worker = worker(device("a", 1));
    run(worker, 600);
    wires.behave("a", _ -> 7);
    int before = polls.size();
    run(worker, 72);
    Poll first =
        polls.stream().skip(before).filter(poll -> causeOf(poll) == null).findFirst().orElseThrow();
    assertTrue(polls.indexOf(first) - before <= 71);
    assertEquals("online ", said(states.getLast()));
    assertEquals(0, worker.health(false).dormant());
    for (int i = 1; i < polls.size(); i++) {
      assertEquals(polls.get(i - 1).sequence() + 1, polls.get(i).sequence());
    }
  }

  @Test
  void nineDeadOfTenCostNoMoreThanTheirShare() throws InterruptedException {
    DeviceSettings[] devices = new DeviceSettings[10];
    devices[0] = device("live", 1);
    wires.behave(
        "live",
        _ -> {
          clock.advance(0.05);
          return 1;
        });
    for (int i = 1; i < 10; i++) {
      devices[i] = device("dead" + i, 1);
      silent("dead" + i, 0.5);
    }
    BusWorker worker = worker(devices);
    run(worker, 3600);
    long answered = pollsOf("live").stream().filter(poll -> causeOf(poll) == null).count();
    assertTrue(answered >= 3600 * 0.99, "answered " + answered);
    double deadSeconds = (wires.asked().size() - wires.timesAsked("live")) * 0.5;
    assertTrue(deadSeconds <= 3600 * 0.05 + 9 * 3 * 0.5 + 3 + 0.5, "dead time " + deadSeconds);
    for (int i = 1; i < 10; i++) {
      assertEquals(3600, pollsOf("dead" + i).size(), 15, "a gap every second");
      assertTrue(wires.timesAsked("dead" + i) > 20, "each has its probes");
    }
    assertEquals(9, worker.health(false).dormant());
  }

  @Test
  void whatComesBackTogetherIsNoticedTogether() throws InterruptedException {
    DeviceSettings[] devices = new DeviceSettings[30];
    for (int i = 0; i < 30; i++) {
      devices[i] = device("d" + i, 5);
      silent("d" + i, 0.3);
    }
    BusWorker worker = worker(devices);
    run(worker, 3600);
    assertEquals(30, worker.health(false).dormant());
    for (int i = 0; i < 30; i++) {
      wires.behave("d" + i, _ -> 1);
    }
    run(worker, 30);
    assertEquals(0, worker.health(false).dormant());
    assertEquals(30, online().size());
  }

  @Test
  void probesAreDoneEvenOnABusThatIsAlwaysBusy() throws InterruptedException {
    wires.behave(
        "greedy",
        _ -> {
          clock.advance(1.5);
          return 1;
        });
    silent("dead", 0.3);
    BusWorker worker = worker(device("greedy", 1), device("dead", 1));
    run(worker, 600);
    wires.behave("dead", _ -> 1);
    run(worker, 80);
    assertEquals(List.of("dead", "greedy"), online());
  }

  @Test
  void probesWaitForAMomentInWhichTheyDelayNoPoll() throws InterruptedException {
    wires.behave(
        "live",
        _ -> {
          clock.advance(0.4);
          return 1;
        });
    silent("dead", 0.5);
    BusWorker worker = worker(device("live", 1), device("dead", 1));
    run(worker, 100);
    worker.health(true);
    run(worker, 1000);
    assertTrue(worker.health(true).latenessMaxMillis() < 1, "no poll was late");
    assertTrue(wires.timesAsked("dead") > 15);
  }

  @Test
  void interruptedRequestProvesNothing() throws InterruptedException {
    wires.behave(
        "a",
        _ -> {
          Thread.currentThread().interrupt();
          throw new BusException.NoAnswer("interrupted");
        });
    BusWorker worker = worker(device("a", 1));
    worker.work();
    assertEquals(List.of(), polls);
    assertEquals(List.of(), states);
    worker.end();
    assertEquals(0, wires.open());
  }

  @Test
  void measuresHowBusyTheBusIs() throws InterruptedException {
    wires.behave(
        "a",
        _ -> {
          clock.advance(0.25);
          return 1;
        });
    BusWorker worker = worker(device("a", 1));
    run(worker, 100);
    assertEquals(0.25, worker.health(true).utilisation(), 0.01);
    assertEquals(250, worker.health(true).cycleMillis(), 1);
    assertEquals(100, worker.health(true).polls());
  }

  static EngineSettings limits(double deadShare, Duration probeEvery) {
    return new EngineSettings(
        1_000_000, 200, Duration.ofSeconds(60), deadShare, 5, probeEvery, Duration.ofSeconds(2));
  }

  private static DeviceSettings device(String name, double everySeconds) {
    return FakeBus.device(name, "main", everySeconds);
  }

  private BusWorker worker(DeviceSettings... devices) {
    List<DeviceSession> sessions = new ArrayList<>();
    for (DeviceSettings device : devices) {
      sessions.add(new DeviceSession(device, new AtomicLong(), LIMITS, this::note));
    }
    BusWorker.Links links =
        new BusWorker.Links(
            wires,
            wires::driver,
            clock,
            polls::add,
            FakeBus.recorder(clock),
            new Errands(),
            () -> firstTries++);
    return new BusWorker(FakeBus.settings("main"), sessions, LIMITS.deadShare(), links);
  }

  private void note(Report report) {
    states.add((DeviceStatus) report);
  }

  private void run(BusWorker worker, double seconds) throws InterruptedException {
    long endNanos = clock.nanos() + Math.round(seconds * 1e9) - 1;
    while (clock.nanos() - endNanos < 0) {
      worker.work();
    }
  }

  private void silent(String device, double timeoutSeconds) {
    wires.behave(
        device,
        _ -> {
          clock.advance(timeoutSeconds);
          throw new BusException.NoAnswer("no answer");
        });
  }

  private void failOn(String device, Integer... polls) {
    AtomicLong count = new AtomicLong();
    List<Integer> failing = List.of(polls);
    wires.behave(
        device,
        _ -> {
          if (failing.contains((int) count.incrementAndGet())) {
            throw new BusException.NoAnswer("no answer");
          }
          return 1;
        });
  }

  private List<String> online() {
    List<String> online = new ArrayList<>();
    for (DeviceStatus state : states) {
      online.remove(state.device());
      if (state.online()) {
        online.add(state.device());
      }
    }
    online.sort(null);
    return online;
  }

  private List<Poll> pollsOf(String device) {
    return polls.stream().filter(poll -> poll.device().equals(device)).toList();
  }

  private static @Nullable Cause causeOf(Poll poll) {
    return poll.samples().getFirst() instanceof Gap gap ? gap.cause() : null;
  }

  private static String said(DeviceStatus status) {
    return (status.online() ? "online " : "offline ") + status.reason();
  }
}
