package rackpulse.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import rackpulse.bus.BusSettings;
import rackpulse.bus.BusSettings.I2cSettings;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.ModbusTcpSettings;
import rackpulse.bus.BusSettings.TranscriptSettings;
import rackpulse.bus.MuxChannel;
import rackpulse.config.BusTables.Bus;
import rackpulse.sensor.ChannelProfile;
import rackpulse.sensor.DeviceSettings;
import rackpulse.sensor.I2cProfile;
import rackpulse.sensor.ModbusProfile;
import rackpulse.sensor.Profile;
import rackpulse.telemetry.Ids;

/// Reads the tables `[device.NAME]`.
final class DeviceTables {
  /// Levels of topics that the agent uses itself.
  static final Set<String> RESERVED = Set.of("agent", "rack-model");

  private static final Map<String, String> ROLES =
      Map.of("inlet", "inlet", "outlet", "outlet", "", "");

  /// Keeps the description of a device small.
  private static final int MAX_LOCATION = 200;

  private final Map<String, Bus> buses;
  private final Profiles profiles;
  private final Problems warnings;
  private final Map<String, Device> sound = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> unproven = new HashSet<>();

  /// The first profile on each transcript, which tells what sort of bus was recorded.
  private final Map<String, Profile> recorded = new HashMap<>();

  private DeviceTables(Map<String, Bus> buses, Profiles profiles, Problems warnings) {
    this.buses = buses;
    this.profiles = profiles;
    this.warnings = warnings;
  }

  /// A device and where it is written.
  record Device(DeviceSettings settings, TomlReader table) {}

  /// @param sound the devices in the order of the file, without those that have a problem
  /// @param names of all devices
  record Devices(List<Device> sound, Set<String> names) {}

  static Devices read(
      TomlReader root, Map<String, Bus> buses, Profiles profiles, Problems warnings) {
    DeviceTables tables = new DeviceTables(buses, profiles, warnings);
    root.tables("device").forEach(tables::add);
    List<Device> sound = List.copyOf(tables.sound.values());
    new Clashes(warnings).report(sound);
    return new Devices(sound, tables.names);
  }

  private void add(String name, TomlReader table) {
    names.add(name);
    int before = table.problems().count();
    if (!Ids.valid(name)) {
      table.problem(ConfigurationFile.notAName("a device", name));
    } else if (RESERVED.contains(name)) {
      table.problem("a device cannot be called \"" + name + "\": the agent uses that name itself");
    }
    table.require("bus", "profile");
    Duration every =
        table.duration("every", Duration.ofSeconds(10), Duration.ofMillis(50), Duration.ofDays(1));
    String location = location(table);
    table.choice("role", ROLES);
    Optional<Bus> bus = table.string("bus").flatMap(text -> bus(table, text));
    Optional<Profile> profile = table.string("profile").flatMap(text -> profile(table, text));
    if (profile.isEmpty()) {
      table.keys().forEach(table::has);
      return;
    }
    Profile part = profile.get();
    bus.ifPresent(where -> checkFit(table, where, part));
    int address = address(table, bus.flatMap(Bus::settings), part);
    Optional<MuxChannel> mux = part instanceof I2cProfile ? mux(table) : Optional.empty();
    List<String> channels = channels(table, part);
    Map<String, Double> parameters = parameters(table, part);
    warnIfUnproven(table, part);
    if (bus.isPresent() && table.problems().count() == before) {
      String on = bus.get().name();
      DeviceSettings settings =
          new DeviceSettings(name, on, part, address, mux, every, location, channels, parameters);
      sound.put(name, new Device(settings, table));
    }
  }

  private Optional<Bus> bus(TomlReader table, String name) {
    Bus bus = buses.get(name);
    if (bus == null) {
      String near = Suggestion.didYouMean(name, buses.keySet());
      String remedy = near.isEmpty() ? ": there is no table [bus." + name + "]" : near;
      table.problem("bus", "unknown bus \"" + name + "\"" + remedy);
    }
    return Optional.ofNullable(bus);
  }

  private Optional<Profile> profile(TomlReader table, String id) {
    if (!profiles.contains(id)) {
      table.problem("profile", profiles.unknown(id));
      return Optional.empty();
    }
    return profiles.find(id, table.problems());
  }

  private void warnIfUnproven(TomlReader table, Profile profile) {
    String id = profile.header().id();
    if (!profile.header().proven() && unproven.add(id)) {
      warnings.add(
          table.at(
              "profile",
              "profile \""
                  + id
                  + "\" is unproven: compare its readings with the device's display"));
    }
  }

