/// What is on its way to the broker: mailboxes, the outbox, losses, what must stand there.
///
/// Everything a bus thread takes is accounted for: delivered, waiting, or part of a loss that is
/// itself delivered.
@NullMarked
package rackpulse.delivery;

import org.jspecify.annotations.NullMarked;
