package rackpulse.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import rackpulse.bus.Bus;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings;
import rackpulse.bus.BusSettings.ModbusTcpSettings;
import rackpulse.bus.I2cBus;
import rackpulse.bus.ModbusBus;
import rackpulse.bus.MuxChannel;
import rackpulse.bus.WireCounters;
import rackpulse.recorder.FlightRecorder;
import rackpulse.recorder.RecorderSettings;
import rackpulse.recorder.Tape;
import rackpulse.sensor.ChannelProfile;
import rackpulse.sensor.Conversion;
import rackpulse.sensor.DeviceSettings;
import rackpulse.sensor.Driver;
import rackpulse.sensor.Encoding;
import rackpulse.sensor.ModbusProfile;
import rackpulse.sensor.ModbusProfile.Field;
import rackpulse.sensor.ModbusProfile.RequestLimits;
import rackpulse.sensor.ModbusProfile.Table;
import rackpulse.sensor.Profile;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// Buses whose devices do as they are told, with drivers that need no wire.
final class FakeBus implements BusOpener {
  /// What a device does when it is asked.
  interface Behaviour {
    /// @return the value of its only channel
    double answer(String device) throws BusException;
  }

  private final Map<String, Behaviour> behaviours = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private final Map<String, Integer> resets = new HashMap<>();
  private String refusal = "";
  private int openings;
  private int open;

  /// A recorder whose recordings nobody writes.
  static FlightRecorder recorder(Clocks clocks) {
    return new FlightRecorder(
        new RecorderSettings(Path.of("/nowhere"), Duration.ofMinutes(5), 64 * 1024, 3),
        clocks::nanos,
        () -> clocks.stamp().at());
  }

  static BusSettings settings(String name) {
    return new ModbusTcpSettings(name, "127.0.0.1", 502, Duration.ofSeconds(1), false);
  }

  static DeviceSettings device(String name, String bus, double everySeconds) {
    ChannelProfile channel =
        new ChannelProfile("power", Quantity.POWER, Conversion.IDENTITY, 0, 1000);
    Field field = new Field(channel, Table.INPUT, 0, Encoding.of(Encoding.Format.U16), List.of());
    ModbusProfile profile =
        new ModbusProfile(
            new Profile.Header("fake", "Fake 1", "nothing", true),
            RequestLimits.DEFAULT,
            Optional.empty(),
            List.of(field));
    Duration every = Duration.ofNanos(Math.round(everySeconds * 1e9));
    return new DeviceSettings(
        name, bus, profile, 1, Optional.empty(), every, "", List.of(), Map.of());
  }

  synchronized void behave(String device, Behaviour behaviour) {
    behaviours.put(device, behaviour);
  }

  /// Lets the bus be opened no more, for `reason`; empty lets it be opened again.
  synchronized void refuse(String reason) {
    refusal = reason;
  }

  synchronized List<String> asked() {
    return List.copyOf(asked);
  }

  synchronized long timesAsked(String device) {
    return asked.stream().filter(device::equals).count();
  }

  synchronized int resets(String device) {
    return resets.getOrDefault(device, 0);
  }

  synchronized int openings() {
    return openings;
  }

  /// Buses open now.
  synchronized int open() {
    return open;
  }

  Driver driver(DeviceSettings settings, Bus bus) {
    Channel channel = new Channel(settings.name(), "power", Quantity.POWER);
    return new Driver() {
      @Override
      public List<Channel> channels() {
        return List.of(channel);
      }

      @Override
      public List<Sample> read(Stamp stamp) throws BusException {
        ((ModbusBus) bus).identify(1); // fails while the bus is closed
        return List.of(new Reading(channel, stamp, ask(settings.name())));
      }

      @Override
      public void reset() {
        synchronized (FakeBus.this) {
          resets.merge(settings.name(), 1, Integer::sum);
        }
      }
    };
  }

  private double ask(String device) throws BusException {
    Behaviour behaviour;
    synchronized (this) {
      asked.add(device);
      behaviour = behaviours.getOrDefault(device, _ -> 1);
    }
    return behaviour.answer(device);
  }

  @Override
  public synchronized OpenedBus open(BusSettings settings, WireCounters counters, Tape tape)
      throws BusException {
    openings++;
    if (!refusal.isEmpty()) {
      throw new BusException.Down(refusal);
    }
    open++;
    return new OpenedBus() {
      @Override
      public Bus bus() {
        return new Wire();
      }

      @Override
      public void close() {
        synchronized (FakeBus.this) {
          open--;
        }
      }
    };
  }

  @Override
  public I2cBus behind(I2cBus bus, MuxChannel channel) {
    return bus;
  }
}
