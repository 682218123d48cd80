package rackpulse.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import rackpulse.analysis.Detector;
import rackpulse.analysis.Elapsed;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Health.ModelHealth;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// Turns polls into reports: what the detector computes from them, and what the models of channels
/// and rack say of it.
///
/// Has no thread and no clock; used by one thread.
public final class RackWatch {
  /// Blocks without values that are told to the models after an interruption; more change nothing.
  private static final int MOST_MISSED = 12;

  private final Detector detector;
  private final List<DeviceDescription> descriptions;
  private final Watched watched;
  private final Map<String, DeviceWatch> devices = new HashMap<>();
  private final ToLongFunction<String> sequences;
  private final SavedWatch saved;

  /// What is to be told; kept, so that a poll without news costs no memory.
  private final List<Report> reports = new ArrayList<>();

  /// A block is judged when every channel has had the time to end it.
  private final long settlingMillis;

  private final long blockMillis;

  /// The block after the one that was judged last; a negative one before the first.
  private final Progress progress = new Progress();

  private @Nullable Onlooker onlooker;

  /// Sees each block as it is judged: a recording has a row for each.
  public interface Onlooker {
    /// @param channel whose own past says this
    void past(Channel channel, Opinion opinion);

    /// @param target of which the rest of the rack says this
    void rack(Channel target, Opinion opinion);
  }

  /// What a model says of one block.
  ///
  /// @param startMillis when the block began, since the epoch
  /// @param intervals block lengths since the one judged before
  /// @param mean of the block, NaN where there is none
  /// @param state `learning`, `ready` or `suspended`
  /// @param score of a novelty less its threshold, plus one; 0 where there is none
  /// @param expected NaN where the model explains nothing
  /// @param halfBand half the width of what is normal
  /// @param told the anomaly raised, updated or ended by the block
  public record Opinion(
      long startMillis,
      long intervals,
      double mean,
      String state,
      double score,
      double expected,
      double halfBand,
      @Nullable Anomaly told) {}

  /// How far the rack as a whole is.
  static final class Progress {
    long block = -1;
  }

  /// One device and the time between its polls.
  static final class DeviceWatch {
    final List<ChannelWatch> channels = new ArrayList<>();
    final Map<String, ChannelWatch> byName = new HashMap<>();
    Elapsed elapsed = new Elapsed();
    boolean hasForecast;

    void add(ChannelWatch channel) {
      channels.add(channel);
      byName.put(channel.channel().name(), channel);
      hasForecast |= channel.hasForecast();
    }
  }

  /// @param detector computes what is derived, and watches the plain limits
  /// @param watched what there is to watch
  /// @param sequences gives the next sequence number of a computed device
  public RackWatch(Detector detector, Watched watched, ToLongFunction<String> sequences) {
    this.detector = detector;
    this.watched = watched;
    this.sequences = sequences;
    descriptions = new ArrayList<>(detector.descriptions());
    if (watched.objective() != null && !descriptions.isEmpty()) {
      descriptions.add(watched.objective().description(descriptions.getFirst().stamp()));
    }
    for (ChannelWatch channel : watched.channels()) {
      devices.computeIfAbsent(channel.channel().device(), _ -> new DeviceWatch()).add(channel);
    }
    settlingMillis = watched.settlingMillis();
    blockMillis = watched.blockMillis();
    saved = new SavedWatch(devices, watched, progress);
  }

  /// All devices, with what is computed for them.
  public List<DeviceDescription> descriptions() {
    return List.copyOf(descriptions);
  }

  /// Shows each block to `eyes` from now on.
  public void show(Onlooker eyes) {
    onlooker = eyes;
  }

  /// Takes the polls of a device in their order.
  ///
  /// @return the poll, completed; then those of computed devices and the anomalies that follow; the
  ///   list is used again for the next poll
  public List<Report> observe(Poll poll) {
    reports.clear();
    detector.observe(poll, reports);
    int computed = reports.size();
    for (int i = 0; i < computed; i++) {
      if (reports.get(i) instanceof Poll next) {
        reports.set(i, watch(next, reports));
      }
    }
    watchRack(poll.stamp(), reports);
    return reports;
  }

  private Poll watch(Poll poll, List<Report> anomalies) {
    DeviceWatch device = devices.get(poll.device());
    if (device == null) {
      return poll;
    }
    Stamp stamp = poll.stamp();
    long wallMillis = stamp.at().toEpochMilli();
    long stepNanos = device.elapsed.step(stamp.monotonicNanos(), wallMillis);
    boolean isSilent = isSilent(poll);
    ChannelWatch first = device.channels.getFirst();
    List<Sample> samples = poll.samples();
    for (int i = 0; i < samples.size(); i++) {
      Sample sample = samples.get(i);
      ChannelWatch channel = device.byName.get(sample.channel().name());
      if (channel != null) {
        // that a whole device is silent is said once
        boolean isTold = !isSilent || channel == first;
        if (channel.observe(sample, stepNanos, isTold, anomalies) && onlooker != null) {
          show(channel, onlooker);
        }
      }
    }
    if (!device.hasForecast) {
      return poll;
    }
    List<Poll.Forecast> forecasts = new ArrayList<>();
    device.channels.forEach(channel -> channel.forecasts(wallMillis, forecasts));
    return new Poll(poll.device(), stamp, poll.sequence(), poll.samples(), forecasts);
  }

