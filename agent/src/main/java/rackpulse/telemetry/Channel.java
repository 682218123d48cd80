package rackpulse.telemetry;

/// One value of a device.
///
/// @param device the operator's name for the device, such as `inlet-top`
/// @param name the channel's name within the device, such as `temperature`
/// @param quantity what it measures, which fixes its unit
public record Channel(String device, String name, Quantity quantity) {
  public Channel {
    Ids.check("device", device);
    Ids.check("channel", name);
  }

  /// The name by which configuration and people refer to the channel: `inlet-top.temperature`.
  public String path() {
    return device + "." + name;
  }
}
