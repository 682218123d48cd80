package rackpulse.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.Bus;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings;
import rackpulse.recorder.FlightRecorder;
import rackpulse.schedule.Errands;
import rackpulse.schedule.Schedule;
import rackpulse.sensor.Causes;
import rackpulse.sensor.DeviceSettings;
import rackpulse.sensor.Driver;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Health.BusHealth;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;
import rackpulse.verdict.Outcomes.Tally;

/// The duty of the thread that owns a bus: opens it, polls its devices on schedule, one request at
/// a time, and says a gap for every value that it could not get, whatever the reason.
///
/// [#health] and [#tried] are for any thread, all else for the bus thread.
final class BusWorker implements Worker.Duty {
  /// Longest sleep, so that the supervisor sees this thread alive.
  private static final long LONGEST_SLEEP_NANOS = Duration.ofSeconds(20).toNanos();

  /// For how long a device that broke the bus waits for another to show that the bus is all right.
  private static final long SUSPECT_WAITS_NANOS = Duration.ofSeconds(10).toNanos();

  private final BusSettings settings;
  private final List<DeviceSession> devices;
  private final Links links;
  private final BusConnection connection;
  private final Probes probes;
  private final WireWatch watch;
  private final Errands.Box errands;

  /// Written by the bus thread only; guards that and the window of [#health].
  private final Schedule schedule;

  /// Polls answered since start, by which a device that breaks the bus is told from a broken bus.
  private long answers;

  /// The device that was asked when the bus broke last.
  private @Nullable DeviceSession suspect;

  private long openedNanos;
  private long busyNanos;
  private long windowNanos;
  private volatile int dormant;
  private volatile boolean tried;

  /// What a bus thread is connected to.
  ///
  /// @param drivers makes the driver of a device on its bus
  /// @param polls takes every poll
  /// @param recorder keeps what travels on the bus
  /// @param errands what is wanted of the bus out of turn
  /// @param onFirstTry called when the bus has been opened or found down for the first time
  record Links(
      BusOpener opener,
      BiFunction<DeviceSettings, Bus, Driver> drivers,
      Clocks clocks,
      Consumer<Poll> polls,
      FlightRecorder recorder,
      Errands errands,
      Runnable onFirstTry) {}

  /// What came of asking a device once.
  ///
  /// @param useless why the samples are as good as no answer; null when they are not
  private record Attempt(
      Stamp stamp,
      long costNanos,
      List<Sample> samples,
      @Nullable BusException failure,
      @Nullable Cause useless) {
    boolean isGood() {
      return failure == null && useless == null;
    }
  }

  /// @param deadShare most bus time that devices which do not answer may cost
  BusWorker(BusSettings settings, List<DeviceSession> devices, double deadShare, Links links) {
    this.settings = settings;
    this.devices = List.copyOf(devices);
    this.links = links;
    long nowNanos = links.clocks.nanos();
    windowNanos = nowNanos;
    connection = new BusConnection(settings, links.opener, links.clocks, links.recorder);
    watch = new WireWatch(settings, connection.counters(), this.devices);
    schedule =
        new Schedule(devices.stream().map(device -> device.settings().every()).toList(), nowNanos);
    probes = new Probes(this.devices, schedule, deadShare, nowNanos);
    errands =
        links.errands.open(
            settings.name(), devices.stream().map(device -> device.settings().name()).toList());
  }

  /// Notes by name which of the latest polls of each device gave a value; any thread may ask.
  void tallies(Map<String, Tally> into) {
    devices.forEach(device -> into.put(device.settings().name(), device.tally()));
  }

  /// Whether the bus has been opened or found down at least once.
  boolean tried() {
    return tried;
  }

  @Override
  public boolean work() throws InterruptedException {
    long nowNanos = links.clocks.nanos();
    if (errands.takeRescan()) {
      rescan();
    }
    if (!connection.isOpen() && nowNanos - connection.reopenNanos() >= 0) {
      open();
      nowNanos = links.clocks.nanos();
    }
    DeviceSession probe = connection.isOpen() ? probes.next(nowNanos) : null;
    if (probe != null) {
      attempt(probe, false);
      return true;
    }
    DeviceSession due = begin(nowNanos);
    DeviceSession wanted = due == null ? wanted(nowNanos) : null;
    if (due != null && due.dormant() && connection.isOpen()) {
      links.polls.accept(due.resting(links.clocks.stamp()));
    } else if (due != null) {
      poll(due, nowNanos);
    } else if (wanted != null) {
      poll(wanted, nowNanos);
      long endNanos = links.clocks.nanos();
      errands.spent(endNanos, endNanos - nowNanos);
    } else {
      links.clocks.sleepUntil(nextEventNanos(nowNanos), errands::hasNews);
    }
    return true;
  }

