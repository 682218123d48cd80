/// What channels and the rack do, as the models see it: anomalies from raise to clear, forecasts.
@NullMarked
package rackpulse.watch;

import org.jspecify.annotations.NullMarked;
