/// What hangs on a bus: asks every address, only reads.
@NullMarked
package rackpulse.scan;

import org.jspecify.annotations.NullMarked;
