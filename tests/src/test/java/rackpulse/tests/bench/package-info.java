/// Measurements, run by hand with `tests/bench`.
@NullMarked
package rackpulse.tests.bench;

import org.jspecify.annotations.NullMarked;
