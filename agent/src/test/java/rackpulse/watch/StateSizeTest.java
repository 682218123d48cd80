package rackpulse.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import rackpulse.analysis.Detector;
import rackpulse.analysis.LimitSettings;
import rackpulse.model.RackModel;
import rackpulse.state.StateWriter;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Stamp;

/// What is saved of a channel of which everything is watched that there is, besides forecasts: its
/// past, its sensor beside four neighbours, four limits, and seven of 32 channels that explain it.
class StateSizeTest {
  private static final int MOST_BYTES = 4096;
  private static final int OUTLETS = 5;
  private static final int INLETS = 32;
  private static final int EVERY_SECONDS = 150;

  private final Random random = new Random(1);
  private final List<Channel> channels = new ArrayList<>();
  private final double[] wander = new double[INLETS];
  private int round;

  @Test
  void aChannelTakesAtMostFourKilobytes() {
    for (int i = 0; i < OUTLETS + INLETS; i++) {
      String device = i < OUTLETS ? "outlet-" + i : "inlet-" + i;
      channels.add(new Channel(device, "temperature", Quantity.TEMPERATURE));
    }
    List<DeviceDescription> devices = channels.stream().map(this::device).toList();
    List<LimitSettings> limits = channels.stream().map(StateSizeTest::limits).toList();
    Detector detector = new Detector(devices, List.of(), limits, _ -> 1);
    Set<String> outlets = new HashSet<>();
    channels.subList(0, OUTLETS).forEach(channel -> outlets.add(channel.device()));
    WatchSettings settings =
        new WatchSettings(
            List.of(new WatchSettings.Target(channels.getFirst(), List.of())),
            List.of(),
            List.of(),
            List.of(),
            Set.of(),
            outlets);
    Watched watched = new Watched(devices, detector.descriptions(), limits, settings);
    RackWatch watch = new RackWatch(detector, watched, _ -> 1);
    for (int day = 0; day < 4; day++) {
      for (int i = 0; i < 86_400 / EVERY_SECONDS; i++) {
        pollAll(watch);
      }
      int bytes = bytes(watched);
      assertTrue(bytes <= MOST_BYTES, bytes + " bytes after day " + (day + 1));
      assertTrue(bytes > MOST_BYTES / 2, "only " + bytes + " bytes: is everything watched?");
    }
    TargetWatch target = watched.targets().getFirst();
    assertTrue(target.health().note().startsWith("R² "), target.health()::note);
    assertEquals(7, RackModel.MAX_INPUTS);
  }

  private static int bytes(Watched watched) {
    StateWriter writer = new StateWriter();
    int empty = writer.lengthBytes();
    watched.channels().getFirst().save(writer);
    watched.targets().getFirst().save(writer);
    return writer.lengthBytes() - empty;
  }

  private void pollAll(RackWatch watch) {
    round++;
    double warmth = 0;
    for (int i = OUTLETS; i < channels.size(); i++) {
      int inlet = i - OUTLETS;
      wander[inlet] += 0.03 * (random.nextGaussian() - wander[inlet]);
      warmth += inlet < 7 ? wander[inlet] : 0;
      poll(watch, channels.get(i), 22 + 5 * wander[inlet]);
    }
    for (int i = 0; i < OUTLETS; i++) {
      poll(watch, channels.get(i), 34 + 5 * warmth + 0.05 * random.nextGaussian());
    }
  }

  private void poll(RackWatch watch, Channel channel, double value) {
    Stamp stamp = stamp();
    watch.observe(
        new Poll(channel.device(), stamp, round, List.of(new Reading(channel, stamp, value))));
  }

  private Stamp stamp() {
    return Rig.at(RackWatchTest.start() + (double) round * EVERY_SECONDS);
  }

  private DeviceDescription device(Channel channel) {
    return new DeviceDescription(
        channel.device(),
        stamp(),
        "part",
        true,
        "",
        Duration.ofSeconds(EVERY_SECONDS),
        List.of(new ChannelDescription(channel, -40, 125)));
  }

  private static LimitSettings limits(Channel channel) {
    return new LimitSettings(
        channel,
        OptionalDouble.of(10),
        OptionalDouble.of(5),
        OptionalDouble.of(60),
        OptionalDouble.of(70),
        Duration.ofSeconds(30),
        0.5);
  }
}
