package rackpulse.engine;

import static java.util.stream.Collectors.toSet;
import static java.util.stream.Collectors.toUnmodifiableMap;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.analysis.DerivedSettings;
import rackpulse.analysis.Detector;
import rackpulse.analysis.LimitSettings;
import rackpulse.bus.Bus;
import rackpulse.bus.BusSettings;
import rackpulse.delivery.Announced;
import rackpulse.delivery.SpoolOpener;
import rackpulse.delivery.Uplink;
import rackpulse.memory.AlarmFile;
import rackpulse.memory.ModelFile;
import rackpulse.recorder.FlightRecorder;
import rackpulse.schedule.Errands;
import rackpulse.sensor.DeviceSettings;
import rackpulse.sensor.Driver;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Stamp;
import rackpulse.verdict.Outcomes.Tally;
import rackpulse.watch.RackWatch;
import rackpulse.watch.WatchSettings;
import rackpulse.watch.Watched;

/// The running agent: all threads, from start to stop.
///
/// [#run] is for the main thread, [#stop] for any.
public final class Engine {
  /// How often workers are looked after and the rack is shown.
  private static final Duration ROUND = Duration.ofSeconds(5);

  /// A disk that hangs is no reason to end what does not need it.
  private static final Duration PATIENT = Duration.ofNanos(Long.MAX_VALUE);

  /// For how long the first tries of all buses are waited for before the agent calls itself ready.
  private static final Duration READY_LIMIT = Duration.ofSeconds(10);

  /// Of the time for a stop, what the process needs to end after the engine has; at most a quarter.
  private static final Duration EXIT_RESERVE = Duration.ofMillis(250);

  /// Beyond the time for a stop, after which the process is ended whatever it does.
  private static final Duration STOP_MARGIN = Duration.ofSeconds(5);

  private volatile Rack rack;
  private volatile EngineSettings settings;
  private final Surroundings around;
  private final Clocks rackClocks;
  private final Stamp started;
  private final Pipeline pipeline;
  private final LastResort lastResort;
  private final Buses buses;
  private final Worker recording;
  private final Worker reloading;

  /// Rung to have the main thread look at once.
  private final Semaphore bell = new Semaphore(0);

  private volatile boolean stopping;
  private volatile boolean telling;
  private long aliveDueNanos;
  private long roundDueNanos;
  private long healthDueNanos;
  private String statusLine = "";

  /// What is to be polled and computed.
  public record Rack(
      List<BusSettings> buses,
      List<DeviceSettings> devices,
      List<DerivedSettings> derived,
      List<LimitSettings> limits,
      WatchSettings watch) {
    /// What watches it.
    ///
    /// @param now dates the descriptions of its devices
    /// @param sequences gives the next sequence number of a computed device
    public RackWatch watched(Stamp now, ToLongFunction<String> sequences) {
      List<DeviceDescription> polled =
          devices.stream().map(device -> device.description(now)).toList();
      Detector detector = new Detector(polled, derived, limits, sequences);
      Watched watched = new Watched(polled, detector.descriptions(), limits, watch);
      return new RackWatch(detector, watched, sequences);
    }

    /// Whether the same is measured and watched as in `other`, on whatever buses.
    boolean looksLike(Rack other) {
      return devices.equals(other.devices)
          && derived.equals(other.derived)
          && limits.equals(other.limits)
          && watch.equals(other.watch);
    }

    /// The bus of each device.
    Map<String, String> busOf() {
      return devices.stream().collect(toUnmodifiableMap(DeviceSettings::name, DeviceSettings::bus));
    }

    /// Where the bus named `bus` is and how it is driven; empty when there is none.
    Optional<BusSettings> bus(String bus) {
      return buses.stream().filter(each -> each.name().equals(bus)).findFirst();
    }
  }

  /// Whoever changes what is polled while the agent runs.
  public interface Reloader {
    /// Waits for something to do and does it, by [Engine#change] of `engine`; on a thread of its
    /// own.
    void work(Engine engine) throws InterruptedException;

    /// What came of it the last time; any thread may ask.
    Optional<Health.Reload> latest();
  }

