package rackpulse.config;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import rackpulse.analysis.DerivedSettings;
import rackpulse.analysis.LimitSettings;
import rackpulse.config.BusTables.Bus;
import rackpulse.config.Configuration.AgentSettings;
import rackpulse.config.DeviceTables.Device;
import rackpulse.config.DeviceTables.Devices;
import rackpulse.engine.EngineSettings;
import rackpulse.mqtt.MqttSettings;
import rackpulse.recorder.RecorderSettings;
import rackpulse.remote.Command;
import rackpulse.remote.RemoteSettings;
import rackpulse.remote.ResponseTopics;
import rackpulse.spool.SpoolSettings;
import rackpulse.telemetry.Ids;
import rackpulse.watch.WatchSettings;

/// Reads and checks `rackpulse.toml`: every problem in one pass, each with its place and remedy.
public final class ConfigurationFile {
  private static final Path KERNEL_HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final String DEFAULT_STATE_DIRECTORY = "/var/lib/rackpulse";
  private static final String DEFAULT_STATUS_FILE = "/run/rackpulse/status.json";

  private final TomlReader root;
  private final Profiles profiles;
  private final Map<String, String> environment;
  private final Problems problems;
  private final Problems warnings = new Problems();

  private ConfigurationFile(
      TomlReader root, Profiles profiles, Map<String, String> environment, Problems problems) {
    this.root = root;
    this.profiles = profiles;
    this.environment = environment;
    this.problems = problems;
  }

  /// Reads `file`.
  ///
  /// @param environment of the process: `CREDENTIALS_DIRECTORY` is where relative secrets are
  /// @throws ConfigurationException with everything that is wrong
  public static Configuration load(Path file, Profiles profiles, Map<String, String> environment)
      throws ConfigurationException {
    Problems problems = new Problems();
    Optional<TomlReader> root = TomlReader.open(file, problems);
    return check(root, profiles, environment, problems);
  }

  /// Reads `text` as if it were in `file`.
  ///
  /// @throws ConfigurationException with everything that is wrong
  static Configuration parse(
      Path file, String text, Profiles profiles, Map<String, String> environment)
      throws ConfigurationException {
    Problems problems = new Problems();
    Optional<TomlReader> root = TomlReader.parse(file, text, problems);
    return check(root, profiles, environment, problems);
  }

  private static Configuration check(
      Optional<TomlReader> root,
      Profiles profiles,
      Map<String, String> environment,
      Problems problems)
      throws ConfigurationException {
    Optional<Configuration> configuration =
        root.map(reader -> new ConfigurationFile(reader, profiles, environment, problems).read());
    problems.throwIfAny();
    return configuration.orElseThrow();
  }

  /// What to tell somebody whose name for `what` cannot be a level of a topic.
  static String notAName(String what, String name) {
    return "\"%s\" cannot be the name of %s: use 1 to %d of A-Z a-z 0-9 _ -"
        .formatted(name, what, Ids.MAX_LENGTH);
  }

  private Configuration read() {
    Path directory = root.file().toAbsolutePath().resolveSibling("");
    Map<String, Bus> buses = BusTables.read(root, directory);
    Devices devices = DeviceTables.read(root, buses, profiles, warnings);
    AgentSettings agent = agent(root.tableOrEmpty("agent"), !devices.names().isEmpty());
    MqttSettings mqtt = BrokerTable.read(root.tableOrEmpty("mqtt"), environment, warnings);
    EngineSettings engine = engine();
    SpoolSettings spool = spool(root.tableOrEmpty("spool"), agent.stateDirectory());
    RecorderSettings recorder = recorder(root.tableOrEmpty("recorder"), agent.stateDirectory());
    RemoteSettings remote = remote(root.tableOrEmpty("commands"), mqtt.prefix());
    ChannelTables channels = new ChannelTables(root, devices);
    List<DerivedSettings> derived = channels.derived();
    List<LimitSettings> limits = channels.limits();
    WatchSettings watch = channels.models();
    root.finish();
    if (problems.isEmpty()) {
      BusTables.checkBudgets(buses, devices.sound(), warnings);
    }
    return new Configuration(
        agent,
        mqtt,
        engine,
        spool,
        recorder,
        remote,
        buses.values().stream().flatMap(bus -> bus.settings().stream()).toList(),
        devices.sound().stream().map(Device::settings).toList(),
        derived,
        limits,
        watch,
        warnings.list());
  }

