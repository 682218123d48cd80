/// Where raw readings are heading, and how soon that passes a limit; pure, no clock.
@NullMarked
package rackpulse.trend;

import org.jspecify.annotations.NullMarked;