  /// Everything outside: wires, broker, supervisor, clocks, files.
  ///
  /// @param drivers makes the driver of a device on its bus
  /// @param spool opens the spool, again and again until it can be opened
  /// @param alarms what was raised before the start, and outlives the end
  /// @param models what the models had learned before the start
  /// @param recorder keeps what travels on the wires
  /// @param errands what somebody wants done out of turn
  /// @param process reads what the process has used so far
  /// @param reloader changes what is polled
  /// @param observer is shown the rack every few seconds, by the main thread
  public record Surroundings(
      BusOpener opener,
      BiFunction<DeviceSettings, Bus, Driver> drivers,
      Uplink uplink,
      SpoolOpener spool,
      Announced announced,
      AlarmFile alarms,
      ModelFile models,
      Supervisor supervisor,
      Clocks clocks,
      FlightRecorder recorder,
      Errands errands,
      Supplier<Health.Process> process,
      Reloader reloader,
      Consumer<Snapshot> observer) {}

  public Engine(Rack rack, EngineSettings settings, Surroundings around) {
    this.rack = rack;
    this.settings = settings;
    this.around = around;
    rackClocks = around.opener.clocks(around.clocks);
    started = rackClocks.stamp();
    Duration limit = settings.stopWithin().plus(STOP_MARGIN);
    lastResort = new LastResort(limit, around.clocks, around.supervisor::giveUp);
    pipeline = new Pipeline(rack, settings, around, bell::release);
    recording = new Worker("recorder", new Recording(), PATIENT, around.clocks, bell::release);
    reloading = new Worker("reload", new Changing(), PATIENT, around.clocks, bell::release);
    buses = new Buses(around, pipeline, bell::release);
  }

  /// Runs until [#stop] is called or a thread fails.
  ///
  /// @return why the agent cannot go on; empty after an orderly stop
  public Optional<String> run() throws InterruptedException {
    pipeline.start();
    recording.start();
    buses.start(rack, settings, rack.buses.stream().map(BusSettings::name).collect(toSet()));
    awaitFirstTries();
    around.supervisor.ready();
    reloading.start();
    aliveDueNanos = nanos();
    roundDueNanos = aliveDueNanos;
    healthDueNanos = aliveDueNanos + settings.healthEvery().toNanos();
    String trouble = trouble();
    while (!stopping && trouble == null) {
      awaitBell(lookAfterAll());
      trouble = trouble();
    }
    lastResort.arm();
    stopAll();
    return Optional.ofNullable(trouble);
  }

  /// Ends [#run] in order; any thread may call. The process is to end soon after: if it has not in
  /// time, it is ended without order.
  public void stop() {
    stopping = true;
    bell.release();
    lastResort.arm();
  }

  /// Polls and watches from now on what `next` says. Of the buses only `restarts` are touched: they
  /// end, start or both. For the thread that calls [Reloader#work].
  public void change(Rack next, EngineSettings settings, Set<String> restarts)
      throws InterruptedException {
    buses.stop(restarts);
    pipeline.change(next);
    this.settings = settings;
    for (String bus : restarts) {
      if (!rack.bus(bus).equals(next.bus(bus))) {
        around.recorder.forget(bus); // another wire, another tape
      }
    }
    rack = next;
    buses.start(next, settings, restarts);
  }

  /// Which of the latest polls of each device gave a value, by the device's name; any thread may
  /// ask.
  public Map<String, Tally> tallies() {
    return buses.tallies();
  }

  /// Tells health and state at once, for something in them is news. Any thread may call.
  public void tell() {
    telling = true;
    bell.release();
  }

  /// The rack as it is now; for the main thread.
  Snapshot snapshot() {
    return new Snapshot(
        rackClocks.stamp(),
        rackClocks.corrected(started).at(),
        pipeline.broker(),
        pipeline.delivery(),
        buses.health(false),
        around.recorder.answer(),
        pipeline.devices(),
        pipeline.models(),
        around.reloader.latest());
  }

  private void awaitFirstTries() throws InterruptedException {
    long limitNanos = nanos() + READY_LIMIT.toNanos();
    long leftNanos = READY_LIMIT.toNanos();
    while (!stopping && leftNanos > 0 && trouble() == null && !buses.tried()) {
      boolean rung = bell.tryAcquire(leftNanos, TimeUnit.NANOSECONDS);
      leftNanos = rung ? limitNanos - nanos() : 0;
    }
  }