  private AgentSettings agent(TomlReader table, boolean placeNeeded) {
    String id = table.string("id").orElseGet(this::hostName);
    if (!Ids.valid(id)) {
      String what = table.has("id") ? "the agent" : "the agent (it is the host name; set \"id\")";
      table.problem("id", notAName(what, id));
    }
    return new AgentSettings(
        id,
        place(table, "site", placeNeeded),
        place(table, "rack", placeNeeded),
        absolute(table, "state_directory", DEFAULT_STATE_DIRECTORY),
        absolute(table, "status_file", DEFAULT_STATUS_FILE),
        table.duration("probation", ofMinutes(2), ZERO, ofHours(1)));
  }

  /// Site and rack tell the devices of two racks apart; one default for all would mix them.
  private static String place(TomlReader table, String key, boolean needed) {
    if (needed && !table.has(key)) {
      table.problem("[agent] needs \"" + key + "\", which tells devices of different racks apart");
    }
    String name = table.string(key, key);
    if (!Ids.valid(name)) {
      table.problem(key, notAName("the " + key, name));
    }
    return name;
  }

  private String hostName() {
    String name = environment.get("HOSTNAME");
    try {
      String host = name == null ? Files.readString(KERNEL_HOST_NAME).strip() : name;
      return host.replace('.', '-');
    } catch (IOException unknown) {
      return "";
    }
  }

  private static Path absolute(TomlReader table, String key, String usual) {
    Path path = table.path(key).orElse(Path.of(usual));
    if (!path.isAbsolute()) {
      table.problem(key, "\"" + key + "\" must be an absolute path");
    }
    return path;
  }

  private EngineSettings engine() {
    TomlReader spool = root.tableOrEmpty("spool");
    TomlReader polling = root.tableOrEmpty("polling");
    TomlReader agent = root.tableOrEmpty("agent");
    return new EngineSettings(
        spool.bytes("memory_bytes", 16L << 20, 64L << 10, 1L << 30),
        (int) spool.integer("backlog_rate", 100, 1, 10_000),
        agent.duration("health_every", ofMinutes(1), ofSeconds(1), ofHours(1)),
        polling.share("dead_share", 0.05, 0.001, 1),
        (int) polling.integer("dormant_after", 5, 1, 1000),
        polling.duration("probe_every", ofMinutes(1), ofSeconds(1), ofHours(1)),
        agent.duration("stop_within", ofMillis(1500), ofMillis(100), ofMinutes(1)));
  }

  private static SpoolSettings spool(TomlReader table, Path stateDirectory) {
    long most = table.bytes("max_bytes", 256L << 20, 16L << 20, 1L << 40);
    long segment = table.bytes("segment_bytes", 4L << 20, 64L << 10, 256L << 20);
    if (segment > most / 4) {
      table.problem("segment_bytes", "\"segment_bytes\" must be at most a quarter of max_bytes");
    }
    return new SpoolSettings(
        table.has("directory")
            ? absolute(table, "directory", DEFAULT_STATE_DIRECTORY)
            : stateDirectory.resolve("spool"),
        most,
        segment,
        (int) table.integer("fsync_count", 1024, 1, 100_000),
        table.duration("fsync_every", ofSeconds(10), ofMillis(100), ofMinutes(10)));
  }

  private static RecorderSettings recorder(TomlReader table, Path stateDirectory) {
    return new RecorderSettings(
        table.has("directory")
            ? absolute(table, "directory", DEFAULT_STATE_DIRECTORY)
            : stateDirectory.resolve("recorder"),
        table.duration("keep", ofMinutes(5), ofSeconds(10), ofHours(1)),
        (int) table.bytes("max_bytes", 1L << 20, 16L << 10, 64L << 20),
        (int) table.integer("max_files", 20, 1, 1000));
  }

  private static RemoteSettings remote(TomlReader table, String published) {
    Set<Command> allowed = EnumSet.noneOf(Command.class);
    for (String id : table.strings("allow")) {
      Command.of(id).ifPresentOrElse(allowed::add, () -> table.problem("allow", unknown(id)));
    }
    Optional<String> prefix = table.string("response_prefix");
    prefix
        .flatMap(given -> ResponseTopics.objectionToPrefix(given, published))
        .ifPresent(text -> table.problem("response_prefix", "\"response_prefix\" " + text));
    return new RemoteSettings(
        allowed,
        (int) table.bytes("max_bytes", 4L << 10, 64, 64L << 10),
        table.duration("max_age", ofSeconds(30), ofSeconds(1), ofMinutes(10)),
        (int) table.integer("max_per_minute", 10, 1, 600),
        prefix);
  }

  private static String unknown(String command) {
    String near = Suggestion.didYouMean(command, Command.ids());
    String remedy = near.isEmpty() ? ", one of " + String.join(", ", Command.ids()) : near;
    return "unknown command \"" + command + "\"" + remedy;
  }
}
