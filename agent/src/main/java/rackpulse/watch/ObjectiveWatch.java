package rackpulse.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import rackpulse.analysis.BlockMean;
import rackpulse.analysis.Objective;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Ids;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// The device `rack-model`: how far the rack is from what its operator wants.
final class ObjectiveWatch {
  /// The name of the device, which no other may have.
  static final String DEVICE = "rack-model";

  private static final Channel TOTAL = new Channel(DEVICE, "objective", Quantity.NUMBER);
  private static final Channel TODAY = new Channel(DEVICE, "in-range-today", Quantity.FRACTION);
  private static final Channel YESTERDAY =
      new Channel(DEVICE, "in-range-yesterday", Quantity.FRACTION);

  private final List<Objective.Term> terms;
  private final List<Latest> members;
  private final List<Channel> shares = new ArrayList<>();
  private final double[] values;
  private Objective objective;

  /// @param members where the channels of the terms are seen, in their order
  ObjectiveWatch(List<Objective.Term> terms, List<Latest> members) {
    this.terms = List.copyOf(terms);
    this.members = List.copyOf(members);
    values = new double[terms.size()];
    objective = new Objective(terms);
    Set<String> names = new HashSet<>();
    for (Objective.Term term : terms) {
      String name = term.channel().device() + "-" + term.channel().name();
      boolean isUsable = Ids.valid(name) && names.add(name);
      String unique = isUsable ? name : "term-" + (shares.size() + 1);
      shares.add(new Channel(DEVICE, unique, Quantity.NUMBER));
    }
  }

  DeviceDescription description(Stamp stamp) {
    List<ChannelDescription> channels = new ArrayList<>();
    channels.add(new ChannelDescription(TOTAL, 0, Double.POSITIVE_INFINITY));
    channels.add(new ChannelDescription(TODAY, 0, 100));
    channels.add(new ChannelDescription(YESTERDAY, 0, 100));
    for (Channel share : shares) {
      channels.add(new ChannelDescription(share, 0, Double.POSITIVE_INFINITY));
    }
    Duration every = Duration.ofMillis(BlockMean.BLOCK_MILLIS);
    return new DeviceDescription(DEVICE, stamp, "derived", true, "", every, channels);
  }

  /// Takes a block of the whole rack.
  Poll observe(long startMillis, Stamp stamp, long sequence) {
    for (int i = 0; i < values.length; i++) {
      values[i] = members.get(i).meanOf(startMillis);
    }
    objective.observe(startMillis, BlockMean.BLOCK_MILLIS, values);
    List<Sample> samples = new ArrayList<>();
    samples.add(sample(TOTAL, stamp, objective.value()));
    samples.add(sample(TODAY, stamp, objective.inRangeToday()));
    samples.add(sample(YESTERDAY, stamp, objective.inRangeYesterday()));
    for (int i = 0; i < shares.size(); i++) {
      samples.add(sample(shares.get(i), stamp, Finding.known(objective.share(i))));
    }
    return new Poll(DEVICE, stamp, sequence, samples);
  }

  private static Sample sample(Channel channel, Stamp stamp, OptionalDouble value) {
    return value.isPresent()
        ? new Reading(channel, stamp, value.getAsDouble())
        : new Gap(channel, stamp, Cause.UNDEFINED);
  }

  void save(StateWriter writer) {
    objective.save(writer);
  }

  void restore(StateReader reader) throws UnusableState {
    Objective restored = new Objective(terms);
    restored.restore(reader);
    objective = restored;
  }
}
