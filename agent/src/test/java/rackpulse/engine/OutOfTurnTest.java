package rackpulse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.schedule.Errands;
import rackpulse.schedule.Errands.Taken;
import rackpulse.sensor.DeviceSettings;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Reading;

/// What somebody asks of a bus out of turn, and what that may cost.
class OutOfTurnTest {
  private static final EngineSettings LIMITS = BusWorkerTest.limits(0.05, Duration.ofHours(1));

  private final ManualClock clock = new ManualClock(-7_000_000_000L);
  private final FakeBus wires = new FakeBus();
  private final Errands errands = new Errands();
  private final List<Poll> polls = new ArrayList<>();
  private final List<@Nullable Poll> answers = new ArrayList<>();

  private BusWorker worker(DeviceSettings... devices) {
    List<DeviceSession> sessions = new ArrayList<>();
    for (DeviceSettings device : devices) {
      sessions.add(new DeviceSession(device, new AtomicLong(), LIMITS, _ -> {}));
    }
    BusWorker.Links links =
        new BusWorker.Links(
            wires, wires::driver, clock, polls::add, FakeBus.recorder(clock), errands, () -> {});
    return new BusWorker(FakeBus.settings("main"), sessions, LIMITS.deadShare(), links);
  }

  private static DeviceSettings device(String name, double everySeconds) {
    return FakeBus.device(name, "main", everySeconds);
  }

  private void run(BusWorker worker, double seconds) throws InterruptedException {
    long endNanos = clock.nanos() + Math.round(seconds * 1e9) - 1;
    while (clock.nanos() - endNanos < 0) {
      worker.work();
    }
  }

  private void takes(String device, double seconds) {
    wires.behave(
        device,
        _ -> {
          clock.advance(seconds);
          return 1;
        });
  }

  private void silent(String device, double seconds) {
    wires.behave(
        device,
        _ -> {
          clock.advance(seconds);
          throw new BusException.NoAnswer("no answer");
        });
  }

  @Test
  void pollsADeviceOnceAndPublishesWhatItAnswers() throws InterruptedException {
    BusWorker worker = worker(device("a", 3600), device("b", 1));
    run(worker, 10);
    long before = wires.timesAsked("a");
    assertEquals(Taken.YES, errands.read("a", answers::add));
    run(worker, 3);
    assertEquals(before + 1, wires.timesAsked("a"));
    assertEquals(1, answers.size());
    Poll answer = answers.getFirst();
    assertTrue(polls.contains(answer));
    assertEquals(10 + 3, wires.timesAsked("b"), "no poll is missed for it");
  }

  @Test
  void oneScheduledPollServesAllWhoWait() throws InterruptedException {
    BusWorker worker = worker(device("a", 1));
    takes("a", 0.9); // never idle for as long as a poll takes
    run(worker, 10);
    long before = wires.timesAsked("a");
    assertEquals(Taken.YES, errands.read("a", answers::add));
    assertEquals(Taken.YES, errands.read("a", answers::add));
    run(worker, 1);
    assertEquals(2, answers.size());
    assertEquals(before + 1, wires.timesAsked("a"));
  }

  @Test
  void isPatientOnABusyBusButNotForEver() throws InterruptedException {
    BusWorker worker = worker(device("a", 3600), device("b", 0.5));
    takes("a", 0.2);
    takes("b", 0.4);
    run(worker, 10);
    long before = wires.timesAsked("a");
    errands.read("a", answers::add);
    run(worker, 1.5);
    assertEquals(before, wires.timesAsked("a"), "it would make b late");
    run(worker, 1.5);
    assertEquals(before + 1, wires.timesAsked("a"));
    assertEquals(1, answers.size());
  }

