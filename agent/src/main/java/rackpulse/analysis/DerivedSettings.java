package rackpulse.analysis;

import java.util.List;
import rackpulse.telemetry.Channel;

/// A computed device with one channel, `value`: the sum of some channels minus others.
///
/// @param name the device's name
/// @param plus channels added, at least one; all of one quantity, which is the result's too
/// @param minus channels subtracted
/// @param location in the operator's words; may be empty
public record DerivedSettings(
    String name, List<Channel> plus, List<Channel> minus, String location) {
  public DerivedSettings {
    plus = List.copyOf(plus);
    minus = List.copyOf(minus);
  }

  /// The computed channel.
  public Channel channel() {
    return new Channel(name, "value", plus.getFirst().quantity());
  }
}