  private void checkFit(TomlReader table, Bus bus, Profile profile) {
    if (bus.settings().isEmpty()) {
      return;
    }
    Profile onBus =
        bus.settings().get() instanceof TranscriptSettings
            ? recorded.computeIfAbsent(bus.name(), _ -> profile)
            : profile;
    boolean fits =
        switch (bus.settings().get()) {
          case I2cSettings _ -> profile instanceof I2cProfile;
          case ModbusRtuSettings _, ModbusTcpSettings _ -> profile instanceof ModbusProfile;
          case TranscriptSettings _ -> onBus.getClass() == profile.getClass();
        };
    if (!fits) {
      table.problem(
          "profile",
          "profile \"%s\" is a part on %s, and bus \"%s\" is %s: name another bus"
              .formatted(
                  profile.header().id(),
                  profile instanceof I2cProfile ? "I2C" : "Modbus",
                  bus.name(),
                  profile instanceof I2cProfile ? "Modbus" : "I2C"));
    }
  }

  private static String location(TomlReader table) {
    String location = table.string("location", "");
    if (location.length() > MAX_LOCATION || location.chars().anyMatch(Character::isISOControl)) {
      table.problem(
          "location",
          "\"location\" must be at most " + MAX_LOCATION + " characters without line breaks");
    }
    return location;
  }

  private static int address(TomlReader table, Optional<BusSettings> bus, Profile profile) {
    return switch (profile) {
      case I2cProfile chip -> {
        if (!refused(table, "unit", "a part on I2C has \"address\"")) {
          table.require("address");
        }
        int before = table.problems().count();
        int address = (int) table.integer("address", 0, 0, 0xFFFF);
        boolean given = table.has("address") && table.problems().count() == before;
        if (given && !chip.addresses().contains(address)) {
          List<String> can = chip.addresses().stream().map(DeviceTables::hex).toList();
          table.problem(
              "address",
              "%s cannot have address %s, only %s"
                  .formatted(chip.header().id(), hex(address), String.join(", ", can)));
        }
        yield address;
      }
      case ModbusProfile _ -> {
        if (!refused(table, "address", "a Modbus device has \"unit\"")) {
          table.require("unit");
        }
        refused(table, "mux", "only I2C has multiplexers");
        boolean serial = bus.isPresent() && bus.get() instanceof ModbusRtuSettings;
        yield (int) table.integer("unit", 1, serial ? 1 : 0, serial ? 247 : 255);
      }
    };
  }

  private static boolean refused(TomlReader table, String key, String why) {
    if (table.has(key)) {
      table.problem(key, "\"" + key + "\" does not belong here: " + why);
    }
    return table.has(key);
  }

  private static Optional<MuxChannel> mux(TomlReader table) {
    return table.table("mux").flatMap(DeviceTables::muxChannel);
  }

  private static Optional<MuxChannel> muxChannel(TomlReader mux) {
    int before = mux.problems().count();
    mux.require("address", "channel");
    long address = mux.integer("address", 0x70, 0, 0xFFFF);
    if (address < 0x70 || address > 0x77) {
      mux.problem("address", "the address of a multiplexer must be 0x70 to 0x77");
    }
    int channel = (int) mux.integer("channel", 0, 0, 7);
    return mux.problems().count() == before
        ? Optional.of(new MuxChannel((int) address, channel))
        : Optional.empty();
  }

  private static List<String> channels(TomlReader table, Profile profile) {
    int before = table.problems().count();
    List<String> wanted = table.strings("channels");
    List<String> known = profile.channels().stream().map(ChannelProfile::name).toList();
    Set<String> seen = new HashSet<>();
    for (String channel : wanted) {
      if (!known.contains(channel)) {
        String near = Suggestion.didYouMean(channel, known);
        table.problem(
            "channels",
            profile.header().id()
                + " has no channel \""
                + channel
                + "\""
                + (near.isEmpty() ? "; `rackpulse profiles` lists them" : near));
      } else if (!seen.add(channel)) {
        table.problem("channels", "channel \"" + channel + "\" is listed twice");
      }
    }
    if (wanted.isEmpty() && table.has("channels") && table.problems().count() == before) {
      table.problem("channels", "\"channels\" lists none: leave the key out to have all");
    }
    return wanted;
  }

