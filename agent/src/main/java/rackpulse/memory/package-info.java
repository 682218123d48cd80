/// What outlives the process: anomalies that are raised and what the models have learned, in files.
@NullMarked
package rackpulse.memory;

import org.jspecify.annotations.NullMarked;
