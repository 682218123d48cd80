package rackpulse.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/// The C library. Every method answers as the kernel itself does: a result of 0 or more, or the
/// negative error number.
///
/// Not safe for use by two threads at once: the error number is captured in memory of the instance.
final class Libc {
  private static final MethodHandle OPEN = NativeFunction.OPEN.handle();
  private static final MethodHandle CLOSE = NativeFunction.CLOSE.handle();
  private static final MethodHandle READ = NativeFunction.READ.handle();
  private static final MethodHandle WRITE = NativeFunction.WRITE.handle();
  private static final MethodHandle PPOLL = NativeFunction.PPOLL.handle();
  private static final MethodHandle IOCTL = NativeFunction.IOCTL.handle();
  private static final MethodHandle FLOCK = NativeFunction.FLOCK.handle();
  private static final MethodHandle SOCKET = NativeFunction.SOCKET.handle();
  private static final MethodHandle SENDTO = NativeFunction.SENDTO.handle();
  private static final MethodHandle ADJTIMEX = NativeFunction.ADJTIMEX.handle();
  private static final MethodHandle STRERROR = NativeFunction.STRERROR.handle();

  private static final long ERRNO_OFFSET =
      Linker.Option.captureStateLayout().byteOffset(PathElement.groupElement("errno"));

  private final MemorySegment[] addresses = new MemorySegment[NativeFunction.values().length];
  private final MemorySegment captured;

  /// @param lookup where the functions are found; tests bring their own
  Libc(SymbolLookup lookup) {
    for (NativeFunction function : NativeFunction.values()) {
      addresses[function.ordinal()] = lookup.findOrThrow(function.symbol());
    }
    // freed with the instance: it lives as long as the port that uses it, on whatever thread
    captured = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());
  }

  /// The C library that the Java machine itself runs on.
  static Libc system() {
    return new Libc(Linker.nativeLinker().defaultLookup());
  }

  int open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path);
      return result((int) OPEN.invokeExact(address(NativeFunction.OPEN), captured, name, flags));
    } catch (Throwable impossible) {
      throw unexpected(impossible);
    }
  }

  int close(int descriptor) {
    try {
      return result((int) CLOSE.invokeExact(address(NativeFunction.CLOSE), captured, descriptor));
    } catch (Throwable impossible) {
      throw unexpected(impossible);
    }
  }

  int read(int descriptor, MemorySegment into, long count) {
    try {
      return result(
          (long) READ.invokeExact(address(NativeFunction.READ), captured, descriptor, into, count));
    } catch (Throwable impossible) {
      throw unexpected(impossible);
    }
  }

  int write(int descriptor, MemorySegment from, long count) {
    try {
      return result(
          (long)
              WRITE.invokeExact(address(NativeFunction.WRITE), captured, descriptor, from, count));
    } catch (Throwable impossible) {
      throw unexpected(impossible);
    }
  }

  /// Waits for one descriptor.
  ///
  /// @param pollfd one `struct pollfd`
  /// @param timespec how long at most
  int ppoll(MemorySegment pollfd, MemorySegment timespec) {
    try {
      return result(
          (int)
              PPOLL.invokeExact(
                  address(NativeFunction.PPOLL),
                  captured,
                  pollfd,
                  1L,
                  timespec,
                  MemorySegment.NULL));
    } catch (Throwable impossible) {
      throw unexpected(impossible);
    }
  }

  int ioctl(int descriptor, Ioctl request, MemorySegment argument) {
    try {
      return result(
          (int)
              IOCTL.invokeExact(
                  address(NativeFunction.IOCTL), captured, descriptor, request.number(), argument));
    } catch (Throwable impossible) {
      throw unexpected(impossible);
    }
  }

  /// For requests whose argument is a number in place of a pointer.
  int ioctl(int descriptor, Ioctl request, long argument) {
    return ioctl(descriptor, request, MemorySegment.ofAddress(argument));
  }

  int flock(int descriptor, int operation) {
    try {
      return result(
          (int) FLOCK.invokeExact(address(NativeFunction.FLOCK), captured, descriptor, operation));
    } catch (Throwable impossible) {
      throw unexpected(impossible);
    }
  }

  int socket(int domain, int type) {
    try {
      return result(
          (int) SOCKET.invokeExact(address(NativeFunction.SOCKET), captured, domain, type, 0));
    } catch (Throwable impossible) {
      throw unexpected(impossible);
    }
  }

  int sendto(int descriptor, MemorySegment message, int flags, MemorySegment to) {
    try {
      return result(
          (long)
              SENDTO.invokeExact(
                  address(NativeFunction.SENDTO),
                  captured,
                  descriptor,
                  message,
                  message.byteSize(),
                  flags,
                  to,
                  (int) to.byteSize()));
    } catch (Throwable impossible) {
      throw unexpected(impossible);
    }
  }

  int adjtimex(MemorySegment timex) {
    try {
      return result((int) ADJTIMEX.invokeExact(address(NativeFunction.ADJTIMEX), captured, timex));
    } catch (Throwable impossible) {
      throw unexpected(impossible);
    }
  }

  /// Writes the text for an error number, with a zero at its end, `into` a buffer.
  int strerror(int number, MemorySegment into) {
    try {
      return result(
          (int)
              STRERROR.invokeExact(
                  address(NativeFunction.STRERROR), captured, number, into, into.byteSize()));
    } catch (Throwable impossible) {
      throw unexpected(impossible);
    }
  }

  private MemorySegment address(NativeFunction function) {
    return addresses[function.ordinal()];
  }

  /// Counts fit in 31 bits: no buffer here is larger than 8 KiB.
  private int result(long returned) {
    return returned >= 0 ? (int) returned : -captured.get(JAVA_INT, ERRNO_OFFSET);
  }

  /// Native functions throw nothing; this is a handle used with wrong types.
  private static IllegalStateException unexpected(Throwable impossible) {
    return new IllegalStateException("native call", impossible);
  }
}
