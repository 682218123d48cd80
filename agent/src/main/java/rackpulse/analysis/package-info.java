/// Derived channels, the least-squares models, truth checks, verdicts.
@NullMarked
package rackpulse.analysis;

import org.jspecify.annotations.NullMarked;
