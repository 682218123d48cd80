package rackpulse.analysis;

import java.time.Duration;
import java.util.OptionalDouble;
import rackpulse.telemetry.Channel;

/// Plain limits of one channel, in its unit; each may be absent.
///
/// @param delay how long a limit must be passed before it is raised, and kept before it clears
/// @param hysteresis how far back inside the limit a value must be to clear it, at least 0
public record LimitSettings(
    Channel channel,
    OptionalDouble alarmLow,
    OptionalDouble warnLow,
    OptionalDouble warnHigh,
    OptionalDouble alarmHigh,
    Duration delay,
    double hysteresis) {}
