/// A byte-bounded, crash-safe log of what the broker has not yet taken; atomic replacement of state
/// files.
@NullMarked
package rackpulse.spool;

import org.jspecify.annotations.NullMarked;