  @Override
  public void end() {
    errands.close();
    connection.close();
  }

  private void poll(DeviceSession device, long nowNanos) {
    if (!connection.isOpen() || mustWait(device, nowNanos)) {
      tell(device.unreachable(links.clocks.stamp()));
    } else {
      attempt(device, true);
    }
  }

  private void tell(Poll poll) {
    links.polls.accept(poll);
    errands.polled(poll);
  }

  /// What somebody wants polled out of turn, if now is the time.
  private @Nullable DeviceSession wanted(long nowNanos) {
    String name = errands.wanted(nowNanos);
    if (name == null) {
      return null;
    }
    for (DeviceSession device : devices) {
      if (device.settings().name().equals(name)) {
        long idleNanos = schedule.nextReleaseNanos(nowNanos + LONGEST_SLEEP_NANOS) - nowNanos;
        long costNanos = device.dormant() ? device.failureCostNanos() : device.pollNanos();
        return errands.allows(nowNanos, idleNanos, costNanos) ? device : null;
      }
    }
    return null;
  }

  /// Something was mended: what was given up is tried at once, within what probes may cost.
  private void rescan() {
    Stamp stamp = links.clocks.stamp();
    devices.forEach(device -> device.probeFrom(stamp));
    connection.hope();
  }

  /// How the bus is doing.
  ///
  /// @param newWindow whether utilisation and lateness shall be measured anew from here
  BusHealth health(boolean newWindow) {
    String reason = connection.downReason();
    String state = !reason.isEmpty() ? "down" : connection.isProven() ? "up" : "waiting";
    synchronized (schedule) {
      long nowNanos = links.clocks.nanos();
      Schedule.Statistics statistics = schedule.statistics(newWindow);
      double utilisation = (double) busyNanos / Math.max(1, nowNanos - windowNanos);
      if (newWindow) {
        busyNanos = 0;
        windowNanos = nowNanos;
      }
      return new BusHealth(
          settings.name(),
          state,
          state.equals("waiting") ? "no device has answered since it was opened" : reason,
          devices.size(),
          dormant,
          devices.stream().mapToLong(DeviceSession::pollNanos).sum() / 1e6,
          Math.min(1, utilisation),
          statistics.latenessMeanMillis(),
          statistics.latenessMaxMillis(),
          statistics.jitterMillis(),
          statistics.polls(),
          statistics.missed(),
          watch.errors(),
          watch.verdict(reason),
          watch.troubled());
    }
  }

  private @Nullable DeviceSession begin(long nowNanos) {
    synchronized (schedule) {
      int due = schedule.next(nowNanos);
      if (due == Schedule.NONE) {
        return null;
      }
      DeviceSession device = devices.get(due);
      schedule.begin(due, nowNanos, connection.isOpen() && !device.dormant());
      return device;
    }
  }

  private long nextEventNanos(long nowNanos) {
    long next = schedule.nextReleaseNanos(nowNanos + LONGEST_SLEEP_NANOS);
    next = errands.nextNanos(nowNanos, next);
    if (connection.isOpen()) {
      return probes.nextNanos(nowNanos, next);
    }
    long reopen = connection.reopenNanos();
    return reopen - next < 0 ? reopen : next;
  }

  private void open() {
    if (connection.open()) {
      openedNanos = links.clocks.nanos();
      devices.forEach(DeviceSession::busOpened);
    }
    if (!tried) {
      tried = true;
      links.onFirstTry.run();
    }
  }

