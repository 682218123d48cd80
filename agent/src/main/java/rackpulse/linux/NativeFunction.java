package rackpulse.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.List;

/// Every function of the C library that the agent calls; the metadata of the native image is
/// compared with this list.
///
/// `size_t`, `ssize_t` and `nfds_t` are 64 bits wide here.
enum NativeFunction {
  /// fcntl.h: `int open(const char *path, int flags, ...)`; never creates, so without a mode.
  OPEN("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), 2),
  /// unistd.h: `int close(int fd)`.
  CLOSE("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)),
  /// unistd.h: `ssize_t read(int fd, void *buffer, size_t count)`.
  READ("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG)),
  /// unistd.h: `ssize_t write(int fd, const void *buffer, size_t count)`.
  WRITE("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG)),
  /// poll.h: `int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const
  /// sigset_t *mask)`; poll with nanoseconds, because a Modbus silence is 1.75 ms.
  PPOLL("ppoll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS)),
  /// sys/ioctl.h: `int ioctl(int fd, unsigned long request, ...)`.
  IOCTL("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2),
  /// sys/file.h: `int flock(int fd, int operation)`.
  FLOCK("flock", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT)),
  /// sys/socket.h: `int socket(int domain, int type, int protocol)`.
  SOCKET("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT)),
  /// sys/socket.h: `ssize_t sendto(int fd, const void *buffer, size_t length, int flags, const
  /// struct sockaddr *to, socklen_t toLength)`.
  SENDTO(
      "sendto",
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT)),
  /// sys/timex.h: `int adjtimex(struct timex *buffer)`.
  ADJTIMEX("adjtimex", FunctionDescriptor.of(JAVA_INT, ADDRESS)),
  /// string.h: `int strerror_r(int number, char *buffer, size_t length)`, the one of POSIX, which
  /// the Java machine calls too.
  STRERROR("__xpg_strerror_r", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG));

  private static final int NOT_VARIADIC = -1;

  private final String symbol;

  @SuppressWarnings("ImmutableEnumChecker") // immutable by its contract
  private final FunctionDescriptor descriptor;

  private final int firstVariadic;

  NativeFunction(String symbol, FunctionDescriptor descriptor) {
    this(symbol, descriptor, NOT_VARIADIC);
  }

  NativeFunction(String symbol, FunctionDescriptor descriptor, int firstVariadic) {
    this.symbol = symbol;
    this.descriptor = descriptor;
    this.firstVariadic = firstVariadic;
  }

  String symbol() {
    return symbol;
  }

  FunctionDescriptor descriptor() {
    return descriptor;
  }

  List<Linker.Option> options() {
    Linker.Option errno = Linker.Option.captureCallState("errno");
    return firstVariadic == NOT_VARIADIC
        ? List.of(errno)
        : List.of(errno, Linker.Option.firstVariadicArg(firstVariadic));
  }

  /// A handle that takes the function's address and the segment for `errno` first.
  @SuppressWarnings("restricted")
  MethodHandle handle() {
    return Linker.nativeLinker()
        .downcallHandle(descriptor, options().toArray(Linker.Option[]::new));
  }
}
