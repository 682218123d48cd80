package rackpulse.analysis;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// Short ways to write down telemetry in tests.
final class Telemetry {
  private Telemetry() {}

  static Stamp at(double seconds) {
    long nanos = Math.round(seconds * 1e9);
    return new Stamp(Instant.EPOCH.plusNanos(nanos), nanos, true);
  }

  static Reading reading(Channel channel, double seconds, double value) {
    return new Reading(channel, at(seconds), value);
  }

  static Gap gap(Channel channel, double seconds, Cause cause) {
    return new Gap(channel, at(seconds), cause);
  }

  static Poll poll(long sequence, Sample... samples) {
    return new Poll(
        samples[0].channel().device(), samples[0].stamp(), sequence, Arrays.asList(samples));
  }

  static DeviceDescription device(int everySeconds, Channel... channels) {
    List<ChannelDescription> descriptions =
        Arrays.stream(channels).map(channel -> new ChannelDescription(channel, -40, 125)).toList();
    return new DeviceDescription(
        channels[0].device(),
        at(0),
        "part",
        true,
        "",
        Duration.ofSeconds(everySeconds),
        descriptions);
  }
}
