/// How the agent, its buses and its models are, as JSON.
@NullMarked
package rackpulse.vitals;

import org.jspecify.annotations.NullMarked;
