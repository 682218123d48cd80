package rackpulse.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.tinylog.Logger;
import rackpulse.bus.BusSettings;
import rackpulse.engine.Engine.Rack;
import rackpulse.engine.Engine.Surroundings;
import rackpulse.schedule.Patience;
import rackpulse.sensor.DeviceSettings;
import rackpulse.telemetry.Health.BusHealth;
import rackpulse.verdict.Outcomes.Tally;

/// The bus threads, of which some can be replaced while all others run.
///
/// [#start] and [#stop] are for one thread at a time, all else for any.
final class Buses {
  private final Surroundings around;
  private final Clocks rackClocks;
  private final Pipeline pipeline;
  private final Runnable bell;

  /// Replaced as a whole, never changed.
  private volatile Map<String, RunningBus> running = Map.of();

  private record RunningBus(BusWorker duty, Worker worker) {}

  /// @param bell rung when a bus has something to tell
  Buses(Surroundings around, Pipeline pipeline, Runnable bell) {
    this.around = around;
    rackClocks = around.opener().clocks(around.clocks());
    this.pipeline = pipeline;
    this.bell = bell;
  }

  /// Starts the threads of those buses of `rack` that `names` contains; their devices go on
  /// counting where they were.
  void start(Rack rack, EngineSettings settings, Set<String> names) {
    for (BusSettings bus : rack.buses()) {
      if (names.contains(bus.name())) {
        List<DeviceSettings> devices =
            rack.devices().stream().filter(device -> device.bus().equals(bus.name())).toList();
        start(bus, devices, settings);
      }
    }
  }

  private void start(BusSettings bus, List<DeviceSettings> devices, EngineSettings settings) {
    if (devices.isEmpty()) {
      Logger.info("bus {} has no devices and is left alone", bus.name());
      return;
    }
    List<DeviceSession> sessions = new ArrayList<>();
    for (DeviceSettings device : devices) {
      AtomicLong sequence = pipeline.sequenceOf(device.name());
      DeviceSession session = new DeviceSession(device, sequence, settings, pipeline::offer);
      pipeline.stateOf(device.name()).ifPresent(session::goOn);
      sessions.add(session);
    }
    BusWorker.Links links =
        new BusWorker.Links(
            around.opener(),
            around.drivers(),
            rackClocks,
            pipeline::receive,
            around.recorder(),
            around.errands(),
            bell);
    BusWorker duty = new BusWorker(bus, sessions, settings.deadShare(), links);
    Duration limit = Patience.of(bus, devices);
    Worker worker = new Worker("bus-" + bus.name(), duty, limit, around.clocks(), bell);
    Map<String, RunningBus> more = new LinkedHashMap<>(running);
    more.put(bus.name(), new RunningBus(duty, worker));
    worker.start();
    running = more;
  }

  /// Ends the threads of the buses `names`, which closes them; nothing else is disturbed. Waits for
  /// as long as that takes: whoever looks after the threads sees one that hangs.
  void stop(Set<String> names) throws InterruptedException {
    Map<String, RunningBus> left = new LinkedHashMap<>(running);
    List<Worker> ending = new ArrayList<>();
    for (String name : names) {
      RunningBus bus = left.remove(name);
      if (bus != null) {
        bus.worker.interrupt();
        ending.add(bus.worker);
      }
    }
    for (Worker worker : ending) {
      worker.join();
    }
    running = left;
  }

  /// Asks all threads to end.
  void interrupt() {
    running.values().forEach(bus -> bus.worker.interrupt());
  }

  /// Waits for the end of all threads, until `deadlineNanos` at most.
  void join(long deadlineNanos) throws InterruptedException {
    for (RunningBus bus : running.values()) {
      bus.worker.join(deadlineNanos);
    }
  }

  /// Whether every bus has been opened or found down at least once.
  boolean tried() {
    return running.values().stream().allMatch(bus -> bus.duty.tried());
  }

  List<Worker> workers() {
    return running.values().stream().map(RunningBus::worker).toList();
  }

  /// Which of the latest polls of each device gave a value, by the device's name.
  Map<String, Tally> tallies() {
    Map<String, Tally> tallies = new HashMap<>();
    running.values().forEach(bus -> bus.duty.tallies(tallies));
    return tallies;
  }

  /// How the buses are doing.
  ///
  /// @param newWindow whether utilisation and lateness shall be measured anew from here
  List<BusHealth> health(boolean newWindow) {
    return running.values().stream().map(bus -> bus.duty.health(newWindow)).toList();
  }
}
