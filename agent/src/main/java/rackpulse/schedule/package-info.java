/// When which device is asked: periods, deadlines, back-off, and the bus time that all need.
///
/// Pure arithmetic, without clock and thread.
@NullMarked
package rackpulse.schedule;

import org.jspecify.annotations.NullMarked;
