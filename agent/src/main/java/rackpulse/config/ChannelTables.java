package rackpulse.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import rackpulse.analysis.DerivedSettings;
import rackpulse.analysis.DewPoint;
import rackpulse.analysis.Envelope;
import rackpulse.analysis.LimitSettings;
import rackpulse.analysis.Objective;
import rackpulse.config.DeviceTables.Device;
import rackpulse.config.DeviceTables.Devices;
import rackpulse.model.RackModel;
import rackpulse.sensor.ChannelProfile;
import rackpulse.sensor.DeviceSettings;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Ids;
import rackpulse.telemetry.Quantity;
import rackpulse.watch.WatchSettings;
import rackpulse.watch.WatchSettings.Target;

/// Reads the tables that speak of channels: `[derived.*]`, `[limit.*]`, `[objective]`, `[forecast]`
/// and `[model.*]`.
final class ChannelTables {
  private static final Map<String, Envelope> PRESETS =
      Envelope.ALL.stream()
          .collect(Collectors.toUnmodifiableMap(Envelope::id, envelope -> envelope));

  private static final Set<Quantity> CLIMATE =
      Set.of(Quantity.TEMPERATURE, Quantity.RELATIVE_HUMIDITY);

  private static final List<String> LIMITS =
      List.of("alarm_low", "warn_low", "warn_high", "alarm_high");

  private static final Set<Duration> HORIZONS =
      Set.of(Duration.ofMinutes(15), Duration.ofMinutes(30), Duration.ofMinutes(60));

  private final TomlReader root;
  private final List<Device> devices;
  private final Set<String> deviceNames;
  private final Set<String> derivedNames = new HashSet<>();

  /// Channels by device and name.
  private final Map<String, Map<String, Channel>> channels = new HashMap<>();

  ChannelTables(TomlReader root, Devices devices) {
    this.root = root;
    this.devices = devices.sound();
    deviceNames = devices.names();
    for (Device device : devices.sound()) {
      channels.put(device.settings().name(), channels(device.settings()));
    }
  }

  private static Map<String, Channel> channels(DeviceSettings device) {
    Map<String, Channel> channels = new LinkedHashMap<>();
    for (ChannelProfile profile : device.profile().channels()) {
      String name = profile.name();
      if (device.wants(name)) {
        channels.put(name, new Channel(device.name(), name, profile.quantity()));
      }
    }
    DewPoint dewPoint = DewPoint.of(List.copyOf(channels.values()));
    if (dewPoint != null) {
      channels.put(dewPoint.channel().name(), dewPoint.channel());
    }
    return channels;
  }

  /// The derived devices in the order of the file; to be asked first, since the other tables may
  /// name them.
  List<DerivedSettings> derived() {
    List<DerivedSettings> derived = new ArrayList<>();
    Map<String, TomlReader> tables = root.tables("derived");
    derivedNames.addAll(tables.keySet());
    tables.forEach((name, table) -> derived(name, table).ifPresent(derived::add));
    for (DerivedSettings settings : derived) {
      channels.put(settings.name(), Map.of("value", settings.channel()));
    }
    return derived;
  }

  private Optional<DerivedSettings> derived(String name, TomlReader table) {
    int before = table.problems().count();
    if (!Ids.valid(name)) {
      table.problem(ConfigurationFile.notAName("a derived device", name));
    } else if (deviceNames.contains(name) || DeviceTables.RESERVED.contains(name)) {
      table.problem("the name \"" + name + "\" is already taken: choose another one");
    }
    table.require("sum");
    List<Channel> plus = resolveAll(table, "sum");
    List<Channel> minus = resolveAll(table, "minus");
    if (table.strings("sum").isEmpty() && table.has("sum")) {
      table.problem("sum", "\"sum\" needs at least one channel");
    }
    checkQuantities(table, Stream.concat(plus.stream(), minus.stream()).toList());
    String location = table.string("location", "");
    // an input of a device that is wrong itself is missing here without a problem of this table
    return table.problems().count() == before && !plus.isEmpty()
        ? Optional.of(new DerivedSettings(name, plus, minus, location))
        : Optional.empty();
  }

  private static void checkQuantities(TomlReader table, List<Channel> inputs) {
    Set<String> seen = new HashSet<>();
    for (Channel input : inputs) {
      Quantity first = inputs.getFirst().quantity();
      if (!seen.add(input.path())) {
        table.problem("sum", "channel \"" + input.path() + "\" is named twice");
      } else if (input.quantity() == Quantity.STATE) {
        table.problem("sum", "\"" + input.path() + "\" is status bits, which cannot be added");
      } else if (input.quantity() != first) {
        table.problem(
            "sum",
            "\"%s\" is %s and \"%s\" is %s: they cannot be added"
                .formatted(
                    inputs.getFirst().path(), first.id(), input.path(), input.quantity().id()));
      }
    }
  }