  /// Polls the device. A connection that had worked may have been closed by the other side while it
  /// was idle: then it is opened anew at once and the device asked a second time.
  ///
  /// @param isTold whether a failure is told as gaps
  private void attempt(DeviceSession device, boolean isTold) {
    boolean isProbe = device.dormant();
    Attempt attempt = ask(device);
    if (attempt.failure instanceof BusException.Down
        && connection.isProven()
        && device != suspect
        && !interrupted()) {
      open();
      attempt = connection.isOpen() ? ask(device) : attempt;
    }
    if (interrupted()) {
      return; // what an interrupted request says proves nothing
    }
    watch.asked(device.subject(), attempt.failure, !attempt.isGood());
    switch (attempt.failure) {
      case null -> heard(device, isProbe, isTold, attempt);
      case BusException.Down down -> lost(device, isTold, attempt, reasonOf(down));
      case BusException failure -> {
        Cause cause = Causes.of(failure);
        missed(device, cause, reasonOf(failure), attempt);
        if (isTold) {
          tell(device.gaps(attempt.stamp, cause));
        }
      }
    }
    if (isProbe != device.dormant()) {
      dormant = (int) devices.stream().filter(DeviceSession::dormant).count();
      if (dormant == devices.size()) {
        links.recorder.alarm(settings.name(), "no device answers any more");
      }
    }
  }

  private Attempt ask(DeviceSession device) {
    Stamp stamp = links.clocks.stamp();
    long startNanos = links.clocks.nanos();
    List<Sample> samples = List.of();
    BusException failure = null;
    connection.tape().begin(device.settings().name(), device.fresh());
    try {
      samples = driverOf(device).read(stamp);
    } catch (BusException e) {
      failure = e;
    }
    long costNanos = links.clocks.nanos() - startNanos;
    device.took(costNanos);
    synchronized (schedule) {
      busyNanos += costNanos;
    }
    Cause useless = failure == null ? Causes.uselessness(samples) : null;
    Attempt attempt = new Attempt(stamp, costNanos, samples, failure, useless);
    connection.tape().end(attempt.isGood());
    return attempt;
  }

  private Driver driverOf(DeviceSession device) {
    Driver driver = device.driver();
    if (driver == null) {
      Bus port = connection.port(device.settings().mux());
      driver = links.drivers.apply(device.settings(), port);
      device.driver(driver);
    }
    return driver;
  }

  private void heard(DeviceSession device, boolean isProbe, boolean isTold, Attempt attempt) {
    Cause useless = attempt.useless;
    if (useless == null) {
      answers++;
      if (connection.prove()) {
        devices.forEach(DeviceSession::busWorks);
      }
      device.answered(attempt.stamp);
      if (isProbe) {
        // what took it away, a cable or a fuse, may have taken others
        devices.forEach(other -> other.probeFrom(attempt.stamp));
      }
    } else {
      missed(device, useless, "every channel " + useless.id(), attempt);
    }
    if (isTold || useless == null) {
      tell(device.poll(attempt.stamp, attempt.samples));
    }
  }

  private void missed(DeviceSession device, Cause cause, String reason, Attempt attempt) {
    long nowNanos = links.clocks.nanos();
    probes.spend(attempt.costNanos, nowNanos);
    boolean isCostly = probes.overdrawn(nowNanos);
    device.failed(attempt.stamp, cause, reason, attempt.costNanos, isCostly);
  }

  /// Whether `device` broke the bus more often than another one, which shall show first that the
  /// bus is all right.
  private boolean mustWait(DeviceSession device, long nowNanos) {
    return !connection.isProven()
        && device.breaks() > leastBreaks()
        && nowNanos - openedNanos < SUSPECT_WAITS_NANOS;
  }

  private int leastBreaks() {
    int least = Integer.MAX_VALUE;
    for (int i = 0; i < devices.size(); i++) {
      least = Math.min(least, devices.get(i).breaks());
    }
    return least;
  }

  /// The bus broke while `device` was asked. The device is to blame only when others have answered
  /// since it did so the last time; then the bus is opened again at once.
  private void lost(DeviceSession device, boolean isTold, Attempt attempt, String reason) {
    suspect = device;
    if (connection.isOpen()) {
      boolean toBlame = device.brokeBusAgain(answers);
      if (toBlame) {
        missed(device, Cause.BUS_DOWN, reason, attempt);
        connection.close();
      } else {
        // as long as there is one that has not broken it, the bus may be all right
        connection.broke(reason, leastBreaks() == 0);
      }
    }
    if (isTold) {
      tell(device.unreachable(attempt.stamp));
    }
  }

  private static boolean interrupted() {
    return Thread.currentThread().isInterrupted();
  }

  private static String reasonOf(BusException failure) {
    return Objects.requireNonNullElse(failure.getMessage(), "no reason given");
  }
}
