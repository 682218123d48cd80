package rackpulse.telemetry;

import java.time.Instant;

/// Whether a device delivers: the retained `status` message.
///
/// @param since when this state began
/// @param reason why the device is offline, in a few fixed words such as `no-answer`, `dormant`,
///   `bus-down`, `agent-stopped`; empty while online
public record DeviceStatus(String device, Stamp stamp, boolean online, Instant since, String reason)
    implements Report {}
