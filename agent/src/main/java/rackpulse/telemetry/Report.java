package rackpulse.telemetry;

/// Everything the agent can say to the world: each report becomes one message.
public sealed interface Report
    permits Poll, Loss, Anomaly, DeviceDescription, DeviceStatus, DeviceRemoval, Health {
  /// When it became true.
  Stamp stamp();
}
