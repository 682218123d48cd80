package rackpulse.reload;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import rackpulse.analysis.DerivedSettings;
import rackpulse.analysis.LimitSettings;
import rackpulse.bus.BusSettings;
import rackpulse.bus.BusSettings.I2cSettings;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.ModbusTcpSettings;
import rackpulse.bus.BusSettings.TranscriptSettings;
import rackpulse.config.Configuration;
import rackpulse.sensor.DeviceSettings;
import rackpulse.telemetry.Channel;

/// What runs when some buses get their old configuration back and all others keep theirs.
///
/// @param configuration what runs then
/// @param buses those that get it back: the one that is wanted, and those with which it has
///   exchanged devices
record Restoration(Configuration configuration, Set<String> buses) {
  /// Puts `bus` back to what it was in `old`.
  ///
  /// @return empty when another bus is on its wire now
  static Optional<Restoration> of(Configuration running, Configuration old, String bus) {
    Set<String> buses = exchanging(running, old, bus);
    Map<String, BusSettings> settings = new HashMap<>();
    old.buses().stream()
        .filter(each -> buses.contains(each.name()))
        .forEach(each -> settings.put(each.name(), each));
    List<BusSettings> all = new ArrayList<>();
    for (BusSettings present : running.buses()) {
      all.add(settings.getOrDefault(present.name(), present));
      settings.remove(present.name());
    }
    all.addAll(settings.values());
    Set<String> wires = all.stream().map(Restoration::wire).collect(Collectors.toSet());
    if (wires.size() < all.size()) {
      return Optional.empty();
    }
    return Optional.of(new Restoration(with(running, all, devices(running, old, buses)), buses));
  }

  /// `bus` and all that share a device with it or with each other: one device cannot be on two.
  private static Set<String> exchanging(Configuration running, Configuration old, String bus) {
    Map<String, String> before = buses(old);
    Map<String, String> now = buses(running);
    Set<String> buses = new TreeSet<>(Set.of(bus));
    boolean grows = true;
    while (grows) { // ends: there are only so many buses
      Set<String> more = new HashSet<>();
      before.forEach((device, was) -> {
        String is = now.getOrDefault(device, was);
        if (buses.contains(was) || buses.contains(is)) {
          more.add(was);
          more.add(is);
        }
      });
      grows = buses.addAll(more);
    }
    return buses;
  }

  private static Map<String, String> buses(Configuration configuration) {
    return configuration.devices().stream()
        .collect(Collectors.toMap(DeviceSettings::name, DeviceSettings::bus));
  }

  private static List<DeviceSettings> devices(
      Configuration running, Configuration old, Set<String> buses) {
    List<DeviceSettings> devices = new ArrayList<>();
    running.devices().stream()
        .filter(device -> !buses.contains(device.bus()))
        .forEach(devices::add);
    old.devices().stream().filter(device -> buses.contains(device.bus())).forEach(devices::add);
    return devices;
  }

  /// What makes two buses one wire; a recording can be played by many.
  private static String wire(BusSettings bus) {
    return switch (bus) {
      case I2cSettings i2c -> i2c.device().normalize().toString();
      case ModbusRtuSettings serial -> serial.device().normalize().toString();
      case ModbusTcpSettings tcp -> tcp.host() + " port " + tcp.port();
      case TranscriptSettings transcript -> "transcript " + transcript.name();
    };
  }

  /// Computed devices and limits of a device that goes with this go with it.
  private static Configuration with(
      Configuration running, List<BusSettings> buses, List<DeviceSettings> devices) {
    Set<String> gone =
        running.devices().stream().map(DeviceSettings::name).collect(Collectors.toSet());
    devices.forEach(device -> gone.remove(device.name()));
    List<DerivedSettings> derived =
        running.derived().stream()
            .filter(each -> hasNone(each.plus(), gone) && hasNone(each.minus(), gone))
            .toList();
    List<LimitSettings> limits =
        running.limits().stream()
            .filter(limit -> !gone.contains(limit.channel().device()))
            .toList();
    return new Configuration(
        running.agent(),
        running.mqtt(),
        running.engine(),
        running.spool(),
        running.recorder(),
        running.remote(),
        buses,
        devices,
        derived,
        limits,
        running.watch(),
        running.warnings());
  }

  private static boolean hasNone(List<Channel> channels, Set<String> gone) {
    return channels.stream().noneMatch(channel -> gone.contains(channel.device()));
  }
}
