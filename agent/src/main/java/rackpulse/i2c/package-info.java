/// The Pi4J context, our Linux I2C provider for it, muxes (a decorator over any `I2cBus`).
@NullMarked
package rackpulse.i2c;

import org.jspecify.annotations.NullMarked;
