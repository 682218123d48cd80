/// Schedule, bus budget, back-off, threads, start and stop.
@NullMarked
package rackpulse.engine;

import org.jspecify.annotations.NullMarked;
