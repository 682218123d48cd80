/// I2C chips whose arithmetic does not fit a table: registers, pure conversion, measurement.
///
/// What these chips are and which channels they have is in their profiles; here is only what a
/// profile cannot say. Every class has the same order: registers, `convert`, `measure`.
@NullMarked
package rackpulse.chip;

import org.jspecify.annotations.NullMarked;
