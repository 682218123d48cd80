/// Profiles and drivers: from register bytes to samples.
@NullMarked
package rackpulse.sensor;

import org.jspecify.annotations.NullMarked;