  @Test
  void takesOnlyAShareOfTheBus() throws InterruptedException {
    BusWorker worker = worker(device("a", 3600));
    takes("a", 0.5);
    run(worker, 60);
    long before = wires.timesAsked("a");
    long startNanos = clock.nanos();
    for (int i = 0; i < 100; i++) {
      errands.read("a", answers::add); // as fast as somebody can ask
      run(worker, 1);
    }
    double busySeconds = 0.5 * (wires.timesAsked("a") - before);
    double seconds = (clock.nanos() - startNanos) / 1e9;
    assertTrue(busySeconds <= 0.05 * seconds + 0.5, busySeconds + " s of " + seconds);
    assertEquals(100, answers.size(), "all are served");
  }

  @Test
  void boundsWhatWaitsAndKnowsItsDevices() {
    BusWorker worker = worker(device("a", 1));
    assertFalse(worker.tried());
    assertEquals(Taken.UNKNOWN, errands.read("elsewhere", answers::add));
    for (int i = 0; i < 4; i++) {
      assertEquals(Taken.YES, errands.read("a", answers::add));
    }
    assertEquals(Taken.BUSY, errands.read("a", answers::add));
    worker.end();
    assertEquals(4, answers.size());
    answers.forEach(answer -> assertNull(answer));
    assertEquals(Taken.UNKNOWN, errands.read("a", answers::add));
  }

  @Test
  void asksADormantDeviceToo() throws InterruptedException {
    silent("a", 0.1);
    BusWorker worker = worker(device("a", 1), device("b", 1));
    run(worker, 100); // dormant, and probed once an hour
    long before = wires.timesAsked("a");
    errands.read("a", answers::add);
    run(worker, 5);
    assertEquals(before + 1, wires.timesAsked("a"));
    Poll answer = answers.getFirst();
    assertEquals(Cause.NO_ANSWER, causeOf(answer));
    assertTrue(polls.contains(answer), "what has a number is published");
    wires.behave("a", _ -> 7);
    errands.read("a", answers::add);
    run(worker, 5);
    assertTrue(answers.getLast().samples().getFirst() instanceof Reading);
    run(worker, 5);
    assertTrue(wires.timesAsked("a") >= before + 5, "it is awake");
  }

  @Test
  void aRescanProbesWhatIsDormantAtOnceAndNoMoreOftenThanProbesMay() throws InterruptedException {
    silent("a", 0.1);
    BusWorker worker = worker(device("a", 1), device("b", 1));
    run(worker, 100);
    long before = wires.timesAsked("a");
    assertEquals(List.of("main"), errands.rescan(Optional.empty()));
    run(worker, 5);
    assertEquals(before + 1, wires.timesAsked("a"));
    for (int i = 0; i < 100; i++) {
      errands.rescan(Optional.of("main"));
      run(worker, 1);
    }
    long more = wires.timesAsked("a") - before;
    assertTrue(more <= 81, more + " polls of 0.1 s in 100 s, a minute saved, and one");
    assertEquals(List.of(), errands.rescan(Optional.of("elsewhere")));
    wires.behave("a", _ -> 1);
    run(worker, 100);
    errands.rescan(Optional.of("main"));
    run(worker, 10);
    assertTrue(pollsOf("a").getLast().samples().getFirst() instanceof Reading);
  }

  @Test
  void aRescanOpensABusThatIsDown() throws InterruptedException {
    wires.refuse("no such port");
    BusWorker worker = worker(device("a", 1));
    run(worker, 120);
    int before = wires.openings();
    errands.read("a", answers::add);
    run(worker, 1);
    assertEquals(Cause.BUS_DOWN, causeOf(answers.getFirst()));
    wires.refuse("");
    errands.rescan(Optional.empty());
    worker.work();
    assertTrue(wires.openings() > before);
    run(worker, 1);
    assertTrue(polls.getLast().samples().getFirst() instanceof Reading);
  }

  private List<Poll> pollsOf(String device) {
    return polls.stream().filter(poll -> poll.device().equals(device)).toList();
  }

  private static @Nullable Cause causeOf(Poll poll) {
    return poll.samples().getFirst() instanceof Gap gap ? gap.cause() : null;
  }
}
