package rackpulse.linux;

/// The error numbers that wires, sockets and disks can meet, equal on x86-64 and aarch64
/// (asm-generic/errno-base.h, asm-generic/errno.h).
enum Errno {
  EPERM(1, "not permitted"),
  ENOENT(2, "no such file"),
  EINTR(4, "interrupted by a signal"),
  EIO(5, "input/output error"),
  ENXIO(6, "no such device or address"),
  EBADF(9, "not an open descriptor"),
  EAGAIN(11, "try again"),
  ENOMEM(12, "out of memory"),
  EACCES(13, "permission denied"),
  EBUSY(16, "busy"),
  ENODEV(19, "no such device"),
  EINVAL(22, "invalid argument"),
  ENFILE(23, "too many open files in the system"),
  EMFILE(24, "too many open files"),
  ENOTTY(25, "the device does not know this request"),
  ENOSPC(28, "no space left on device"),
  EROFS(30, "read-only file system"),
  EPIPE(32, "broken pipe"),
  EPROTO(71, "protocol error"),
  EBADMSG(74, "bad message"),
  EMSGSIZE(90, "message too long"),
  EOPNOTSUPP(95, "not supported"),
  ENOBUFS(105, "no buffer space"),
  ESHUTDOWN(108, "shut down"),
  ETIMEDOUT(110, "timed out"),
  ECONNREFUSED(111, "connection refused"),
  EREMOTEIO(121, "remote input/output error"),
  EDQUOT(122, "disk quota exceeded"),
  /// Any other number.
  OTHER(0, "unexpected error");

  private static final Errno[] BY_NUMBER = new Errno[EDQUOT.number + 1];

  static {
    for (Errno errno : values()) {
      BY_NUMBER[errno.number] = errno;
    }
  }

  private final int number;
  private final String meaning;

  Errno(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  int number() {
    return number;
  }

  /// The constant for `number`, [#OTHER] where there is none.
  static Errno of(int number) {
    Errno known = number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    return known == null ? OTHER : known;
  }

  /// As an operator can look it up: `ENOENT, no such file`.
  static String text(int number) {
    Errno errno = of(number);
    return (errno == OTHER ? "errno " + number : errno.name()) + ", " + errno.meaning;
  }
}
