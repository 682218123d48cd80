package rackpulse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.analysis.DerivedSettings;
import rackpulse.analysis.LimitSettings;
import rackpulse.bus.BusException;
import rackpulse.delivery.Announced;
import rackpulse.delivery.FakeUplink;
import rackpulse.delivery.FakeUplink.Sent;
import rackpulse.memory.AlarmFile;
import rackpulse.memory.ModelFile;
import rackpulse.schedule.Errands;
import rackpulse.sensor.DeviceSettings;
import rackpulse.spool.DiskStorage;
import rackpulse.spool.Record;
import rackpulse.spool.Spool;
import rackpulse.spool.SpoolSettings;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceRemoval;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;
import rackpulse.watch.WatchSettings;

/// The whole engine with its threads, between devices and a broker that live in memory.
@Timeout(30)
class EngineTest {
  private static final Channel POWER_A = new Channel("a", "power", Quantity.POWER);
  private static final Channel POWER_B = new Channel("b", "power", Quantity.POWER);

  @TempDir private Path directory = Path.of("");
  private final FakeBus wires = new FakeBus();
  private final MachineClocks clocks = new MachineClocks();
  private final FakeUplink uplink = new FakeUplink(16, true);
  private final List<String> supervised = new ArrayList<>();
  private Consumer<Snapshot> observer = _ -> {};
  private long outboxBytes = 1_000_000;
  private boolean spooling = true;
  private Duration healthEvery = Duration.ofMinutes(1);
  private final AtomicReference<@Nullable Engine> running = new AtomicReference<>();
  private FutureTask<Optional<String>> run = new FutureTask<>(Optional::empty);

  @AfterEach
  void stopTheEngine() throws Exception {
    engine().stop();
    run.get();
  }

  @Test
  void pollsReachTheBrokerAndAStopTakesLeave() throws Exception {
    uplink.connect();
    start(device("a"), device("b"));
    await(Poll.class, poll -> poll.device().equals("b") && poll.sequence() >= 3);
    long stopNanos = System.nanoTime();
    stop();
    assertTrue(System.nanoTime() - stopNanos < TimeUnit.SECONDS.toNanos(2));

    List<Sent> sent = uplink.sent();
    assertEquals("a", ((DeviceDescription) sent.get(0).report()).device());
    assertEquals("b", ((DeviceDescription) sent.get(1).report()).device());
    assertTrue(uplink.saidGoodbye());
    assertEquals(0, wires.open());
    List<DeviceStatus> last = Deliveries.lastStates(sent);
    assertTrue(last.stream().noneMatch(DeviceStatus::online));
    assertTrue(last.stream().allMatch(state -> state.reason().equals("agent-stopped")));
    assertEquals(List.of("ready", "alive"), supervised.subList(0, 2));
    assertEquals("stopping", supervised.getLast());
    for (String device : List.of("a", "b")) {
      List<Long> sequences = Deliveries.sequences(sent, device);
      assertEquals(sequences.stream().distinct().toList(), sequences, "none twice");
      Set<Long> accounted = new TreeSet<>(sequences);
      leftInTheSpool().stream()
          .filter(each -> each.stream().endsWith("/" + device))
          .forEach(each -> accounted.add(each.from()));
      assertEquals(
          Deliveries.upTo(taken(device)), List.copyOf(accounted), "published, or for the next run");
    }
  }

  @Test
  void whatWasTakenWhileTheBrokerWasAwayArrivesInOrder() throws Exception {
    start(device("a"));
    awaitTaken(100);
    uplink.connect();
    await(Poll.class, poll -> poll.sequence() == 60);
    List<Sent> polls =
        uplink.sent().stream().filter(each -> each.report() instanceof Poll).toList();
    List<Long> old =
        polls.stream()
            .filter(Sent::historical)
            .map(each -> ((Poll) each.report()).sequence())
            .toList();
    assertEquals(Deliveries.upTo(old.size()), old);
    int live = Deliveries.indexOf(polls, each -> !each.historical());
    assertTrue(
        live < Deliveries.indexOf(polls, each -> ((Poll) each.report()).sequence() == 60),
        "overtakes");
  }

