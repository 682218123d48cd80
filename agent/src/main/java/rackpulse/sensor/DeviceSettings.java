package rackpulse.sensor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import rackpulse.bus.MuxChannel;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Stamp;

/// Where a device hangs and how it is polled.
///
/// @param name the operator's name, `[A-Za-z0-9_-]`
/// @param bus the name of its bus
/// @param profile what it is
/// @param address 7-bit I2C address, or Modbus unit id
/// @param mux the multiplexer branch it hangs on, I2C only
/// @param every the polling period, at least 50 ms
/// @param location where it is mounted; may be empty
/// @param channels names of the channels wanted; empty means all of the profile
/// @param parameters what the profile asks of the site, such as `shunt_ohms`, by name
public record DeviceSettings(
    String name,
    String bus,
    Profile profile,
    int address,
    Optional<MuxChannel> mux,
    Duration every,
    String location,
    List<String> channels,
    Map<String, Double> parameters) {
  public DeviceSettings {
    channels = List.copyOf(channels);
    parameters = Map.copyOf(parameters);
  }

  /// Whether the channel named `channel` is among those wanted.
  public boolean wants(String channel) {
    return channels.isEmpty() || channels.contains(channel);
  }

  /// What this and the profile say of the device.
  public DeviceDescription description(Stamp stamp) {
    List<ChannelDescription> described = new ArrayList<>();
    for (ChannelProfile channel : profile.channels()) {
      if (wants(channel.name())) {
        Channel named = new Channel(name, channel.name(), channel.quantity());
        described.add(new ChannelDescription(named, channel.low(), channel.high()));
      }
    }
    Profile.Header header = profile.header();
    return new DeviceDescription(
        name, stamp, header.part(), header.proven(), location, every, described);
  }
}
