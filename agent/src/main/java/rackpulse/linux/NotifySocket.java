package rackpulse.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;

/// The datagram socket through which systemd is told how the service is, as sd_notify(3) describes;
/// silent where nobody listens. Any thread may use it.
public final class NotifySocket implements AutoCloseable {
  private static final int AF_UNIX = 1;

  /// SOCK_DGRAM and SOCK_CLOEXEC, asm-generic.
  private static final int TYPE = 2 | 0x80000;

  /// MSG_NOSIGNAL and MSG_DONTWAIT: a supervisor that does not listen must not stop the agent.
  private static final int FLAGS = 0x4000 | 0x40;

  /// `struct sockaddr_un`, linux/un.h: 2 bytes of family, 108 of path.
  private static final int MAX_PATH = 108;

  private final Libc libc;
  private final byte @Nullable [] address;
  private int descriptor = -1;
  private boolean complained;

  private NotifySocket(Libc libc, byte @Nullable [] address) {
    this.libc = libc;
    this.address = address;
  }

  /// The socket that `NOTIFY_SOCKET` names: a path, or `@` and the name of an abstract socket.
  ///
  /// @param environment of the process
  public static NotifySocket of(Map<String, String> environment) {
    return of(environment, Libc.system());
  }

  static NotifySocket of(Map<String, String> environment, Libc libc) {
    String name = environment.getOrDefault("NOTIFY_SOCKET", "");
    if (name.isEmpty()) {
      return new NotifySocket(libc, null);
    }
    byte[] path = name.getBytes(StandardCharsets.UTF_8);
    if (path[0] != '/' && path[0] != '@' || path.length >= MAX_PATH) {
      Logger.warn("NOTIFY_SOCKET={} is neither a path nor an abstract socket", name);
      return new NotifySocket(libc, null);
    }
    return new NotifySocket(libc, path);
  }

  /// Whether somebody wants to be told.
  public boolean present() {
    return address != null;
  }

  /// Sends assignments such as `READY=1`, one a line. A failure is logged once: systemd acts on
  /// silence by itself.
  public synchronized void send(String assignments) {
    if (address == null) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      byte[] text = assignments.getBytes(StandardCharsets.UTF_8);
      MemorySegment message = arena.allocateFrom(JAVA_BYTE, text);
      int result = descriptor();
      if (result >= 0) {
        result = libc.sendto(result, message, FLAGS, socketAddress(arena, address));
      }
      if (result < 0 && !complained) {
        complained = true;
        Logger.warn("cannot tell the supervisor \"{}\": {}", assignments, Errno.text(-result));
      }
    }
  }

  @Override
  public synchronized void close() {
    if (descriptor >= 0) {
      libc.close(descriptor);
      descriptor = -1;
    }
  }

  private int descriptor() {
    if (descriptor < 0) {
      descriptor = libc.socket(AF_UNIX, TYPE);
    }
    return descriptor;
  }

  /// A path ends with a zero byte; an abstract name begins with one, in place of its `@`, and its
  /// length is its end.
  private static MemorySegment socketAddress(Arena arena, byte[] path) {
    boolean isAbstract = path[0] == '@';
    MemorySegment address = arena.allocate(2L + path.length + (isAbstract ? 0 : 1), 2);
    address.set(JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(path, 0, address, JAVA_BYTE, 2, path.length);
    if (isAbstract) {
      address.set(JAVA_BYTE, 2, (byte) 0);
    }
    return address;
  }
}
