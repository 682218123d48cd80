/// Writing and reading JSON.
///
/// Jackson's streaming core does the syntax; this package fixes what consumers rely on: a decimal
/// stays a decimal and an integer an integer for ever, times are UTC with milliseconds, and what is
/// read is bounded in size and depth.
@NullMarked
package rackpulse.json;

import org.jspecify.annotations.NullMarked;
