/// tinylog's journal and JSON writers.
///
/// [rackpulse.log.Logging#start] comes before the first message. tinylog finds the writer by its
/// class name, which the native image must know.
@NullMarked
package rackpulse.log;

import org.jspecify.annotations.NullMarked;
