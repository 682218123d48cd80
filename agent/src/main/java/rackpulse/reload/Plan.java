package rackpulse.reload;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import rackpulse.analysis.DerivedSettings;
import rackpulse.bus.BusSettings;
import rackpulse.config.Configuration;
import rackpulse.config.Configuration.AgentSettings;
import rackpulse.engine.EngineSettings;
import rackpulse.mqtt.MqttSettings;
import rackpulse.sensor.DeviceSettings;

/// What a new configuration changes in a running agent: the same for `check --against` and for the
/// agent itself.
///
/// @param next what runs afterwards: the new configuration, with the running values of all that
///   cannot change while the agent runs
/// @param buses those that start, stop or restart; all others are not touched
/// @param devices those that come, go or change, computed ones included
/// @param session whether the session with the broker is renewed
/// @param analysis whether devices, derived devices, limits or models change
/// @param later keys and tables that count only after a restart of the agent
public record Plan(
    Configuration next,
    List<Change> buses,
    List<Change> devices,
    boolean session,
    boolean analysis,
    List<String> later) {
  public Plan {
    buses = List.copyOf(buses);
    devices = List.copyOf(devices);
    later = List.copyOf(later);
  }

  /// What becomes of a bus or device.
  public enum Fate {
    ADDED("added"),
    REMOVED("removed"),
    CHANGED("changed");

    private final String word;

    Fate(String word) {
      this.word = word;
    }

    /// In a word.
    public String word() {
      return word;
    }
  }

  /// @param what of a bus, why it restarts; of a device, its bus, empty for a computed one
  public record Change(Fate fate, String name, String what) {}

  /// What `wanted` changes in an agent that runs `running`.
  public static Plan of(Configuration running, Configuration wanted) {
    List<String> later = later(running, wanted);
    Configuration next = later.isEmpty() ? wanted : kept(running, wanted);
    return new Plan(
        next,
        buses(running, next),
        devices(running, next),
        !running.mqtt().equals(next.mqtt()),
        // another order in the file changes nothing
        !Set.copyOf(running.devices()).equals(Set.copyOf(next.devices()))
            || !Set.copyOf(running.derived()).equals(Set.copyOf(next.derived()))
            || !Set.copyOf(running.limits()).equals(Set.copyOf(next.limits()))
            || !running.watch().equals(next.watch()),
        later);
  }

  /// Files that other threads hold open, topics under which messages stand, memory that is in use.
  private static List<String> later(Configuration running, Configuration wanted) {
    List<String> later = new ArrayList<>();
    AgentSettings agent = running.agent();
    AgentSettings other = wanted.agent();
    differing(later, "agent.id", agent.id(), other.id());
    differing(later, "agent.site", agent.site(), other.site());
    differing(later, "agent.rack", agent.rack(), other.rack());
    differing(later, "agent.state_directory", agent.stateDirectory(), other.stateDirectory());
    differing(later, "agent.status_file", agent.statusFile(), other.statusFile());
    EngineSettings engine = running.engine();
    EngineSettings present = wanted.engine();
    differing(later, "agent.stop_within", engine.stopWithin(), present.stopWithin());
    differing(later, "mqtt.prefix", running.mqtt().prefix(), wanted.mqtt().prefix());
    differing(later, "spool.memory_bytes", engine.outboxBytes(), present.outboxBytes());
    differing(later, "spool.backlog_rate", engine.backlogPerSecond(), present.backlogPerSecond());
    differing(later, "[spool]", running.spool(), wanted.spool());
    differing(later, "[recorder]", running.recorder(), wanted.recorder());
    differing(later, "[commands]", running.remote(), wanted.remote());
    return later;
  }

  private static void differing(List<String> later, String key, Object running, Object wanted) {
    if (!running.equals(wanted)) {
      later.add(key);
    }
  }

  /// `wanted`, with what `running` has of all that [#later] names.
  private static Configuration kept(Configuration running, Configuration wanted) {
    AgentSettings agent = running.agent();
    EngineSettings engine = wanted.engine();
    return new Configuration(
        new AgentSettings(
            agent.id(),
            agent.site(),
            agent.rack(),
            agent.stateDirectory(),
            agent.statusFile(),
            wanted.agent().probation()),
        withPrefix(wanted.mqtt(), running.mqtt().prefix()),
        new EngineSettings(
            running.engine().outboxBytes(),
            running.engine().backlogPerSecond(),
            engine.healthEvery(),
            engine.deadShare(),
            engine.dormantAfter(),
            engine.probeEvery(),
            running.engine().stopWithin()),
        running.spool(),
        running.recorder(),
        running.remote(),
        wanted.buses(),
        wanted.devices(),
        wanted.derived(),
        wanted.limits(),
        wanted.watch(),
        wanted.warnings());
  }

  private static MqttSettings withPrefix(MqttSettings mqtt, String prefix) {
    return new MqttSettings(
        mqtt.url(),
        prefix,
        mqtt.username(),
        mqtt.passwordFile(),
        mqtt.caFile(),
        mqtt.certFile(),
        mqtt.keyFile(),
        mqtt.allowPlain(),
        mqtt.keepAlive(),
        mqtt.sessionExpiry(),
        mqtt.connectTimeout(),
        mqtt.ackTimeout(),
        mqtt.window(),
        mqtt.reconnectFloor(),
        mqtt.reconnectCeiling(),
        mqtt.serverReferences());
  }

  private static List<Change> buses(Configuration running, Configuration next) {
    boolean isPolledOtherwise =
        running.engine().deadShare() != next.engine().deadShare()
            || running.engine().dormantAfter() != next.engine().dormantAfter()
            || !running.engine().probeEvery().equals(next.engine().probeEvery());
    Map<String, BusSettings> before = byName(running.buses(), BusSettings::name);
    Map<String, BusSettings> after = byName(next.buses(), BusSettings::name);
    List<Change> changes = new ArrayList<>();
    for (String name : union(before, after)) {
      BusSettings old = before.get(name);
      BusSettings fresh = after.get(name);
      if (old == null) {
        changes.add(new Change(Fate.ADDED, name, ""));
      } else if (fresh == null) {
        changes.add(new Change(Fate.REMOVED, name, ""));
      } else {
        List<String> why = new ArrayList<>();
        differing(why, "its own keys", old, fresh);
        differing(why, "its devices", devicesOf(running, name), devicesOf(next, name));
        differing(why, "[polling]", false, isPolledOtherwise);
        if (!why.isEmpty()) {
          changes.add(new Change(Fate.CHANGED, name, String.join(", ", why)));
        }
      }
    }
    return changes;
  }

  /// Whether `bus`, which is in both, has other keys or devices of its own.
  static boolean differs(Configuration running, Configuration next, String bus) {
    return !settings(running, bus).equals(settings(next, bus))
        || !devicesOf(running, bus).equals(devicesOf(next, bus));
  }

  private static Optional<BusSettings> settings(Configuration configuration, String bus) {
    return configuration.buses().stream().filter(each -> each.name().equals(bus)).findFirst();
  }

  private static Set<DeviceSettings> devicesOf(Configuration configuration, String bus) {
    return configuration.devices().stream()
        .filter(device -> device.bus().equals(bus))
        .collect(Collectors.toSet());
  }

  private static List<Change> devices(Configuration running, Configuration next) {
    List<Change> changes = new ArrayList<>();
    Map<String, DeviceSettings> before = byName(running.devices(), DeviceSettings::name);
    Map<String, DeviceSettings> after = byName(next.devices(), DeviceSettings::name);
    compare(before, after, DeviceSettings::bus, changes);
    Map<String, DerivedSettings> derived = byName(running.derived(), DerivedSettings::name);
    compare(derived, byName(next.derived(), DerivedSettings::name), _ -> "", changes);
    return changes;
  }

  private static <T> void compare(
      Map<String, T> before, Map<String, T> after, Function<T, String> bus, List<Change> changes) {
    for (String name : union(before, after)) {
      T old = before.get(name);
      T fresh = after.get(name);
      if (fresh == null && old != null) {
        changes.add(new Change(Fate.REMOVED, name, bus.apply(old)));
      } else if (fresh != null && !fresh.equals(old)) {
        changes.add(new Change(old == null ? Fate.ADDED : Fate.CHANGED, name, bus.apply(fresh)));
      }
    }
  }

  private static <T> Map<String, T> byName(List<T> all, Function<T, String> name) {
    Map<String, T> named = new LinkedHashMap<>();
    all.forEach(each -> named.put(name.apply(each), each));
    return named;
  }

  private static Set<String> union(Map<String, ?> before, Map<String, ?> after) {
    Set<String> names = new LinkedHashSet<>(before.keySet());
    names.addAll(after.keySet());
    return names;
  }

  /// Whether the agent goes on as it is; keys that wait for its restart do not count.
  public boolean isEmpty() {
    return buses.isEmpty() && devices.isEmpty() && !session && !analysis;
  }

  /// The buses whose threads end, begin, or both.
  public Set<String> restarts() {
    Set<String> names = new HashSet<>();
    buses.forEach(bus -> names.add(bus.name));
    return names;
  }

  /// For a person, a line for each change; says it too when there is none.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Change bus : buses) {
      String why = bus.what.isEmpty() ? "" : ", restarts (" + bus.what + ")";
      lines.add("bus " + bus.name + ": " + bus.fate.word + why);
    }
    for (Change device : devices) {
      String where = device.what.isEmpty() ? "computed" : "on " + device.what;
      lines.add("device " + device.name + ": " + device.fate.word + ", " + where);
    }
    if (analysis && devices.isEmpty()) {
      lines.add("limits or models: changed; what is unchanged among them goes on");
    }
    if (session) {
      lines.add("broker: the session is renewed");
    }
    if (isEmpty()) {
      lines.add("nothing changes while the agent runs");
    }
    if (!later.isEmpty()) {
      lines.add("only after a restart of the agent: " + String.join(", ", later));
    }
    return lines;
  }
}
