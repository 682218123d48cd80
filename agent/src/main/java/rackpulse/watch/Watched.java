package rackpulse.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rackpulse.analysis.BlockMean;
import rackpulse.analysis.LimitSettings;
import rackpulse.model.RackModel;
import rackpulse.model.SensorFaults;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Health.ModelHealth;
import rackpulse.watch.WatchSettings.Target;

/// What is watched in a rack, made once from what there is and what the operator wants.
///
/// Sensor faults and novelty are looked for on every measured physical quantity, approaching limits
/// on the slow ones that have limits. Computed channels, counters and bits have only what the
/// operator asks for.
public final class Watched {
  private static final int MOST_CANDIDATES = 32;
  private static final long LEAST_SETTLING_MILLIS = 10_000;
  private static final Pace USUAL = new Pace(BlockMean.BLOCK_MILLIS, false);

  private final WatchSettings settings;
  private final Pace pace;
  private final Map<Channel, LimitSettings> limits = new HashMap<>();
  private final Map<Channel, Latest> latest = new LinkedHashMap<>();
  private final Map<Channel, ChannelDescription> measured = new LinkedHashMap<>();
  private final List<ChannelWatch> channels = new ArrayList<>();
  private final List<TargetWatch> targets = new ArrayList<>();
  private final List<ModelHealth> unexplained = new ArrayList<>();
  private final @Nullable ObjectiveWatch objective;
  private long slowestMillis;

  /// What of the watch is different when it is over a recording.
  ///
  /// @param blockMillis length of the blocks that are averaged; 0 where each reading is one, and
  ///   then nothing is said of the sensor, whose single readings nobody sees
  /// @param isRecording whether channels are watched whatever they measure
  public record Pace(long blockMillis, boolean isRecording) {}

  /// Over a running rack.
  ///
  /// @param polled the devices on the buses, as their profiles describe them
  /// @param all those and the computed ones, with computed channels
  public Watched(
      List<DeviceDescription> polled,
      List<DeviceDescription> all,
      List<LimitSettings> limitSettings,
      WatchSettings settings) {
    this(polled, all, limitSettings, settings, USUAL);
  }

  /// At a pace of its own; the other parameters are those of a running rack.
  public Watched(
      List<DeviceDescription> polled,
      List<DeviceDescription> all,
      List<LimitSettings> limitSettings,
      WatchSettings settings,
      Pace pace) {
    this.settings = settings;
    this.pace = pace;
    limitSettings.forEach(limit -> limits.put(limit.channel(), limit));
    for (DeviceDescription device : polled) {
      device.channels().forEach(channel -> measured.put(channel.channel(), channel));
    }
    Set<Channel> wanted = wanted();
    for (DeviceDescription device : all) {
      for (ChannelDescription described : device.channels()) {
        if (isWatched(described.channel()) || wanted.contains(described.channel())) {
          latest.put(described.channel(), new Latest(pace.blockMillis));
        }
      }
    }
    all.forEach(this::watch);
    for (Target target : settings.targets()) {
      addTarget(target);
    }
    List<Latest> members = settings.terms().stream().map(term -> latestOf(term.channel())).toList();
    objective = members.isEmpty() ? null : new ObjectiveWatch(settings.terms(), members);
  }

  private Set<Channel> wanted() {
    Set<Channel> wanted = new HashSet<>(settings.forecast());
    settings.companion().ifPresent(wanted::add);
    for (Target target : settings.targets()) {
      wanted.add(target.channel());
      wanted.addAll(target.inputs());
    }
    settings.terms().forEach(term -> wanted.add(term.channel()));
    return wanted;
  }

  private boolean isWatched(Channel channel) {
    return isSensor(channel) || hasApproach(channel);
  }

  private boolean isSensor(Channel channel) {
    return measured.containsKey(channel)
        && (pace.isRecording || Traits.of(channel.quantity()).isMeasured());
  }

  private boolean hasApproach(Channel channel) {
    return limits.containsKey(channel)
        && Traits.of(channel.quantity()).isSlow()
        && pace.blockMillis > 0;
  }

  private void watch(DeviceDescription device) {
    long everyMillis = Math.max(1, device.every().toMillis());
    for (ChannelDescription described : device.channels()) {
      Channel channel = described.channel();
      Latest seen = latest.get(channel);
      if (seen != null) {
        slowestMillis = Math.max(slowestMillis, everyMillis);
        channels.add(
            new ChannelWatch(
                channel, everyMillis, pace.blockMillis, seen, parts(described, everyMillis)));
      }
    }
  }

