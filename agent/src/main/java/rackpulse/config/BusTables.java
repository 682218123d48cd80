package rackpulse.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import rackpulse.bus.BusSettings;
import rackpulse.bus.BusSettings.I2cSettings;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.ModbusTcpSettings;
import rackpulse.bus.BusSettings.Parity;
import rackpulse.bus.BusSettings.SerialFormat;
import rackpulse.bus.BusSettings.TranscriptSettings;
import rackpulse.config.DeviceTables.Device;
import rackpulse.schedule.BusBudget;
import rackpulse.schedule.BusBudget.Budget;
import rackpulse.sensor.DeviceSettings;
import rackpulse.telemetry.Ids;

/// Reads the tables `[bus.NAME]`.
final class BusTables {
  /// Modbus TCP (IANA service name `mbap`).
  private static final int MODBUS_PORT = 502;

  private static final Map<String, Kind> KINDS =
      Map.of(
          "i2c", Kind.I2C,
          "modbus-rtu", Kind.MODBUS_RTU,
          "modbus-tcp", Kind.MODBUS_TCP,
          "modbus-rtu-over-tcp", Kind.MODBUS_RTU_OVER_TCP,
          "transcript", Kind.TRANSCRIPT);

  private static final Map<String, SerialFormat> FORMATS = formats();

  private final Path directory;
  private final Map<String, Bus> buses = new LinkedHashMap<>();

  /// The buses by what they are reached by, to find two that share it.
  private final Map<String, String> places = new LinkedHashMap<>();

  private BusTables(Path directory) {
    this.directory = directory;
  }

  /// A bus and where it is written; `settings` is empty when the kind is not known.
  record Bus(String name, TomlReader table, Optional<BusSettings> settings, boolean overload) {}

  /// The buses by name, in the order of the file.
  ///
  /// @param directory relative transcripts are looked for here
  static Map<String, Bus> read(TomlReader root, Path directory) {
    BusTables tables = new BusTables(directory);
    root.tables("bus").forEach(tables::add);
    return tables.buses;
  }

  private void add(String name, TomlReader table) {
    if (!Ids.valid(name)) {
      table.problem(ConfigurationFile.notAName("a bus", name));
    }
    table.require("kind");
    boolean overload = table.flag("allow_overload", false);
    Optional<BusSettings> settings = table.choice("kind", KINDS).map(kind -> of(name, kind, table));
    if (settings.isEmpty()) {
      table.keys().forEach(table::has);
    }
    buses.put(name, new Bus(name, table, settings, overload));
  }

  private BusSettings of(String name, Kind kind, TomlReader table) {
    return switch (kind) {
      case I2C ->
          new I2cSettings(
              name, device(name, table), table.hertz("frequency", 100_000, 10_000, 3_400_000));
      case MODBUS_RTU -> serial(name, table);
      case MODBUS_TCP -> tcp(name, table, false);
      case MODBUS_RTU_OVER_TCP -> tcp(name, table, true);
      case TRANSCRIPT -> {
        table.require("file");
        Path file = directory.resolve(table.path("file").orElse(Path.of("")));
        yield new TranscriptSettings(name, file, table.flag("repeat", false));
      }
    };
  }

  private BusSettings serial(String name, TomlReader table) {
    return new ModbusRtuSettings(
        name,
        device(name, table),
        (int) table.integer("baud", 19_200, 300, 4_000_000),
        table.choice("format", FORMATS).orElse(new SerialFormat(8, Parity.EVEN, 1)),
        timeout(table, Duration.ofMillis(500)),
        turnaround(table, Duration.ofMillis(5)),
        table.flag("rs485", false));
  }

  private BusSettings tcp(String name, TomlReader table, boolean rtuFrames) {
    table.require("host");
    if (rtuFrames) {
      table.require("port");
    }
    String host = table.string("host", "");
    if (table.has("host") && !isHost(host)) {
      table.problem(
          "host", "\"host\" must be a name or an address alone; the port has a key of its own");
    }
    int port = (int) table.integer("port", MODBUS_PORT, 1, 65_535);
    claim(name, table, "host", host.toLowerCase(Locale.ROOT) + " port " + port);
    return new ModbusTcpSettings(
        name,
        host,
        port,
        timeout(table, Duration.ofSeconds(1)),
        rtuFrames,
        turnaround(table, Duration.ofMillis(2)),
        baud(table));
  }

