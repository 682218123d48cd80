package rackpulse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.analysis.DerivedSettings;
import rackpulse.analysis.LimitSettings;
import rackpulse.delivery.Announced;
import rackpulse.delivery.FakeUplink;
import rackpulse.delivery.FakeUplink.Sent;
import rackpulse.memory.AlarmFile;
import rackpulse.memory.ModelFile;
import rackpulse.schedule.Errands;
import rackpulse.sensor.DeviceSettings;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceRemoval;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Report;
import rackpulse.watch.WatchSettings;

/// What a running engine polls is changed, between devices and a broker that live in memory.
@Timeout(30)
class EngineChangeTest {
  private static final Channel POWER_A = new Channel("a", "power", Quantity.POWER);
  private static final Channel POWER_B = new Channel("b", "power", Quantity.POWER);
  private static final List<String> NAMES = List.of("a", "b", "c", "d", "e", "f");
  private static final List<String> BUSES = List.of("main", "other", "third");
  private static final DeviceSettings OTHER = FakeBus.device("c", "other", 0.02);

  @TempDir private Path directory = Path.of("");
  private final FakeBus wires = new FakeBus();
  private final FakeUplink uplink = new FakeUplink(16, true);
  private final Changes changes = new Changes();
  private final AtomicReference<@Nullable Engine> running = new AtomicReference<>();
  private FutureTask<Optional<String>> run = new FutureTask<>(Optional::empty);

  @AfterEach
  void stopTheEngine() throws Exception {
    engine().stop();
    run.get();
  }

  @Test
  void oneBusChangesWithoutTheOther() throws Exception {
    uplink.connect();
    start(device("a"), OTHER);
    awaitAsked("a", 3);
    long asked = wires.timesAsked("a");
    change(Set.of("main"), device("a"), device("d"), OTHER);
    await(Poll.class, poll -> poll.device().equals("d"));
    await(Poll.class, poll -> poll.device().equals("a") && poll.sequence() > asked + 3);
    assertEquals(3, wires.openings(), "main twice, other once");
    for (String device : List.of("a", "c")) {
      List<Long> sequences = Deliveries.sequences(uplink.sent(), device);
      assertEquals(Deliveries.upTo(sequences.size()), sequences, "counted on, without a hole");
    }
    List<String> described = new ArrayList<>();
    for (Sent sent : uplink.sent()) {
      if (sent.report() instanceof DeviceDescription description) {
        described.add(description.device());
      }
    }
    assertEquals(List.of("a", "c", "d"), described, "only what is new is described");
    List<String> states = new ArrayList<>();
    for (Sent sent : uplink.sent()) {
      if (sent.report() instanceof DeviceStatus status) {
        states.add(status.device() + " " + status.online());
      }
    }
    assertEquals(List.of("a true", "c true", "d true"), states.stream().sorted().toList());
  }

  @Test
  void whatADeviceSaidBeforeItLeftIsDeliveredAndDoesNotStand() throws Exception {
    start(device("a"), device("gone"));
    awaitAsked("gone", 5);
    change(Set.of("main"), device("a"));
    long asked = wires.timesAsked("gone");
    uplink.connect();
    await(DeviceRemoval.class, removal -> removal.device().equals("gone"));
    // what an interrupted request says is no poll
    await(Poll.class, poll -> poll.device().equals("gone") && poll.sequence() >= asked - 1);
    List<Sent> sent = uplink.sent();
    List<Long> sequences = Deliveries.sequences(sent, "gone");
    assertEquals(Deliveries.upTo(sequences.size()), sequences);
    for (Sent each : sent) {
      if (each.report() instanceof Poll poll && poll.device().equals("gone")) {
        assertTrue(each.historical(), () -> "would stand as its latest: " + poll);
      }
    }
    awaitAsked("a", wires.timesAsked("a") + 5);
    assertEquals(asked, wires.timesAsked("gone"), "asked no more");
    List<Snapshot.Device> shown = engine().snapshot().devices();
    assertEquals(List.of("a"), shown.stream().map(Snapshot.Device::name).toList());
  }

