/// Black-box tests: the agent as a process between a real broker and third-party slaves.
@NullMarked
package rackpulse.tests;

import org.jspecify.annotations.NullMarked;