  private static Map<String, Double> parameters(TomlReader table, Profile profile) {
    int before = table.problems().count();
    TomlReader given = table.tableOrEmpty("parameters");
    Map<String, Double> parameters = new HashMap<>();
    for (Profile.Parameter parameter : profile.parameters()) {
      if (!given.has(parameter.name()) && parameter.fallback().isEmpty()) {
        table.problem(
            "parameters",
            "%s needs parameters = { %s = ... }: %s"
                .formatted(profile.header().id(), parameter.name(), parameter.meaning()));
      }
      double value =
          given.number(
              parameter.name(),
              parameter.fallback().orElse(parameter.low()),
              parameter.low(),
              parameter.high());
      parameters.put(parameter.name(), value);
    }
    if (table.problems().count() == before) {
      profile.objection(parameters).ifPresent(text -> table.problem("parameters", text));
    }
    return parameters;
  }

  private static String hex(int address) {
    return String.format(Locale.ROOT, "0x%02X", address);
  }

  /// Finds devices that would answer together.
  private static final class Clashes {
    private final Problems warnings;

    /// Who is where, by bus and place on it.
    private final Map<String, String> taken = new HashMap<>();

    /// Who asks which unit, by bus and unit.
    private final Map<String, List<DeviceSettings>> units = new HashMap<>();

    Clashes(Problems warnings) {
      this.warnings = warnings;
    }

    void report(List<Device> devices) {
      for (Device device : devices) {
        switch (device.settings().profile()) {
          case I2cProfile _ -> chip(device.settings(), device.table());
          case ModbusProfile _ -> unit(device.settings(), device.table());
        }
      }
    }

    /// A chip on the trunk answers together with every chip of its address behind a multiplexer; a
    /// multiplexer answers together with every chip of its address. Two branches never do: they are
    /// switched off after each transfer.
    private void chip(DeviceSettings device, TomlReader table) {
      String address = device.bus() + " " + device.address() + " ";
      Optional<String> branch = device.mux().map(mux -> mux.address() + " " + mux.channel());
      device.mux().ifPresent(mux -> multiplexer(device, table, mux.address()));
      Optional<String> other = first(address + "mux", address + "trunk");
      if (other.isEmpty()) {
        other = first(address + branch.orElse("branch"));
      }
      other.ifPresent(name ->
          table.problem(
              "address",
              ("address %s on bus \"%s\" is already taken by %s: change one of them, or give"
                      + " each a multiplexer channel of its own (\"mux\")")
                  .formatted(hex(device.address()), device.bus(), name)));
      String name = "\"" + device.name() + "\"";
      taken.putIfAbsent(address + branch.orElse("trunk"), name);
      if (branch.isPresent()) {
        taken.putIfAbsent(address + "branch", name);
      }
    }

    private void multiplexer(DeviceSettings device, TomlReader table, int mux) {
      String address = device.bus() + " " + mux + " ";
      first(address + "trunk", address + "branch")
          .ifPresent(name ->
              table.problem(
                  "mux",
                  "multiplexer address %s on bus \"%s\" is taken by %s: change one of them"
                      .formatted(hex(mux), device.bus(), name)));
      taken.putIfAbsent(address + "mux", "the multiplexer of \"" + device.name() + "\"");
    }

    private Optional<String> first(String... places) {
      for (String place : places) {
        String name = taken.get(place);
        if (name != null) {
          return Optional.of(name);
        }
      }
      return Optional.empty();
    }

    private void unit(DeviceSettings device, TomlReader table) {
      String place = "unit " + device.address() + " of bus \"" + device.bus() + "\"";
      List<DeviceSettings> others = units.computeIfAbsent(place, _ -> new ArrayList<>());
      Optional<DeviceSettings> same = others.stream().filter(o -> overlap(device, o)).findFirst();
      if (same.isPresent()) {
        table.problem(
            "unit",
            "%s is already read by \"%s\": remove one, or name different \"channels\""
                .formatted(place, same.get().name()));
      } else if (!others.isEmpty()) {
        warnings.add(
            table.at(
                "unit",
                "%s is also read by \"%s\": right only if both are the same part"
                    .formatted(place, others.getFirst().name())));
      }
      others.add(device);
    }

    private static boolean overlap(DeviceSettings one, DeviceSettings other) {
      boolean all = one.channels().isEmpty() || other.channels().isEmpty();
      boolean shared = one.channels().stream().anyMatch(other.channels()::contains);
      return one.profile().equals(other.profile()) && (all || shared);
    }
  }
}
