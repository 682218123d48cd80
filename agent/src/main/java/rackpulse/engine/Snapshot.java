package rackpulse.engine;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
/// @param models how far each has learned
/// @param reload what came of the latest attempt to change the configuration
/// @param recording what came of the latest demand for one
public record Snapshot(
    Stamp stamp,
    Instant since,
    Uplink.Statistics broker,
    Health.Delivery delivery,
    List<Health.BusHealth> buses,
    FlightRecorder.Answer recording,
    List<Device> devices,
    List<Health.ModelHealth> models,
    Optional<Health.Reload> reload) {
  private static final long KIB = 1024;

  public Snapshot {
    buses = List.copyOf(buses);
    devices = List.copyOf(devices);
    models = List.copyOf(models);
  }

  /// @param bus the name of its bus; empty for a computed device
  /// @param status null before its first poll
  /// @param latest null before its first poll
  public record Device(
      String name, String bus, @Nullable DeviceStatus status, @Nullable Poll latest) {}

  /// All in one line: `4 buses, 37 devices (1 offline, 1 dormant), broker connected, spool 0 B`.
  /// The spool is what waits for the broker, in memory or on disk.
  String line() {
    long down = buses.stream().filter(bus -> bus.state().equals("down")).count();
    long dormant = buses.stream().mapToLong(Health.BusHealth::dormant).sum();
    long offline = Math.max(0, devices.stream().filter(Snapshot::isOffline).count() - dormant);
    String awry = joined(offline, "offline", dormant, "dormant");
    return counted(buses.size(), "bus", "buses")
        + joined(down, "down", 0, "")
        + ", "
        + counted(devices.size(), "device", "devices")
        + awry
        + ", broker "
        + (broker.connected() ? "connected" : "away: " + broker.reason())
        + ", spool "
        + size(delivery.waitingBytes());
  }

  private static boolean isOffline(Device device) {
    DeviceStatus status = device.status();
    return status != null && !status.online();
  }

  private static String counted(long count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }

  private static String joined(long a, String isA, long b, String isB) {
    String first = a > 0 ? a + " " + isA : "";
    String second = b > 0 ? b + " " + isB : "";
    String both = first + (first.isEmpty() || second.isEmpty() ? "" : ", ") + second;
    return both.isEmpty() ? "" : " (" + both + ")";
  }

  private static String size(long bytes) {
    if (bytes < KIB) {
      return bytes + " B";
    }
    return bytes < KIB * KIB ? bytes / KIB + " KiB" : bytes / (KIB * KIB) + " MiB";
  }
}