  @Test
  void aDeviceThatComesBackIsThereAgain() throws Exception {
    uplink.connect();
    start(device("a"), device("d"));
    change(Set.of("main"), device("a"));
    await(DeviceRemoval.class, removal -> removal.device().equals("d"));
    int seen = uplink.sent().size();
    change(Set.of("main"), device("a"), device("d"));
    uplink.awaitSent(seen + 20);
    assertTrue(
        uplink.sent().subList(seen, seen + 20).stream()
            .anyMatch(each ->
                each.report() instanceof Poll poll
                    && poll.device().equals("d")
                    && !each.historical()));
  }

  @Test
  void anomaliesOfWhatLeftAreClearedAndAllOthersGoOn() throws Exception {
    wires.behave("a", _ -> 30);
    wires.behave("b", _ -> 12);
    uplink.connect();
    start(device("a"), device("b"), device("d"));
    String id = await(Anomaly.class, _ -> true).id();
    change(Set.of("main"), device("a"), device("b"));
    await(DeviceRemoval.class, removal -> removal.device().equals("d"));
    for (Sent sent : uplink.sent()) {
      if (sent.report() instanceof Anomaly anomaly) {
        assertEquals(Anomaly.State.RAISED, anomaly.state(), "the sum is still too high");
        assertEquals(id, anomaly.id());
      }
    }
    change(Set.of("main"), device("a"));
    Anomaly over = await(Anomaly.class, anomaly -> anomaly.state() == Anomaly.State.CLEARED);
    assertEquals(id, over.id());
    await(DeviceRemoval.class, removal -> removal.device().equals("sum"));
  }

  @Test
  void aChangeOfLimitsTouchesNoBus() throws Exception {
    wires.behave("a", _ -> 30);
    wires.behave("b", _ -> 12);
    uplink.connect();
    start(device("a"), device("b"));
    await(Anomaly.class, _ -> true);
    Engine.Rack before = rack(device("a"), device("b"));
    change(
        Set.of(),
        new Engine.Rack(
            before.buses(), before.devices(), before.derived(), List.of(), before.watch()));
    await(Anomaly.class, anomaly -> anomaly.state() == Anomaly.State.CLEARED);
    assertEquals(1, wires.openings());
  }

