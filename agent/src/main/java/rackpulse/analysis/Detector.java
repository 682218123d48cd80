package rackpulse.analysis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// Turns polls into reports: adds what can be computed from them and says what is abnormal.
///
/// Has no thread and no clock; used by one thread.
public final class Detector {
  /// The part of a computed device.
  private static final String DERIVED = "derived";

  private final Map<String, DeviceDescription> devices = new LinkedHashMap<>();
  private final Map<String, DewPoint> dewPoints = new HashMap<>();
  private final Map<Channel, List<DerivedChannel>> derived = new HashMap<>();
  private final Map<Channel, LimitWatch> limits = new HashMap<>();

  /// Devices of which a channel is an input or has limits: the polls of all others pass unread.
  private final Set<String> watched = new HashSet<>();

  private final ToLongFunction<String> sequences;

  /// @param polled the devices on the buses, as their profiles describe them
  /// @param sequences gives the next sequence number of a computed device
  public Detector(
      List<DeviceDescription> polled,
      List<DerivedSettings> derivedDevices,
      List<LimitSettings> limitSettings,
      ToLongFunction<String> sequences) {
    this.sequences = sequences;
    for (DeviceDescription device : polled) {
      devices.put(device.device(), withDewPoint(device));
    }
    for (DerivedSettings settings : derivedDevices) {
      add(settings, polled);
    }
    for (LimitSettings settings : limitSettings) {
      limits.put(settings.channel(), new LimitWatch(settings));
      watched.add(settings.channel().device());
    }
  }

  /// All devices, with what is computed for them.
  public List<DeviceDescription> descriptions() {
    return List.copyOf(devices.values());
  }

  /// Goes on with anomalies that were raised before a restart.
  ///
  /// @return what there is to tell: those that are still watched, and the end of all others
  public List<Anomaly> restore(List<Anomaly> raised, Stamp now) {
    List<Anomaly> told = new ArrayList<>();
    for (Anomaly anomaly : raised) {
      LimitWatch watch =
          anomaly.kind() == Anomaly.Kind.LIMIT ? limits.get(anomaly.channel()) : null;
      if (watch == null) {
        told.add(unwatched(anomaly, now));
      } else {
        watch.restore(anomaly);
        told.add(anomaly);
      }
    }
    return told;
  }

  private static Anomaly unwatched(Anomaly anomaly, Stamp now) {
    Channel channel = anomaly.channel();
    return new Anomaly(
        anomaly.id(),
        channel,
        now,
        anomaly.kind(),
        Anomaly.State.CLEARED,
        anomaly.severity(),
        anomaly.since(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        anomaly.low(),
        anomaly.high(),
        List.of(),
        channel.device() + " " + channel.name() + " is no longer watched for this");
  }

  /// Goes on with the limits of `earlier` that are the same here.
  public void goOnFrom(Detector earlier) {
    limits.replaceAll((channel, fresh) -> {
      LimitWatch old = earlier.limits.get(channel);
      return old != null && old.settings().equals(fresh.settings()) ? old : fresh;
    });
  }

  /// Takes the polls of a device in their order.
  ///
  /// @param into gets the poll, completed; then the polls of computed devices and the anomalies
  ///   that follow
  public void observe(Poll poll, List<Report> into) {
    int first = into.size();
    into.add(completed(poll));
    if (!watched.contains(poll.device())) {
      return;
    }
    // ends: a computed device yields nothing before all its inputs are new
    for (int i = first; i < into.size(); i++) {
      if (into.get(i) instanceof Poll next) {
        List<Sample> samples = next.samples();
        for (int k = 0; k < samples.size(); k++) {
          observe(samples.get(k), into);
        }
      }
    }
  }

  private void observe(Sample sample, List<Report> into) {
    LimitWatch watch = limits.get(sample.channel());
    Anomaly anomaly = watch == null ? null : watch.observe(sample);
    if (anomaly != null) {
      into.add(anomaly);
    }
    for (DerivedChannel channel : derived.getOrDefault(sample.channel(), List.of())) {
      Poll computed = computed(channel.offer(sample));
      if (computed != null) {
        into.add(computed);
      }
    }
  }

  private Poll completed(Poll poll) {
    DewPoint dewPoint = dewPoints.get(poll.device());
    if (dewPoint == null) {
      return poll;
    }
    List<Sample> samples = new ArrayList<>(poll.samples().size() + 1);
    samples.addAll(poll.samples());
    samples.add(dewPoint.from(poll.samples()));
    return new Poll(poll.device(), poll.stamp(), poll.sequence(), samples);
  }

  private @Nullable Poll computed(@Nullable Sample sample) {
    if (sample == null) {
      return null;
    }
    String device = sample.channel().device();
    return new Poll(device, sample.stamp(), sequences.applyAsLong(device), List.of(sample));
  }

  private DeviceDescription withDewPoint(DeviceDescription device) {
    DewPoint dewPoint =
        DewPoint.of(device.channels().stream().map(ChannelDescription::channel).toList());
    if (dewPoint == null) {
      return device;
    }
    dewPoints.put(device.device(), dewPoint);
    List<ChannelDescription> channels = new ArrayList<>(device.channels());
    channels.add(unbounded(dewPoint.channel()));
    return new DeviceDescription(
        device.device(),
        device.stamp(),
        device.part(),
        device.proven(),
        device.location(),
        device.every(),
        channels);
  }

  private void add(DerivedSettings settings, List<DeviceDescription> polled) {
    DerivedChannel channel = new DerivedChannel(settings);
    Duration slowest = Duration.ZERO;
    boolean isProven = true;
    for (Channel input : channel.inputs()) {
      derived.computeIfAbsent(input, _ -> new ArrayList<>()).add(channel);
      watched.add(input.device());
      DeviceDescription device = devices.get(input.device());
      if (device != null) {
        slowest = device.every().compareTo(slowest) > 0 ? device.every() : slowest;
        isProven &= device.proven();
      }
    }
    Stamp stamp = polled.getFirst().stamp();
    devices.put(
        settings.name(),
        new DeviceDescription(
            settings.name(),
            stamp,
            DERIVED,
            isProven,
            settings.location(),
            slowest,
            List.of(unbounded(channel.channel()))));
  }

  private static ChannelDescription unbounded(Channel channel) {
    return new ChannelDescription(channel, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
  }
}