  @Test
  void backlogTakenBeforeTheClockWasSynchronisedIsDatedRight() throws Exception {
    clocks.error(Duration.ofDays(-20_000));
    start(device("a"));
    awaitTaken(5);
    clocks.error(Duration.ZERO);
    uplink.connect();
    Stamp stamp = await(Poll.class, poll -> poll.sequence() == 1).stamp();
    assertTrue(stamp.clockSynchronised());
    Duration age = Duration.between(stamp.at(), Instant.now());
    assertTrue(!age.isNegative() && age.toMinutes() < 1, stamp::toString);
  }

  @Test
  void everyPollTakenArrivesOrIsToldAsLost() throws Exception {
    outboxBytes = 5_000;
    spooling = false;
    start(device("a"), device("b"), FakeBus.device("c", "other", 0.005));
    for (int outage = 1; outage <= 8; outage++) {
      uplink.connect();
      uplink.awaitSent(uplink.sent().size() + 20);
      uplink.disconnect();
      awaitAsked("c", wires.timesAsked("c") + 30);
    }
    uplink.connect();
    uplink.awaitSent(uplink.sent().size() + 20);
    stop();

    List<Sent> sent = uplink.sent();
    assertTrue(sent.stream().anyMatch(each -> each.report() instanceof Loss), "memory was short");
    for (String device : List.of("a", "b", "c")) {
      assertTrue(Deliveries.sequences(sent, device).size() > 10, "arrived");
      Set<Long> told = Deliveries.accounted(sent, device);
      assertEquals(Deliveries.upTo(taken(device)), List.copyOf(told));
      // what an interrupted request says is no poll
      assertTrue(taken(device) >= wires.timesAsked(device) - 1, "asked and not taken");
    }
  }

  @Test
  void busThatCannotBeOpenedYieldsGapsAndTheAgentIsReady() throws Exception {
    wires.refuse("no such file: plug the adapter in");
    CountDownLatch shown = new CountDownLatch(1);
    AtomicReference<String> reason = new AtomicReference<>("");
    observer =
        snapshot -> {
          reason.set(snapshot.buses().getFirst().reason());
          shown.countDown();
        };
    uplink.connect();
    start(device("a"));
    Poll poll = await(Poll.class, _ -> true);
    assertEquals(Cause.BUS_DOWN, ((Gap) poll.samples().getFirst()).cause());
    assertTrue(shown.await(10, TimeUnit.SECONDS));
    assertEquals("no such file: plug the adapter in", reason.get());
  }

  @Test
  void programmerErrorEndsTheAgentWithItsReason() throws Exception {
    wires.behave(
        "a",
        _ -> {
          throw new IllegalStateException("a broken invariant");
        });
    uplink.connect();
    start(device("a"));
    Optional<String> trouble = run.get();
    assertTrue(trouble.orElseThrow().contains("bus-main"), trouble::toString);
    assertTrue(trouble.orElseThrow().contains("a broken invariant"), trouble::toString);
    assertTrue(uplink.saidGoodbye());
  }

  @Test
  void removedDevicesAreTakenBack() throws Exception {
    Announced.load(directory.resolve("announced")).announce(List.of("a", "old"));
    uplink.connect();
    start(device("a"));
    assertEquals("old", await(DeviceRemoval.class, _ -> true).device());
  }

  @Test
  void derivedDevicesAndLimitsAreReported() throws Exception {
    wires.behave("a", _ -> 30);
    wires.behave("b", _ -> 12);
    uplink.connect();
    start(device("a"), device("b"));
    Poll sum = await(Poll.class, poll -> poll.device().equals("sum"));
    assertEquals(42.0, ((Reading) sum.samples().getFirst()).value());
    assertTrue(await(DeviceStatus.class, state -> state.device().equals("sum")).online());
    assertEquals("sum.value", await(Anomaly.class, _ -> true).channel().path());
  }

  @Test
  void anEndThatNobodyWasToldIsToldAfterTheRestart() throws Exception {
    wires.behave("a", _ -> 50);
    uplink.connect();
    start(device("a"), device("b"));
    Anomaly raised = await(Anomaly.class, _ -> true);
    uplink.disconnect();
    wires.behave("a", _ -> 1);
    awaitAsked("b", wires.timesAsked("b") + 5);
    stop();

    uplink.connect();
    start(device("a"), device("b"));
    String over = await(Anomaly.class, each -> each.state() == Anomaly.State.CLEARED).id();
    assertEquals(raised.id(), over);
    stop();
    assertEquals(List.of(), AlarmFile.load(directory.resolve("raised"), 0).ended(), "once");
  }

