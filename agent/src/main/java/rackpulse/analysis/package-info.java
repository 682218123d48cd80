/// Derived channels, truth checks, what the models find, verdicts.
@NullMarked
package rackpulse.analysis;

import org.jspecify.annotations.NullMarked;
