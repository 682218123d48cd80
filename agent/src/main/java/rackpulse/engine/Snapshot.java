package rackpulse.engine;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rackpulse.delivery.Uplink;
import rackpulse.recorder.FlightRecorder;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Stamp;

/// The whole rack as the agent sees it at one moment, for a person in front of it.
///
/// @param since when the agent started
/// @param buses with lateness and utilisation since the last health report
/// @param recording what came of the latest demand for one
public record Snapshot(
    Stamp stamp,
    Instant since,
    Uplink.Statistics broker,
    Health.Delivery delivery,
    List<Health.BusHealth> buses,
    FlightRecorder.Answer recording,
    List<Device> devices) {
  public Snapshot {
    buses = List.copyOf(buses);
    devices = List.copyOf(devices);
  }

  /// @param bus the name of its bus; empty for a computed device
  /// @param status null before its first poll
  /// @param latest null before its first poll
  public record Device(
      String name, String bus, @Nullable DeviceStatus status, @Nullable Poll latest) {}
}