  private static int baud(TomlReader table) {
    int baud = (int) table.integer("gateway_baud", 0, 0, 4_000_000);
    if (baud > 0 && baud < 300) {
      table.problem("gateway_baud", "\"gateway_baud\" must be 0, or 300 to 4000000");
    }
    return baud;
  }

  private Path device(String name, TomlReader table) {
    table.require("device");
    Path device = table.path("device").orElse(Path.of(""));
    if (table.has("device") && !device.isAbsolute()) {
      table.problem("device", "\"device\" must be an absolute path, such as \"/dev/ttyUSB0\"");
    }
    claim(name, table, "device", device.normalize().toString());
    return device;
  }

  private void claim(String name, TomlReader table, String key, String place) {
    String other = table.has(key) ? places.putIfAbsent(place, name) : null;
    if (other != null) {
      table.problem(
          key,
          "bus \"" + other + "\" is on " + place + " too: move the devices of both to one bus");
    }
  }

  private static Duration timeout(TomlReader table, Duration usual) {
    return table.duration("timeout", usual, Duration.ofMillis(10), Duration.ofSeconds(60));
  }

  private static Duration turnaround(TomlReader table, Duration usual) {
    return table.duration("turnaround", usual, Duration.ZERO, Duration.ofSeconds(10));
  }

  /// A name, an IPv4 address or an IPv6 address, by its characters alone.
  private static boolean isHost(String host) {
    boolean plain = !host.isEmpty() && host.indexOf(':') < 0;
    boolean six = host.indexOf(':') != host.lastIndexOf(':');
    String allowed = six ? "0123456789abcdefABCDEF:.%" : "_-.";
    return (plain || six)
        && host.chars()
            .allMatch(
                c -> allowed.indexOf(c) >= 0 || (plain && c < 128 && Character.isLetterOrDigit(c)));
  }

  /// Refuses buses that have less time than their devices need.
  static void checkBudgets(Map<String, Bus> buses, List<Device> devices, Problems warnings) {
    Map<String, List<DeviceSettings>> byBus =
        devices.stream().map(Device::settings).collect(Collectors.groupingBy(DeviceSettings::bus));
    for (Bus bus : buses.values()) {
      List<DeviceSettings> own = byBus.getOrDefault(bus.name(), List.of());
      if (own.isEmpty()) {
        warnings.add(bus.table().at("no device hangs on bus \"" + bus.name() + "\""));
      } else {
        checkBudget(bus, own, warnings);
      }
    }
  }

  private static void checkBudget(Bus bus, List<DeviceSettings> devices, Problems warnings) {
    BusSettings settings = bus.settings().orElseThrow();
    Budget budget = BusBudget.of(settings, devices);
    if (budget.fits()) {
      return;
    }
    Budget.Row largest =
        budget.devices().stream()
            .max(Comparator.comparingDouble(Budget.Row::utilisation))
            .orElseThrow();
    String what =
        String.format(
            Locale.ROOT,
            "bus \"%s\" cannot keep up: its devices need %.0f %% of its time, \"%s\" alone %.0f %%",
            bus.name(),
            Math.ceil(budget.utilisation() * 100),
            largest.device(),
            Math.ceil(largest.utilisation() * 100));
    if (bus.overload()) {
      warnings.add(bus.table().at(what + "; polls will be skipped (allow_overload)"));
    } else {
      String faster =
          settings instanceof I2cSettings
              ? "raise its frequency"
              : "raise its speed, state a shorter \"turnaround\" if devices answer sooner";
      bus.table()
          .problem(
              what
                  + "; poll less often (\"every\"), ask for fewer channels, "
                  + faster
                  + ", or set allow_overload = true");
    }
  }

  private static Map<String, SerialFormat> formats() {
    Map<String, SerialFormat> formats = new TreeMap<>();
    for (int data : Set.of(7, 8)) {
      for (Parity parity : Parity.values()) {
        for (int stop : Set.of(1, 2)) {
          SerialFormat format = new SerialFormat(data, parity, stop);
          formats.put(format.toString(), format);
        }
      }
    }
    return formats;
  }

  private enum Kind {
    I2C,
    MODBUS_RTU,
    MODBUS_TCP,
    MODBUS_RTU_OVER_TCP,
    TRANSCRIPT
  }
}
