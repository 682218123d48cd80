package rackpulse.engine;

import java.time.Duration;

/// Bounds and paces of the running agent.
///
/// @param outboxBytes most memory for messages the broker has not acknowledged
/// @param backlogPerSecond messages stored while the broker was away that are sent in a second, 1
///   to 10,000
/// @param healthEvery how often health is published
/// @param deadShare most bus time that devices which do not answer may cost, 0.001 to 1
/// @param dormantAfter failures in a row after which a device is dormant
/// @param probeEvery longest time between two probes of a dormant device
/// @param stopWithin most time for a graceful stop
public record EngineSettings(
    long outboxBytes,
    int backlogPerSecond,
    Duration healthEvery,
    double deadShare,
    int dormantAfter,
    Duration probeEvery,
    Duration stopWithin) {}
