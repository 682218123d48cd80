/// The least-squares models: own past, rack, forecast, sensor faults; pure, no clock.
///
/// A model belongs to one channel and to one thread, has a fixed size, makes no garbage in the
/// steady state, and saves itself to the last bit. Values that are not finite, or larger than any
/// quantity can be, count as missing.
@NullMarked
package rackpulse.model;

import org.jspecify.annotations.NullMarked;
