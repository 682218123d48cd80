/// The ports to the wires and their settings, how a wire can fail, checksums, transcripts.
///
/// Whoever holds a port may use it; only its opener may close it. A port is used by one thread, the
/// one that owns the bus.
@NullMarked
package rackpulse.bus;

import org.jspecify.annotations.NullMarked;
