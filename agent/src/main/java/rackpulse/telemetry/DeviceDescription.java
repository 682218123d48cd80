package rackpulse.telemetry;

import java.time.Duration;
import java.util.List;

/// What a device is and which channels it has: the retained `meta` message.
///
/// @param part make and model from the profile; `derived` for computed devices
/// @param proven whether every address, scale and sign of the profile was read in a source
/// @param location where it is mounted, in the operator's words; may be empty
/// @param every the polling period
public record DeviceDescription(
    String device,
    Stamp stamp,
    String part,
    boolean proven,
    String location,
    Duration every,
    List<ChannelDescription> channels)
    implements Report {
  public DeviceDescription {
    channels = List.copyOf(channels);
  }

  /// @param low lowest value the part can measure, in the quantity's unit; −∞ when not known
  /// @param high highest value the part can measure; +∞ when not known
  public record ChannelDescription(Channel channel, double low, double high) {}

  /// Whether it says the same as `other`, whenever that was.
  public boolean saysAsMuchAs(DeviceDescription other) {
    return new DeviceDescription(device, other.stamp, part, proven, location, every, channels)
        .equals(other);
  }
}