  private ChannelWatch.Parts parts(ChannelDescription described, long everyMillis) {
    Channel channel = described.channel();
    boolean isSensor = isSensor(channel);
    LimitSettings limit = hasApproach(channel) ? limits.get(channel) : null;
    boolean isForecast = settings.forecast().contains(channel) && !settings.horizons().isEmpty();
    return new ChannelWatch.Parts(
        isSensor && pace.blockMillis > 0
            ? Optional.of(new SensorWatch(described, everyMillis, neighbours(channel)))
            : Optional.empty(),
        isSensor ? Optional.of(new PastWatch(channel)) : Optional.empty(),
        isForecast ? Optional.of(forecast(channel)) : Optional.empty(),
        Optional.ofNullable(limit).map(each -> new ApproachWatch(each, everyMillis * 1_000_000)));
  }

  private ForecastWatch forecast(Channel channel) {
    Latest companion =
        settings
            .companion()
            .filter(other -> !other.equals(channel))
            .map(this::latestOf)
            .orElse(null);
    return new ForecastWatch(channel, settings.horizons(), companion);
  }

  /// Channels that see the same air: of the same name and quantity, at the same side of the rack.
  private List<Latest> neighbours(Channel channel) {
    Set<String> side =
        settings.inlets().contains(channel.device()) ? settings.inlets() : settings.outlets();
    if (!side.contains(channel.device()) || !Traits.of(channel.quantity()).isSlow()) {
      return List.of();
    }
    return measured.keySet().stream()
        .filter(other -> side.contains(other.device()))
        .filter(other -> !other.device().equals(channel.device()))
        .filter(other -> other.quantity() == channel.quantity())
        .filter(other -> other.name().equals(channel.name()))
        .limit(SensorFaults.MAX_NEIGHBOURS)
        .map(this::latestOf)
        .toList();
  }

  private void addTarget(Target target) {
    boolean isDeclared = !target.inputs().isEmpty();
    List<Channel> candidates = isDeclared ? target.inputs() : candidates(target.channel());
    if (candidates.isEmpty() || (isDeclared && candidates.size() > RackModel.MAX_INPUTS)) {
      String path = target.channel().path();
      unexplained.add(
          new ModelHealth(path, "rack-model", "suspended", 0, whyNot(path, isDeclared)));
      return;
    }
    targets.add(
        new TargetWatch(
            target.channel(),
            latestOf(target.channel()),
            candidates,
            candidates.stream().map(this::latestOf).toList(),
            isDeclared));
  }

  private static String whyNot(String path, boolean isDeclared) {
    return isDeclared
        ? "more than " + RackModel.MAX_INPUTS + " inputs are declared: leave some out"
        : "nothing else is measured that could explain it: declare [model."
            + path
            + "] inputs, or enabled = false";
  }

  /// What may explain a target for which nothing is declared: everything measured elsewhere in the
  /// rack that is not itself an effect, as the air of outlets is.
  private List<Channel> candidates(Channel target) {
    Set<Channel> effects = new HashSet<>();
    settings.targets().forEach(each -> effects.add(each.channel()));
    return measured.keySet().stream()
        .filter(channel -> Traits.of(channel.quantity()).isMeasured())
        .filter(channel -> !channel.device().equals(target.device()))
        .filter(channel -> !settings.outlets().contains(channel.device()))
        .filter(channel -> !effects.contains(channel))
        .limit(MOST_CANDIDATES)
        .toList();
  }

  private Latest latestOf(Channel channel) {
    return latest.computeIfAbsent(channel, _ -> new Latest(pace.blockMillis));
  }

  /// How long after the end of a block every channel has had the time to end it.
  long settlingMillis() {
    long wantedMillis = Math.max(slowestMillis + 1000, LEAST_SETTLING_MILLIS);
    return Math.min(wantedMillis, pace.blockMillis * 4 / 5);
  }

  /// Length of a block; 0 where each reading is one.
  long blockMillis() {
    return pace.blockMillis;
  }

  List<ChannelWatch> channels() {
    return channels;
  }

  List<TargetWatch> targets() {
    return targets;
  }

  /// Targets that nothing is known to explain, each with what to do about it.
  List<ModelHealth> unexplained() {
    return unexplained;
  }

  @Nullable ObjectiveWatch objective() {
    return objective;
  }
}
