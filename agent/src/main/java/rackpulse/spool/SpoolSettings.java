package rackpulse.spool;

import java.nio.file.Path;
import java.time.Duration;

/// How large the spool may grow and how often it is written to the medium for certain.
///
/// @param directory of its own; made when missing
/// @param maxBytes most bytes on disk
/// @param segmentBytes a segment that has grown to this is followed by a new one; at most a quarter
///   of `maxBytes`
/// @param syncCount unacknowledged records after which the medium is waited for, at least 1
/// @param syncEvery longest time for which an unacknowledged record is not on the medium
public record SpoolSettings(
    Path directory, long maxBytes, long segmentBytes, int syncCount, Duration syncEvery) {}
