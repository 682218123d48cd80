/// The threads: polling, back-off of what does not answer, start and stop.
@NullMarked
package rackpulse.engine;

import org.jspecify.annotations.NullMarked;
