package rackpulse.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToLongFunction;
import rackpulse.analysis.Detector;
import rackpulse.analysis.LimitSettings;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// Three devices with one channel each, polled at the same period, and the watch over them.
final class Rig {
  static final Channel INLET = new Channel("inlet", "temperature", Quantity.TEMPERATURE);
  static final Channel OUTLET = new Channel("outlet", "temperature", Quantity.TEMPERATURE);
  static final Channel POWER = new Channel("pdu", "power", Quantity.POWER);

  final RackWatch watch;
  final List<Report> reports = new ArrayList<>();
  double seconds = RackWatchTest.start();
  private final int everySeconds;
  private final Map<String, Long> sequences = new HashMap<>();
  private double inletWander;
  private double powerWander;

  Rig(int everySeconds, WatchSettings settings, List<LimitSettings> limits) {
    this.everySeconds = everySeconds;
    List<DeviceDescription> devices = List.of(device(INLET), device(OUTLET), device(POWER));
    ToLongFunction<String> counted = name -> sequences.merge(name, 1L, Long::sum);
    Detector detector = new Detector(devices, List.of(), limits, counted);
    Watched watched = new Watched(devices, detector.descriptions(), limits, settings);
    watch = new RackWatch(detector, watched, counted);
  }

  private DeviceDescription device(Channel channel) {
    double high = channel.quantity() == Quantity.POWER ? 10_000 : 125;
    return new DeviceDescription(
        channel.device(),
        at(seconds),
        "part",
        true,
        "",
        Duration.ofSeconds(everySeconds),
        List.of(new ChannelDescription(channel, -40, high)));
  }

  static Stamp at(double seconds) {
    long millis = Math.round(seconds * 1000);
    return new Stamp(Instant.ofEpochMilli(millis), millis * 1_000_000, true);
  }

  /// Goes on where the rack of `other` is.
  void follow(Rig other) {
    seconds = other.seconds;
    inletWander = other.inletWander;
    powerWander = other.powerWander;
  }

  /// The inlet alone reads `value`.
  List<Anomaly> poll(double value) {
    return poll(INLET, value);
  }

  /// One device alone is read.
  List<Anomaly> poll(Channel channel, double value) {
    reports.clear();
    seconds += everySeconds;
    return observe(new Reading(channel, at(seconds), value));
  }

  /// One device alone gives no value.
  List<Anomaly> gap(Channel channel, Cause cause) {
    reports.clear();
    seconds += everySeconds;
    return observe(new Gap(channel, at(seconds), cause));
  }

  /// All three are read.
  List<Anomaly> pollAll(double inlet, double outlet, double power) {
    seconds += everySeconds;
    List<Anomaly> anomalies = new ArrayList<>(observe(new Reading(INLET, at(seconds), inlet)));
    anomalies.addAll(observe(new Reading(POWER, at(seconds), power)));
    anomalies.addAll(observe(new Reading(OUTLET, at(seconds), outlet)));
    return anomalies;
  }

  /// All three are read, in the opposite order.
  List<Anomaly> pollBackwards(double inlet, double outlet, double power) {
    seconds += everySeconds;
    List<Anomaly> anomalies = new ArrayList<>(observe(new Reading(OUTLET, at(seconds), outlet)));
    anomalies.addAll(observe(new Reading(POWER, at(seconds), power)));
    anomalies.addAll(observe(new Reading(INLET, at(seconds), inlet)));
    return anomalies;
  }

  /// All three are read; the outlet is `fault` warmer than inlet and power make it.
  List<Anomaly> rack(Random random, double fault) {
    reports.clear();
    seconds += everySeconds;
    inletWander += 0.05 * (0.3 * random.nextGaussian() - inletWander);
    powerWander += 0.05 * (400 * random.nextGaussian() - powerWander);
    double inlet = 22 + 10 * inletWander;
    double power = 3400 + 10 * powerWander;
    double outlet = 34 + 0.9 * (inlet - 22) + 0.004 * (power - 3400) + fault;
    Stamp stamp = at(seconds);
    List<Anomaly> anomalies = new ArrayList<>();
    anomalies.addAll(observe(new Reading(INLET, stamp, inlet)));
    anomalies.addAll(observe(new Reading(POWER, stamp, power)));
    anomalies.addAll(observe(new Reading(OUTLET, stamp, outlet + 0.05 * random.nextGaussian())));
    return anomalies;
  }

  private List<Anomaly> observe(Sample sample) {
    Poll poll = new Poll(sample.channel().device(), sample.stamp(), 1, List.of(sample));
    List<Anomaly> anomalies = new ArrayList<>();
    for (Report report : watch.observe(poll)) {
      reports.add(report);
      if (report instanceof Anomaly anomaly) {
        anomalies.add(anomaly);
      }
    }
    return anomalies;
  }
}
