/// What the models have learned, as bounded, versioned bytes that come back bit by bit.
///
/// ```
/// file     "RPLS"  version:u32  length:u32  body  CRC-32C of all before:u32      big endian
/// body     values and sections, in the order in which they were written
/// section  name (length:number, UTF-8)  hash of the constants:u64  length:u32  values and sections
/// number   seven bits a byte, lowest first, signs folded in (0, -1, 1, -2, …)
/// values   how many:number  f64 each; of a symmetric matrix its rows:number and upper triangle
/// ```
@NullMarked
package rackpulse.state;

import org.jspecify.annotations.NullMarked;
