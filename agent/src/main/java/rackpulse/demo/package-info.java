/// The demonstration: what goes wrong in the simulated rack, and how a subscriber sees it.
@NullMarked
package rackpulse.demo;

import org.jspecify.annotations.NullMarked;