  @Test
  void healthTellsOfBusesAndDelivery() throws Exception {
    healthEvery = Duration.ZERO;
    wires.behave(
        "a",
        _ -> {
          throw new BusException.NoAnswer("no answer");
        });
    uplink.connect();
    start(device("a"));
    Health health = await(Health.class, _ -> true);
    assertEquals("main", health.buses().getFirst().name());
    assertEquals(7, health.process().threads());
    assertTrue(health.delivery().lost().isEmpty());
  }

  private static DeviceSettings device(String name) {
    return FakeBus.device(name, "main", 0.02);
  }

  private void start(DeviceSettings... devices) {
    List<DeviceSettings> all = List.of(devices);
    boolean hasBoth =
        all.stream().map(DeviceSettings::name).toList().containsAll(List.of("a", "b"));
    OptionalDouble none = OptionalDouble.empty();
    Channel sum = new Channel("sum", "value", Quantity.POWER);
    Engine.Rack rack =
        new Engine.Rack(
            all.stream().map(DeviceSettings::bus).distinct().map(FakeBus::settings).toList(),
            all,
            hasBoth
                ? List.of(new DerivedSettings("sum", List.of(POWER_A, POWER_B), List.of(), ""))
                : List.of(),
            List.of(
                new LimitSettings(sum, none, none, none, OptionalDouble.of(40), Duration.ZERO, 0)),
            WatchSettings.USUAL);
    EngineSettings settings =
        new EngineSettings(
            outboxBytes, 1000, healthEvery, 0.05, 5, Duration.ofSeconds(60), Duration.ofSeconds(2));
    Engine engine = new Engine(rack, settings, surroundings());
    running.set(engine);
    run = new FutureTask<>(engine::run);
    Thread.ofPlatform().name("main-of-engine").start(run);
  }

  private void stop() throws Exception {
    engine().stop();
    assertEquals(Optional.empty(), run.get());
  }

  private Engine engine() {
    return Objects.requireNonNull(running.get());
  }

  private Engine.Surroundings surroundings() {
    return new Engine.Surroundings(
        wires,
        wires::driver,
        uplink,
        this::openSpool,
        Announced.load(directory.resolve("announced")),
        AlarmFile.load(directory.resolve("raised"), 0),
        ModelFile.of(directory.resolve("models"), 0),
        new NotingSupervisor(supervised),
        clocks,
        FakeBus.recorder(clocks),
        new Errands(),
        () -> new Health.Process(1, 2, 7),
        new Changes(),
        snapshot -> observer.accept(snapshot));
  }

  private Spool openSpool(long nowNanos) throws IOException {
    if (!spooling) {
      throw new IOException("no spool here");
    }
    SpoolSettings settings =
        new SpoolSettings(directory, 16 << 20, 1 << 20, 256, Duration.ofSeconds(10));
    return Spool.open(DiskStorage.open(directory.resolve("spool")), settings, nowNanos);
  }

  /// Waits until the analysis has passed on that many polls of `a`.
  private void awaitTaken(long polls) {
    awaitMore(() -> taken("a"), polls + 1); // the latest may be on its way yet
  }

  /// How many polls of `device` the engine has taken.
  private long taken(String device) {
    return engine().snapshot().devices().stream()
        .filter(each -> each.name().equals(device) && each.latest() != null)
        .mapToLong(each -> Objects.requireNonNull(each.latest()).sequence())
        .sum();
  }

  private List<Record> leftInTheSpool() throws IOException {
    try (Spool spool = openSpool(0)) {
      return spool.read(Integer.MAX_VALUE);
    }
  }

  private void awaitAsked(String device, long times) {
    awaitMore(() -> wires.timesAsked(device), times);
  }

  private static void awaitMore(LongSupplier counter, long least) {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (counter.getAsLong() < least) {
      assertTrue(System.nanoTime() - deadlineNanos < 0, () -> "only " + counter.getAsLong());
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
