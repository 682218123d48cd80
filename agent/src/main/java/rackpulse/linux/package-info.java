/// Every native call: I2C ioctl, serial line, notify socket, clock state.
///
/// All of it is for 64-bit Linux; numbers and layouts here are equal on x86-64 and aarch64. Calls
/// go through one class, [rackpulse.linux.Libc], over the functions named in
/// [rackpulse.linux.NativeFunction]: no upcalls, no heap memory handed to native code.
@NullMarked
package rackpulse.linux;

import org.jspecify.annotations.NullMarked;
