/// Processes and peers that the black-box tests start and stop.
@NullMarked
package rackpulse.tests.support;

import org.jspecify.annotations.NullMarked;
