/// The command line: one class per command.
@NullMarked
package rackpulse.command;

import org.jspecify.annotations.NullMarked;
