package rackpulse.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import rackpulse.bus.BusException;
import rackpulse.bus.WireCounters;

/// A C library that does nothing but remember what it was asked and answer as it was told; see
/// `fake_libc.c`. There is one, so it starts empty with every instance.
public final class FakeLibc {
  private static final int JOURNAL_BYTES = 65536;

  private final NativeLibrary library = NativeLibrary.of("fake_libc");
  private final MethodHandle answer =
      library.function(
          "fake_answer",
          FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private final MethodHandle journal =
      library.function("fake_journal", FunctionDescriptor.of(ADDRESS));

  public FakeLibc() {
    try {
      library.function("fake_reset", FunctionDescriptor.ofVoid()).invokeExact();
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  Libc libc() {
    return new Libc(library.lookup());
  }

  /// An adapter on this library, for tests of other packages.
  public I2cAdapter adapter(Path device, WireCounters counters) throws BusException.Down {
    return I2cAdapter.open(device, counters, libc());
  }

  /// The next time that `call` is made, it succeeds with `result` and hands out `bytes`.
  ///
  /// @param call a function's name; for ioctl the request follows, such as `ioctl 707`
  /// @param hex bytes that the call fills in
  public void answers(String call, long result, String hex) {
    tell(call, result, 0, HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  /// The next time that `call` is made, it fails.
  public void fails(String call, int errno) {
    tell(call, -1, errno, new byte[0]);
  }

  void fails(String call, Errno errno) {
    fails(call, errno.number());
  }

  /// All calls so far, one a line.
  @SuppressWarnings("restricted")
  public List<String> calls() {
    try {
      MemorySegment text = (MemorySegment) journal.invokeExact();
      return text.reinterpret(JOURNAL_BYTES).getString(0).lines().toList();
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  /// The calls that begin with `prefix`.
  public List<String> calls(String prefix) {
    return calls().stream().filter(call -> call.startsWith(prefix)).toList();
  }

  private void tell(String call, long result, int errno, byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(call);
      MemorySegment data = arena.allocateFrom(JAVA_BYTE, bytes);
      answer.invokeExact(name, result, errno, data, (long) bytes.length);
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }
}
