package rackpulse.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// The other end of a real kernel object; see `peer.c`.
final class Peer implements AutoCloseable {
  private static final int MAX_BYTES = 4096;
  private static final FunctionDescriptor TRANSFER =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);

  private final NativeLibrary library = NativeLibrary.of("peer");
  private final String name;
  private int descriptor;

  private Peer(boolean terminal, byte[] address) {
    MethodHandle open =
        library.function(
            terminal ? "peer_terminal" : "peer_datagrams",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(JAVA_BYTE, address);
      descriptor = (int) open.invokeExact(text, text.byteSize());
      name = terminal && descriptor >= 0 ? text.getString(0) : "";
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
    if (descriptor < 0) {
      String message = "NOT TESTED: the kernel refuses the peer, " + Errno.text(-descriptor);
      System.err.println(message);
      Assumptions.abort(message);
    }
  }

  /// The master of a new pseudo-terminal.
  static Peer terminal() {
    return new Peer(true, new byte[108]);
  }

  /// A datagram socket that receives what is sent to `address`, with a zero byte in front if it is
  /// abstract.
  static Peer datagrams(String address) {
    return new Peer(false, address.getBytes(StandardCharsets.UTF_8));
  }

  /// The slave of the pseudo-terminal.
  Path slave() {
    return Path.of(name);
  }

  /// Waits for bytes.
  byte[] read() {
    MethodHandle read = library.function("peer_read", TRANSFER);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(MAX_BYTES);
      long count = (long) read.invokeExact(descriptor, into, into.byteSize());
      return into.asSlice(0, Math.max(0, count)).toArray(JAVA_BYTE);
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  void write(byte... bytes) {
    MethodHandle write = library.function("peer_write", TRANSFER);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocateFrom(JAVA_BYTE, bytes);
      long count = (long) write.invokeExact(descriptor, from, from.byteSize());
      if (count != bytes.length) {
        throw new AssertionError("wrote " + count);
      }
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public void close() {
    if (descriptor < 0) {
      return;
    }
    try {
      int _ =
          (int)
              library
                  .function("peer_close", FunctionDescriptor.of(JAVA_INT, JAVA_INT))
                  .invokeExact(descriptor);
      descriptor = -1;
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }
}
