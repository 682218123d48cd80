package rackpulse.watch;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import rackpulse.analysis.Detector;
import rackpulse.analysis.LimitSettings;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// What the whole watch costs over a thousand channels that are read every ten seconds: 600
/// temperatures with four neighbours and four limits each, 400 channels of meters, and 100 outlets
/// that the rack explains. Run by `tests/bench model`.
public final class WatchBench {
  private static final int DEVICES = 100;
  private static final int CHANNELS = 10;
  private static final int EVERY_SECONDS = 10;
  private static final int WARM_UP_ROUNDS = 6000;
  private static final int ROUNDS = 9000;
  private static final long START_SECONDS = 1_700_000_100;

  private final Random random = new Random(1);
  private final List<DeviceDescription> devices = new ArrayList<>();
  private final double[] wander = new double[DEVICES * CHANNELS];
  private final RackWatch watch;
  private long round;

  private WatchBench() {
    List<LimitSettings> limits = new ArrayList<>();
    List<WatchSettings.Target> targets = new ArrayList<>();
    Set<String> inlets = new HashSet<>();
    Set<String> outlets = new HashSet<>();
    for (int i = 0; i < DEVICES; i++) {
      boolean isAir = i < 60;
      String name = (isAir ? i % 2 == 0 ? "inlet-" : "outlet-" : "meter-") + i;
      (i % 2 == 0 ? inlets : outlets).add(name);
      List<ChannelDescription> channels = new ArrayList<>();
      for (int k = 0; k < CHANNELS; k++) {
        Channel channel = new Channel(name, "c" + k, isAir ? Quantity.TEMPERATURE : Quantity.POWER);
        channels.add(new ChannelDescription(channel, -40, isAir ? 125 : 10_000));
        if (isAir) {
          limits.add(limit(channel));
        }
        if (isAir && i % 2 == 1 && targets.size() < 100) {
          targets.add(new WatchSettings.Target(channel, List.of()));
        }
      }
      devices.add(
          new DeviceDescription(
              name, at(), "part", true, "", Duration.ofSeconds(EVERY_SECONDS), channels));
    }
    Detector detector = new Detector(devices, List.of(), limits, _ -> 1);
    WatchSettings settings =
        new WatchSettings(targets, List.of(), List.of(), List.of(), inlets, outlets);
    Watched watched = new Watched(devices, detector.descriptions(), limits, settings);
    watch = new RackWatch(detector, watched, _ -> 1);
  }

  private static LimitSettings limit(Channel channel) {
    return new LimitSettings(
        channel,
        OptionalDouble.of(10),
        OptionalDouble.of(5),
        OptionalDouble.of(40),
        OptionalDouble.of(45),
        Duration.ofSeconds(30),
        0.5);
  }

  private Stamp at() {
    long seconds = START_SECONDS + round * EVERY_SECONDS;
    return new Stamp(Instant.ofEpochSecond(seconds), seconds * 1_000_000_000, true);
  }

  /// Prints a line or two.
  public static void run() {
    WatchBench bench = new WatchBench();
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      bench.observe(bench.polls());
    }
    bench.measure();
  }

  private void measure() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long nanos = 0;
    long bytes = 0;
    long calmBytes = 0;
    long calmRounds = 0;
    for (int i = 0; i < ROUNDS; i++) {
      List<Poll> polls = polls();
      long bytesBefore = threads.getCurrentThreadAllocatedBytes();
      long nanosBefore = threads.getCurrentThreadCpuTime();
      boolean isCalm = observe(polls);
      nanos += threads.getCurrentThreadCpuTime() - nanosBefore;
      long made = threads.getCurrentThreadAllocatedBytes() - bytesBefore;
      bytes += made;
      calmBytes += isCalm ? made : 0;
      calmRounds += isCalm ? 1 : 0;
    }
    double micros = nanos / 1e3 / ROUNDS;
    System.out.printf(
        Locale.ROOT,
        "the whole watch over %d channels every %d s: %.3f µs a reading, %.3f %% of a core;"
            + " garbage %.1f B a poll, %.1f B a poll without a block or news; state %d B a"
            + " channel%n",
        DEVICES * CHANNELS,
        EVERY_SECONDS,
        micros / (DEVICES * CHANNELS),
        100 * micros / (EVERY_SECONDS * 1e6),
        (double) bytes / ROUNDS / DEVICES,
        (double) calmBytes / calmRounds / DEVICES,
        watch.save().length / (DEVICES * CHANNELS));
  }

  private List<Poll> polls() {
    round++;
    Stamp stamp = at();
    double day = Math.sin(2 * Math.PI * round * EVERY_SECONDS / 86_400.0);
    List<Poll> polls = new ArrayList<>(DEVICES);
    for (int i = 0; i < DEVICES; i++) {
      List<Sample> samples = new ArrayList<>(CHANNELS);
      List<ChannelDescription> channels = devices.get(i).channels();
      for (int k = 0; k < CHANNELS; k++) {
        Channel channel = channels.get(k).channel();
        int at = i * CHANNELS + k;
        wander[at] += 0.02 * (random.nextGaussian() - wander[at]);
        double usual = channel.quantity() == Quantity.POWER ? 1500 + 200 * day : 24 + day;
        double noisy = usual + wander[at] + 0.05 * random.nextGaussian();
        samples.add(new Reading(channel, stamp, Math.rint(100 * noisy) / 100));
      }
      polls.add(new Poll(devices.get(i).device(), stamp, round, samples));
    }
    return polls;
  }

  /// Whether no block ended and there was nothing to tell.
  private boolean observe(List<Poll> polls) {
    int told = 0;
    for (int i = 0; i < polls.size(); i++) {
      told += watch.observe(polls.get(i)).size();
    }
    return told == polls.size() && (round * EVERY_SECONDS) % 300 >= EVERY_SECONDS;
  }
}