  /// Does what is due.
  ///
  /// @return when the next is due
  private long lookAfterAll() {
    long nowNanos = nanos();
    if (telling) {
      telling = false;
      roundDueNanos = nowNanos;
      healthDueNanos = nowNanos;
    }
    if (nowNanos - aliveDueNanos >= 0) {
      aliveDueNanos = nowNanos + around.supervisor.aliveEvery().toNanos();
      around.supervisor.alive();
    }
    if (nowNanos - roundDueNanos >= 0) {
      roundDueNanos = nowNanos + ROUND.toNanos();
      show(snapshot());
    }
    if (nowNanos - healthDueNanos >= 0) {
      healthDueNanos = nowNanos + settings.healthEvery().toNanos();
      pipeline.offer(health());
    }
    return earlier(aliveDueNanos, earlier(roundDueNanos, healthDueNanos));
  }

  private void show(Snapshot snapshot) {
    around.observer.accept(snapshot);
    String line = snapshot.line();
    if (!line.equals(statusLine)) {
      statusLine = line;
      around.supervisor.status(line);
    }
  }

  private void awaitBell(long untilNanos) throws InterruptedException {
    if (bell.tryAcquire(Math.max(0, untilNanos - nanos()), TimeUnit.NANOSECONDS)) {
      bell.drainPermits();
    }
  }

  private static long earlier(long aNanos, long bNanos) {
    return aNanos - bNanos < 0 ? aNanos : bNanos;
  }

  private Health health() {
    Stamp stamp = rackClocks.stamp();
    Duration uptime = Duration.ofNanos(stamp.monotonicNanos() - started.monotonicNanos());
    Health.Process process = around.process.get();
    return new Health(
        stamp,
        uptime,
        settings.healthEvery(),
        process,
        pipeline.delivery(),
        buses.health(true),
        pipeline.models(),
        around.reloader.latest());
  }

  private @Nullable String trouble() {
    for (Worker worker : workers()) {
      String trouble = worker.trouble();
      if (trouble != null) {
        return trouble;
      }
    }
    return null;
  }

  /// Buses first, so that nothing new comes; then what is under way is brought to the broker.
  private void stopAll() throws InterruptedException {
    around.supervisor.stopping();
    long startNanos = nanos();
    long totalNanos = settings.stopWithin().toNanos();
    long withinNanos = totalNanos - Math.min(totalNanos / 4, EXIT_RESERVE.toNanos());
    recording.interrupt();
    reloading.interrupt();
    reloading.join(startNanos + withinNanos / 8); // lest it starts what is being stopped
    buses.interrupt();
    buses.join(startNanos + withinNanos / 4);
    pipeline.stop(startNanos + withinNanos);
    boolean allEnded = true;
    for (Worker worker : workers()) {
      Throwable failure = worker.failure();
      if (failure != null) {
        Logger.error(failure, "thread {} died", worker.name());
      }
      if (!worker.join(nanos())) {
        allEnded = false;
        Logger.warn("thread {} did not stop in time", worker.name());
      }
    }
    if (allEnded) {
      lastResort.callOff();
    }
  }

  private List<Worker> workers() {
    List<Worker> workers = new ArrayList<>(pipeline.workers());
    workers.add(recording);
    workers.add(reloading);
    workers.addAll(buses.workers());
    return workers;
  }

  private long nanos() {
    return around.clocks.nanos();
  }

  /// The duty of the recorder thread, which writes what is wanted.
  private final class Recording implements Worker.Duty {
    @Override
    public boolean work() throws InterruptedException {
      around.recorder.work();
      bell.release(); // so that whoever wanted it sees it soon
      return true;
    }

    @Override
    public void end() {
      // nothing is held
    }
  }

  /// The duty of the reload thread.
  private final class Changing implements Worker.Duty {
    @Override
    public boolean work() throws InterruptedException {
      around.reloader.work(Engine.this);
      return true;
    }

    @Override
    public void end() {
      // nothing is held
    }
  }
}
