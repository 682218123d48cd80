/// The simulated rack behind `rackpulse demo`: chips, meters, heat, at the byte level.
///
/// Everything below the ports is simulated, everything above them is the real agent: the drivers
/// see checksums, registers and silence, not values.
@NullMarked
package rackpulse.simulation;

import org.jspecify.annotations.NullMarked;
