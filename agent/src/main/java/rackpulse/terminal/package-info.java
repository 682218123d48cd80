/// Tables, progress bars, sparklines, plain when there is no terminal.
@NullMarked
package rackpulse.terminal;

import org.jspecify.annotations.NullMarked;