  @Test
  void allOthersArePolledWhileOneBusTakesItsTimeToEnd() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    wires.behave("a", _ -> waited(asked, answer));
    uplink.connect();
    start(device("a"), OTHER);
    assertTrue(asked.await(10, TimeUnit.SECONDS));
    Engine.Rack next = rack(device("a"), device("d"), OTHER);
    changes.want(engine -> engine.change(next, settings(), Set.of("main")));
    awaitAsked("c", wires.timesAsked("c") + 20);
    assertEquals(0, wires.timesAsked("d"), "one wire, one owner");
    answer.countDown();
    awaitAsked("d", 1);
  }

  @Test
  void manyChangesLoseAndDoubleNothing() throws Exception {
    Random random = new Random(20261124);
    uplink.connect();
    DeviceSettings[] present = {device("a")};
    start(present);
    for (int i = 0; i < 60; i++) {
      DeviceSettings[] next = some(random);
      Set<String> restarts = differing(List.of(present), List.of(next));
      change(restarts, next);
      present = next;
    }
    awaitAsked(present[0].name(), wires.timesAsked(present[0].name()) + 3);
    int buses = (int) List.of(present).stream().map(DeviceSettings::bus).distinct().count();
    awaitOpen(buses);
    engine().stop();
    assertEquals(Optional.empty(), run.get());
    assertEquals(0, wires.open());
    for (String device : NAMES) {
      List<Long> sequences = Deliveries.sequences(uplink.sent(), device);
      assertEquals(Deliveries.upTo(sequences.size()), sequences.stream().sorted().toList(), device);
    }
  }

  /// One to six devices, each on one of three buses.
  private static DeviceSettings[] some(Random random) {
    List<DeviceSettings> devices = new ArrayList<>();
    for (String name : NAMES) {
      if (devices.isEmpty() || random.nextBoolean()) {
        devices.add(FakeBus.device(name, BUSES.get(random.nextInt(BUSES.size())), 0.005));
      }
    }
    return devices.toArray(DeviceSettings[]::new);
  }

  private static Set<String> differing(List<DeviceSettings> before, List<DeviceSettings> after) {
    Set<String> differing = new HashSet<>();
    for (String bus : BUSES) {
      Predicate<DeviceSettings> isThere = device -> device.bus().equals(bus);
      boolean isSame =
          before.stream().filter(isThere).toList().equals(after.stream().filter(isThere).toList());
      if (!isSame) {
        differing.add(bus);
      }
    }
    return differing;
  }

  private void awaitOpen(int buses) {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (wires.open() != buses) {
      assertTrue(System.nanoTime() - deadlineNanos < 0, wires.open() + " open, not " + buses);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void aStopDuringAChangeIsAStop() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    wires.behave("a", _ -> waited(asked, answer));
    uplink.connect();
    start(device("a"), OTHER);
    assertTrue(asked.await(10, TimeUnit.SECONDS));
    Engine.Rack next = rack(device("a"));
    changes.want(engine -> engine.change(next, settings(), Set.of("main", "other")));
    engine().stop();
    answer.countDown();
    assertEquals(Optional.empty(), run.get());
    assertEquals(0, wires.open());
  }

  /// 1, once `answer` is open, whoever interrupts.
  private static double waited(CountDownLatch asked, CountDownLatch answer) {
    asked.countDown();
    boolean isInterrupted = false;
    boolean isOpen = false;
    while (!isOpen) {
      try {
        isOpen = answer.await(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
    return 1;
  }

  private static DeviceSettings device(String name) {
    return FakeBus.device(name, "main", 0.02);
  }

  /// With a sum of `a` and `b`, and a limit of 40 on it, when both are there.
  private static Engine.Rack rack(DeviceSettings... devices) {
    List<DeviceSettings> all = List.of(devices);
    List<String> names = all.stream().map(DeviceSettings::name).toList();
    boolean hasBoth = names.containsAll(List.of("a", "b"));
    OptionalDouble none = OptionalDouble.empty();
    OptionalDouble most = OptionalDouble.of(40);
    Channel sum = new Channel("sum", "value", Quantity.POWER);
    return new Engine.Rack(
        all.stream().map(DeviceSettings::bus).distinct().map(FakeBus::settings).toList(),
        all,
        hasBoth
            ? List.of(new DerivedSettings("sum", List.of(POWER_A, POWER_B), List.of(), ""))
            : List.of(),
        hasBoth
            ? List.of(new LimitSettings(sum, none, none, none, most, Duration.ZERO, 0))
            : List.of(),
        WatchSettings.USUAL);
  }

  private static EngineSettings settings() {
    Duration minute = Duration.ofMinutes(1);
    return new EngineSettings(1_000_000, 1000, minute, 0.05, 5, minute, Duration.ofSeconds(2));
  }

  private void start(DeviceSettings... devices) {
    MachineClocks clocks = new MachineClocks();
    Engine.Surroundings around =
        new Engine.Surroundings(
            wires,
            wires::driver,
            uplink,
            _ -> {
              throw new IOException("no spool here");
            },
            Announced.load(directory.resolve("announced")),
            AlarmFile.load(directory.resolve("raised"), 0),
            ModelFile.of(directory.resolve("models"), 0),
            new NotingSupervisor(new ArrayList<>()),
            clocks,
            FakeBus.recorder(clocks),
            new Errands(),
            () -> new Health.Process(1, 2, 7),
            changes,
            _ -> {});
    Engine engine = new Engine(rack(devices), settings(), around);
    running.set(engine);
    run = new FutureTask<>(engine::run);
    Thread.ofPlatform().name("main-of-engine").start(run);
  }

  /// Has the engine poll `devices` and returns when it does.
  private void change(Set<String> restarts, DeviceSettings... devices) throws Exception {
    change(restarts, rack(devices));
  }

  private void change(Set<String> restarts, Engine.Rack next) throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    changes.want(engine -> {
      engine.change(next, settings(), restarts);
      done.countDown();
    });
    assertTrue(done.await(20, TimeUnit.SECONDS));
  }

  private Engine engine() {
    return Objects.requireNonNull(running.get());
  }

  private void awaitAsked(String device, long times) {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (wires.timesAsked(device) < times) {
      assertTrue(System.nanoTime() - deadlineNanos < 0, "asked only " + wires.timesAsked(device));
      LockSupport.parkNanos(1_000_000);
    }
  }

  private <T extends Report> T await(Class<T> kind, Predicate<T> predicate)
      throws InterruptedException {
    for (int seen = 0; ; seen++) {
      Report report = uplink.awaitSent(seen + 1).get(seen).report();
      if (kind.isInstance(report) && predicate.test(kind.cast(report))) {
        return kind.cast(report);
      }
    }
  }
}
