/// What the models have learned, as bounded, versioned bytes that come back bit by bit.
///
/// ```
/// file     "RPLS"  version:u32  length:u32  body  CRC-32C of all before:u32      big endian
/// body     values and sections, in the order in which they were written
/// section  name (length:u16, UTF-8)  hash of the constants:u64  length:u32  values and sections
/// ```
@NullMarked
package rackpulse.state;

import org.jspecify.annotations.NullMarked;