  private void show(ChannelWatch channel, Onlooker eyes) {
    Opinion opinion = channel.opinion(reports);
    if (opinion != null) {
      eyes.past(channel.channel(), opinion);
    }
  }

  private static boolean isSilent(Poll poll) {
    List<Sample> samples = poll.samples();
    for (int i = 0; i < samples.size(); i++) {
      if (!(samples.get(i) instanceof Gap gap) || gap.cause() == Cause.UNDEFINED) {
        return false;
      }
    }
    return true;
  }

  private void watchRack(Stamp stamp, List<Report> reports) {
    if (watched.targets().isEmpty() && watched.objective() == null || blockMillis == 0) {
      return;
    }
    long settled = stamp.at().toEpochMilli() - settlingMillis;
    long present = Math.floorDiv(settled, blockMillis);
    if (progress.block < 0 || present < progress.block) {
      progress.block = present;
    }
    if (present == progress.block) {
      return;
    }
    for (long block = Math.max(progress.block, present - MOST_MISSED); block < present; block++) {
      judge(block * blockMillis, stamp, reports);
    }
    ObjectiveWatch objective = watched.objective();
    if (objective != null) {
      long startMillis = (present - 1) * blockMillis;
      long sequence = sequences.applyAsLong(ObjectiveWatch.DEVICE);
      reports.add(objective.observe(startMillis, stamp, sequence));
    }
    progress.block = present;
  }

  private void judge(long startMillis, Stamp stamp, List<Report> reports) {
    for (TargetWatch target : watched.targets()) {
      int before = reports.size();
      target.observe(startMillis, stamp, reports);
      if (onlooker != null) {
        Anomaly told = reports.size() > before ? (Anomaly) reports.getLast() : null;
        onlooker.rack(target.target(), target.opinion(startMillis, told));
      }
    }
  }

  /// Judges the rack by the readings of one time; only for recordings of which each reading is a
  /// block, since nothing else says when all channels of a row are there.
  public void judge(Stamp stamp) {
    judge(stamp.at().toEpochMilli(), stamp, new ArrayList<>());
  }

  /// How far the models are.
  public List<ModelHealth> health() {
    List<ModelHealth> models = new ArrayList<>();
    watched.targets().forEach(target -> models.add(target.health()));
    models.addAll(watched.unexplained());
    watched.channels().forEach(channel -> channel.health(models::add));
    return models;
  }

  /// Lets the models of `device` learn anew.
  ///
  /// @param channel all of the device's when empty
  /// @param reports takes what there is to tell
  /// @return the channels that had models
  public List<String> forget(
      String device, Optional<String> channel, Stamp now, List<Report> reports) {
    Set<String> forgotten = new TreeSet<>();
    Predicate<Channel> isMeant =
        each ->
            each.device().equals(device)
                && (channel.isEmpty() || channel.get().equals(each.name()));
    for (ChannelWatch each : watched.channels()) {
      if (isMeant.test(each.channel()) && each.forget(now, reports)) {
        forgotten.add(each.channel().path());
      }
    }
    for (TargetWatch each : watched.targets()) {
      if (isMeant.test(each.target())) {
        each.forget(now, reports);
        forgotten.add(each.target().path());
      }
    }
    return List.copyOf(forgotten);
  }

  /// Goes on with anomalies that were raised before a restart.
  ///
  /// @return what there is to tell: those that are still watched, and the end of all others
  public List<Anomaly> restore(List<Anomaly> raised, Stamp now) {
    List<Anomaly> told = new ArrayList<>();
    for (Anomaly anomaly : raised) {
      Episode episode = episode(anomaly);
      if (episode == null) {
        told.addAll(detector.restore(List.of(anomaly), now));
      } else {
        episode.restore(anomaly);
        told.add(anomaly);
      }
    }
    return told;
  }

  private @Nullable Episode episode(Anomaly anomaly) {
    List<Episode> episodes = new ArrayList<>();
    for (TargetWatch target : watched.targets()) {
      if (target.target().equals(anomaly.channel())) {
        episodes.add(target.episode());
      }
    }
    for (ChannelWatch channel : watched.channels()) {
      if (channel.channel().equals(anomaly.channel())) {
        channel.episodes(episodes);
      }
    }
    return episodes.stream()
        .filter(episode -> episode.kind() == anomaly.kind())
        .findFirst()
        .orElse(null);
  }

  /// Goes on with the limits of `earlier` that are the same here, and with the anomalies that are
  /// raised; what the models know is to be restored before.
  ///
  /// @return the end of all anomalies that are no longer watched
  public List<Anomaly> goOnFrom(RackWatch earlier, List<Anomaly> raised, Stamp now) {
    List<Anomaly> told = restore(raised, now);
    detector.goOnFrom(earlier.detector);
    return told.stream().filter(each -> each.state() != Anomaly.State.RAISED).toList();
  }

  /// All that the models know.
  public byte[] save() {
    return saved.bytes();
  }

  /// Goes on where the saved one stopped; to be called before the first poll.
  ///
  /// @return what learns anew, in words for an operator; empty when everything goes on
  /// @throws UnusableState when the bytes are no state, damaged or of another version
  public List<String> restore(byte[] bytes) throws UnusableState {
    return saved.restore(bytes);
  }
}