  private List<Channel> resolveAll(TomlReader table, String key) {
    List<Channel> resolved = new ArrayList<>();
    for (String path : table.strings(key)) {
      String device = path.substring(0, Math.max(0, path.indexOf('.')));
      if (derivedNames.contains(device) && !deviceNames.contains(device)) {
        table.problem(
            key, "\"" + path + "\" is itself derived: name the channels it is made of instead");
      } else {
        resolve(table, key, path).ifPresent(resolved::add);
      }
    }
    return resolved;
  }

  /// The channel written `DEVICE.CHANNEL`; empty when there is none, which has been reported, there
  /// or at the device that is wrong.
  private Optional<Channel> resolve(TomlReader table, String key, String path) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      table.problem(key, "\"" + path + "\" must be written \"DEVICE.CHANNEL\"");
      return Optional.empty();
    }
    return resolve(table, key, path.substring(0, dot), path.substring(dot + 1));
  }

  private Optional<Channel> resolve(TomlReader table, String key, String device, String channel) {
    Map<String, Channel> known = channels.get(device);
    if (known != null) {
      if (!known.containsKey(channel)) {
        String near = Suggestion.didYouMean(channel, known.keySet());
        String remedy = near.isEmpty() ? "; `rackpulse profiles` lists them" : near;
        table.problem(key, "device \"" + device + "\" has no channel \"" + channel + "\"" + remedy);
      }
      return Optional.ofNullable(known.get(channel));
    }
    if (!deviceNames.contains(device) && !derivedNames.contains(device)) {
      Set<String> names = new HashSet<>(deviceNames);
      names.addAll(derivedNames);
      String near = Suggestion.didYouMean(device, names);
      String remedy = near.isEmpty() ? ": there is no table [device." + device + "]" : near;
      table.problem(key, "unknown device \"" + device + "\"" + remedy);
    }
    return Optional.empty();
  }

  /// The limits in the order of the file.
  List<LimitSettings> limits() {
    List<LimitSettings> limits = new ArrayList<>();
    forEachChannel("limit", (channel, table) -> limit(channel, table).ifPresent(limits::add));
    return limits;
  }

  private Optional<LimitSettings> limit(Optional<Channel> channel, TomlReader table) {
    Optional<Envelope> preset = preset(table, channel);
    Map<String, OptionalDouble> limits = new HashMap<>();
    double last = Double.NEGATIVE_INFINITY;
    for (String key : LIMITS) {
      Optional<Double> limit = table.number(key);
      if (limit.isPresent() && limit.get() <= last) {
        table.problem(key, "limits must ascend: " + String.join(", ", LIMITS));
      }
      last = limit.orElse(last);
      limits.put(key, limit.map(OptionalDouble::of).orElse(OptionalDouble.empty()));
    }
    boolean none = !table.has("preset") && LIMITS.stream().noneMatch(table::has);
    if (none) {
      table.problem(
          "[%s] sets no limit: give one of %s or preset"
              .formatted(table.name(), String.join(", ", LIMITS)));
    }
    Duration delay =
        table.duration("delay", Duration.ofSeconds(30), Duration.ZERO, Duration.ofHours(1));
    double hysteresis = table.number("hysteresis").orElse(0.0);
    if (hysteresis < 0) {
      table.problem("hysteresis", "\"hysteresis\" must be at least 0");
    }
    OptionalDouble absent = OptionalDouble.empty();
    return channel
        .filter(_ -> !none)
        .map(limited ->
            new LimitSettings(
                limited,
                limits.getOrDefault("alarm_low", absent),
                limits.getOrDefault("warn_low", absent),
                limits.getOrDefault("warn_high", absent),
                limits.getOrDefault("alarm_high", absent),
                delay,
                hysteresis))
        .map(given -> preset.map(envelope -> envelope.fill(given)).orElse(given));
  }

  private static Optional<Envelope> preset(TomlReader table, Optional<Channel> channel) {
    Optional<Envelope> preset = table.choice("preset", PRESETS);
    if (preset.isPresent() && channel.isPresent()) {
      Quantity quantity = channel.get().quantity();
      if (!CLIMATE.contains(quantity)) {
        table.problem(
            "preset",
            "presets are for temperature and relative humidity, not for " + quantity.id());
      }
    }
    return preset;
  }

  /// What the operator wants of the models.
  WatchSettings models() {
    Map<String, Objective.Term> terms = new LinkedHashMap<>();
    List<TomlReader> tables = root.tableOrEmpty("objective").tableList("term");
    for (TomlReader table : tables) {
      term(table)
          .ifPresent(term -> {
            if (terms.put(term.channel().path(), term) != null) {
              String path = term.channel().path();
              table.problem("channel", "\"" + path + "\" has a term already: join the two");
            }
          });
    }
    if (tables.size() > Objective.MAX_TERMS) {
      tables.getLast().problem("[objective] has more than " + Objective.MAX_TERMS + " terms");
    }
    TomlReader forecast = root.tableOrEmpty("forecast");
    Set<Channel> forecasts = new LinkedHashSet<>();
    for (String path : forecast.strings("channels")) {
      resolve(forecast, "channels", path).ifPresent(forecasts::add);
    }
    return new WatchSettings(
        targets(),
        List.copyOf(forecasts),
        horizons(forecast),
        forecast.string("companion").flatMap(path -> resolve(forecast, "companion", path)),
        List.copyOf(terms.values()),
        withRole("inlet"),
        withRole("outlet"));
  }

  private static List<Integer> horizons(TomlReader forecast) {
    Set<Duration> horizons = new TreeSet<>();
    for (String horizon : forecast.strings("horizons")) {
      Optional<Duration> known = Amounts.duration(horizon).filter(HORIZONS::contains);
      known.ifPresent(horizons::add);
      if (known.isEmpty()) {
        forecast.problem(
            "horizons", "\"" + horizon + "\" is none of \"15 min\", \"30 min\" and \"60 min\"");
      }
    }
    if (!forecast.has("horizons")) {
      horizons.addAll(HORIZONS);
    }
    return horizons.stream().map(each -> (int) each.toMinutes()).toList();
  }

  private Set<String> withRole(String role) {
    Set<String> names = new LinkedHashSet<>();
    for (Device device : devices) {
      if (device.table().string("role", "").equals(role)) {
        names.add(device.settings().name());
      }
    }
    return names;
  }

  private Optional<Objective.Term> term(TomlReader table) {
    int before = table.problems().count();
    table.require("channel");
    Optional<Channel> channel =
        table.string("channel").flatMap(path -> resolve(table, "channel", path));
    double weight = table.number("weight", 1, 0, 1000);
    Optional<Double> target = table.number("target");
    Optional<Double> tolerance = table.number("tolerance");
    if (tolerance.isPresent() && tolerance.get() <= 0) {
      table.problem("tolerance", "\"tolerance\" must be above 0");
    }
    Optional<Envelope> preset = preset(table, channel);
    if (!table.has("preset")) {
      table.require("target", "tolerance");
    }
    if (channel.isEmpty() || table.problems().count() > before) {
      return Optional.empty();
    }
    Optional<Envelope.Range> range = preset.flatMap(each -> each.range(channel.get()));
    return Optional.of(
        new Objective.Term(
            channel.get(),
            weight,
            target.or(() -> range.map(Envelope.Range::middle)).orElseThrow(),
            tolerance.or(() -> range.map(Envelope.Range::tolerance)).orElseThrow()));
  }

  /// The temperatures of outlets, and what `[model.*]` says otherwise.
  private List<Target> targets() {
    Map<Channel, Target> targets = new LinkedHashMap<>();
    for (String device : withRole("outlet")) {
      for (Channel channel : channels.getOrDefault(device, Map.of()).values()) {
        if (channel.quantity() == Quantity.TEMPERATURE && !channel.name().equals(DewPoint.NAME)) {
          targets.put(channel, new Target(channel, List.of()));
        }
      }
    }
    forEachChannel("model", (target, table) -> model(target, table, targets));
    return List.copyOf(targets.values());
  }

  private void model(Optional<Channel> target, TomlReader table, Map<Channel, Target> targets) {
    List<String> paths = table.strings("inputs");
    List<Channel> inputs = new ArrayList<>();
    for (String path : paths) {
      if (target.isPresent() && target.get().path().equals(path)) {
        table.problem("inputs", "\"" + path + "\" cannot explain itself");
      }
      resolve(table, "inputs", path).ifPresent(inputs::add);
    }
    if (paths.size() > RackModel.MAX_INPUTS || (paths.isEmpty() && table.has("inputs"))) {
      table.problem("inputs", "\"inputs\" must be 1 to " + RackModel.MAX_INPUTS + " channels");
    }
    if (new HashSet<>(paths).size() < paths.size()) {
      table.problem("inputs", "\"inputs\" names a channel twice");
    }
    if (!table.flag("enabled", true)) {
      target.ifPresent(targets::remove);
    } else {
      target.ifPresent(channel -> targets.put(channel, new Target(channel, inputs)));
    }
  }

  /// What reads a table that is named for a channel, which is empty when it does not exist.
  private interface ChannelTable {
    void read(Optional<Channel> channel, TomlReader table);
  }

  private void forEachChannel(String key, ChannelTable each) {
    root.tables(key)
        .forEach((device, tables) -> {
          for (String channel : tables.keys()) {
            tables
                .table(channel)
                .ifPresent(table -> each.read(resolve(tables, channel, device, channel), table));
          }
        });
  }
}
