/// Composition root: `Main`, wiring, signals, exit codes.
@NullMarked
package rackpulse;

import org.jspecify.annotations.NullMarked;
