/// The flight recorder: the latest traffic of every bus, in memory, written to files when something
/// happens.
///
/// ```
/// wire ─ bytes ─▶ Tape (one per bus, bounded) ─ polls ─▶ FlightRecorder ─ transcript ─▶ file
/// ```
@NullMarked
package rackpulse.recorder;

import org.jspecify.annotations.NullMarked;
