package rackpulse.linux;

/// The ioctl requests that the agent makes. Those of the 0x54.. and 0x07.. families are plain
/// numbers; `TCGETS2` and its sisters encode direction and the 44 bytes of `struct termios2`. The
/// numbers are equal on x86-64 and aarch64, which both use the generic headers.
enum Ioctl {
  /// asm-generic/ioctls.h, `_IOR('T', 0x2A, struct termios2)`.
  TCGETS2(0x802C542AL),
  /// asm-generic/ioctls.h, `_IOW('T', 0x2B, struct termios2)`.
  TCSETS2(0x402C542BL),
  /// asm-generic/ioctls.h; argument: which queues to empty.
  TCFLSH(0x540B),
  /// asm-generic/ioctls.h; no argument: nobody else may open the line, except root.
  TIOCEXCL(0x540C),
  /// asm-generic/ioctls.h; no argument: takes [#TIOCEXCL] back.
  TIOCNXCL(0x540D),
  /// asm-generic/ioctls.h, `struct serial_struct`.
  TIOCGSERIAL(0x541E),
  /// asm-generic/ioctls.h, `struct serial_struct`.
  TIOCSSERIAL(0x541F),
  /// asm-generic/ioctls.h, `struct serial_rs485`; the driver writes back what it accepted.
  TIOCSRS485(0x542F),
  /// linux/i2c-dev.h; argument: how often the adapter itself repeats after lost arbitration.
  I2C_RETRIES(0x0701),
  /// linux/i2c-dev.h; argument: limit of one transfer in units of 10 ms.
  I2C_TIMEOUT(0x0702),
  /// linux/i2c-dev.h; argument: an unsigned long for the `I2C_FUNC_...` bits.
  I2C_FUNCS(0x0705),
  /// linux/i2c-dev.h, `struct i2c_rdwr_ioctl_data`.
  I2C_RDWR(0x0707);

  private final long number;

  Ioctl(long number) {
    this.number = number;
  }

  long number() {
    return number;
  }
}
