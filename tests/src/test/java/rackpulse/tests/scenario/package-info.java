/// Behaviours of the agent written down as folders: a configuration, a wire, and what must appear.
@NullMarked
package rackpulse.tests.scenario;

import org.jspecify.annotations.NullMarked;
