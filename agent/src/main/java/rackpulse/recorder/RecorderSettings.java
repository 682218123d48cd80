package rackpulse.recorder;

import java.nio.file.Path;
import java.time.Duration;

/// What the flight recorder may take.
///
/// @param directory where recordings are written
/// @param keep how far back it remembers, 10 s to 1 h
/// @param maxBytes most memory for each bus, 16 KiB to 64 MiB
/// @param maxFiles most files kept, 1 to 1000; the oldest goes first
public record RecorderSettings(Path directory, Duration keep, int maxBytes, int maxFiles) {}
