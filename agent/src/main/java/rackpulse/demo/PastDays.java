package rackpulse.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import rackpulse.bus.Bus;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings;
import rackpulse.bus.I2cBus;
import rackpulse.bus.WireCounters;
import rackpulse.engine.Engine;
import rackpulse.memory.ModelFile;
import rackpulse.recorder.Tape;
import rackpulse.schedule.Schedule;
import rackpulse.sensor.Causes;
import rackpulse.sensor.DeviceSettings;
import rackpulse.sensor.Driver;
import rackpulse.sensor.Drivers;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;
import rackpulse.watch.RackWatch;

/// Days of the simulated rack before the demonstration, as fast as the machine can: every poll goes
/// through the same chips, drivers and models as later in the agent, which then begins with what
/// they have learned, as after a restart.
///
/// Used by one thread.
public final class PastDays {
  private static final Duration STEP = Duration.ofSeconds(15);

  private final SimulatedTime time;
  private final RackWatch watch;
  private final List<Polled> devices = new ArrayList<>();
  private final Schedule schedule;

  private record Polled(DeviceSettings settings, Driver driver, AtomicLong sequence) {}

  /// @param rack as it is configured
  /// @param buses of the simulated rack
  /// @param time in which it lives
  public PastDays(Engine.Rack rack, SimulatedBuses buses, SimulatedTime time) throws BusException {
    this.time = time;
    Map<String, AtomicLong> computed = new HashMap<>();
    watch =
        rack.watched(
            time.clock().stamp(),
            device -> computed.computeIfAbsent(device, _ -> new AtomicLong()).incrementAndGet());
    for (BusSettings settings : rack.buses()) {
      Bus bus = buses.open(settings, new WireCounters(), Tape.OFF).bus();
      for (DeviceSettings device : rack.devices()) {
        if (device.bus().equals(settings.name())) {
          devices.add(new Polled(device, driver(device, bus, buses), new AtomicLong()));
        }
      }
    }
    schedule =
        new Schedule(
            devices.stream().map(device -> device.settings.every()).toList(), time.clock().nanos());
  }

  private static Driver driver(DeviceSettings device, Bus bus, SimulatedBuses buses) {
    Optional<I2cBus> branch =
        device
            .mux()
            .map(channel -> {
              if (!(bus instanceof I2cBus i2c)) {
                throw new IllegalArgumentException(device.name() + " has a mux on a line");
              }
              return buses.behind(i2c, channel);
            });
    return Drivers.open(device, branch.isPresent() ? branch.get() : bus);
  }

  /// Lets `duration` pass; what there is to tell of it is not told.
  public void pass(Duration duration) {
    pass(duration, _ -> {});
  }

  /// Lets `duration` pass.
  ///
  /// @param reports is told what the agent would tell the broker
  void pass(Duration duration, Consumer<Report> reports) {
    long untilNanos = time.clock().nanos() + duration.toNanos();
    while (time.clock().nanos() - untilNanos < 0) {
      time.advance(STEP);
      long nowNanos = time.clock().nanos();
      int due = schedule.next(nowNanos);
      while (due != Schedule.NONE) {
        schedule.begin(due, nowNanos, true);
        watch.observe(poll(devices.get(due))).forEach(reports);
        due = schedule.next(nowNanos);
      }
    }
  }

  /// How many polls there were.
  public long polls() {
    return devices.stream().mapToLong(device -> device.sequence.get()).sum();
  }

  private Poll poll(Polled device) {
    Stamp stamp = time.clock().stamp();
    String name = device.settings.name();
    long sequence = device.sequence.incrementAndGet();
    try {
      return new Poll(name, stamp, sequence, device.driver.read(stamp));
    } catch (BusException e) {
      return new Poll(name, stamp, sequence, gaps(device.settings, stamp, Causes.of(e)));
    }
  }

  private static List<Sample> gaps(DeviceSettings device, Stamp stamp, Cause cause) {
    List<Sample> gaps = new ArrayList<>();
    for (ChannelDescription channel : device.description(stamp).channels()) {
      gaps.add(new Gap(channel.channel(), stamp, cause));
    }
    return gaps;
  }

  /// Leaves what was learned where an agent with this state directory finds it when it starts.
  public void leave(Path stateDirectory) {
    long nowNanos = time.clock().nanos();
    ModelFile.of(stateDirectory.resolve(ModelFile.NAME), nowNanos).save(watch);
  }
}
