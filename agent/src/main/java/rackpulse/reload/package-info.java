/// New configuration for a running agent: what it changes, when it comes in, when it goes again.
@NullMarked
package rackpulse.reload;

import org.jspecify.annotations.NullMarked;
