/// Recorded data: CSV in, rows out, behind `replay` and `evaluate`.
///
/// Whole files are streamed: memory does not grow with them.
@NullMarked
package rackpulse.history;

import org.jspecify.annotations.NullMarked;
