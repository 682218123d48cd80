/// Schedule, bus budget, back-off, mailboxes, threads, start and stop.
@NullMarked
package rackpulse.engine;

import org.jspecify.annotations.NullMarked;
