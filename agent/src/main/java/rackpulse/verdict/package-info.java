/// What is wrong with a wire: from what was seen on it to one sentence that a technician can act
/// on.
@NullMarked
package rackpulse.verdict;

import org.jspecify.annotations.NullMarked;
