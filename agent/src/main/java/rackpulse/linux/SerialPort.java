package rackpulse.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.LongSupplier;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.Line;

/// A serial line of the kernel, opened so that no call on it ever waits by itself; waiting is done
/// in slices, between which the thread's interruption is seen.
public final class SerialPort implements Line, AutoCloseable {
  /// fcntl.h, asm-generic: read and write, not as controlling terminal, never block, not for child
  /// processes.
  static final int OPEN_FLAGS = 0x2 | 0x100 | 0x800 | 0x80000;

  /// Longest uninterruptible wait: an interrupted thread is seen within this time.
  static final long SLICE_NANOS = Duration.ofMillis(200).toNanos();

  /// What one native call moves: two frames of the largest size. Longer ones take more calls.
  static final int STAGE_BYTES = 512;

  /// Most bytes thrown away at once, the kernel's own limit for a line's input buffer: a device
  /// that talks without end does not hold the thread.
  static final int MAX_DISCARD = 64 * 1024;

  private static final long EVENTS =
      SerialStructs.POLLFD.byteOffset(PathElement.groupElement("events"));
  private static final long REVENTS =
      SerialStructs.POLLFD.byteOffset(PathElement.groupElement("revents"));
  private static final int GONE =
      SerialStructs.POLLERR | SerialStructs.POLLHUP | SerialStructs.POLLNVAL;

  private final Libc libc;
  private final ModbusRtuSettings settings;
  private final LongSupplier nanoTime;
  private final MemorySegment stage;
  private final ByteBuffer staged;
  private final MemorySegment pollfd;
  private final MemorySegment timespec;
  private int descriptor;

  private SerialPort(Libc libc, int descriptor, ModbusRtuSettings settings, LongSupplier nanoTime) {
    this.libc = libc;
    this.descriptor = descriptor;
    this.settings = settings;
    this.nanoTime = nanoTime;
    // freed with the port: a line may be closed by another thread than the one that opened it
    Arena arena = Arena.ofAuto();
    stage = arena.allocate(STAGE_BYTES);
    staged = stage.asByteBuffer();
    pollfd = arena.allocate(SerialStructs.POLLFD);
    timespec = arena.allocate(SerialStructs.TIMESPEC);
    pollfd.set(JAVA_INT, 0, descriptor);
  }

  /// Opens the line for this process alone and sets it up.
  ///
  /// @throws BusException.Down when that fails or the driver cannot do what the settings ask
  public static SerialPort open(ModbusRtuSettings settings) throws BusException.Down {
    return open(settings, Libc.system(), System::nanoTime);
  }

  static SerialPort open(ModbusRtuSettings settings, Libc libc, LongSupplier nanoTime)
      throws BusException.Down {
    int descriptor = libc.open(settings.device().toString(), OPEN_FLAGS);
    if (descriptor < 0) {
      throw OpenFailure.SERIAL.down(settings.device(), -descriptor);
    }
    try {
      new SerialSetup(libc, descriptor, settings).run();
    } catch (BusException.Down failure) {
      libc.close(descriptor);
      throw failure;
    }
    return new SerialPort(libc, descriptor, settings, nanoTime);
  }

  @Override
  public void write(ByteBuffer frame) throws BusException.Down {
    long deadlineNanos = nanoTime.getAsLong() + allowanceNanos(frame.remaining());
    while (frame.hasRemaining()) {
      int chunk = Math.min(frame.remaining(), STAGE_BYTES);
      staged.clear().put(0, frame, frame.position(), chunk);
      int sent = transferred(libc.write(descriptor, stage, chunk));
      if (sent > 0) {
        frame.position(frame.position() + sent);
      } else if (Thread.currentThread().isInterrupted()) {
        return;
      } else if (deadlineNanos - nanoTime.getAsLong() <= 0) {
        throw new BusException.Down(
            settings.device() + " takes no more bytes: is flow control or the adapter stuck?");
      } else {
        await(SerialStructs.POLLOUT, SLICE_NANOS);
      }
    }
  }

  @Override
  public int read(ByteBuffer into, long deadlineNanos) throws BusException.Down {
    int wanted = Math.min(into.remaining(), STAGE_BYTES);
    if (wanted == 0) {
      return 0;
    }
    while (true) {
      int count = transferred(libc.read(descriptor, stage, wanted));
      if (count > 0) {
        into.put(staged.clear().limit(count));
        return count;
      }
      long leftNanos = deadlineNanos - nanoTime.getAsLong();
      if (leftNanos <= 0 || Thread.currentThread().isInterrupted()) {
        return 0;
      }
      await(SerialStructs.POLLIN, Math.min(leftNanos, SLICE_NANOS));
    }
  }

  @Override
  public int discardInput() throws BusException.Down {
    int discarded = 0;
    while (discarded < MAX_DISCARD) {
      int count = transferred(libc.read(descriptor, stage, STAGE_BYTES));
      if (count == 0) {
        break;
      }
      discarded += count;
    }
    return discarded;
  }

  @Override
  public void close() {
    if (descriptor >= 0) {
      libc.ioctl(descriptor, Ioctl.TIOCNXCL, 0);
      libc.close(descriptor);
      descriptor = -1;
    }
  }

  /// Time for bytes to leave, generously: twice the time on the wire and a second for the driver.
  private long allowanceNanos(int bytes) {
    long bits = (long) bytes * settings.format().bitsPerCharacter();
    return 2 * bits * 1_000_000_000L / settings.baud() + 1_000_000_000L;
  }

  /// What a read or write moved; a line that is not ready moved nothing.
  private int transferred(int result) throws BusException.Down {
    if (result >= 0) {
      return result;
    }
    return switch (Errno.of(-result)) {
      case EAGAIN, EINTR -> 0;
      default -> throw gone(Errno.text(-result));
    };
  }

  private void await(short event, long atMostNanos) throws BusException.Down {
    pollfd.set(JAVA_SHORT, EVENTS, event);
    pollfd.set(JAVA_SHORT, REVENTS, (short) 0);
    timespec.set(JAVA_LONG, 0, 0);
    timespec.set(JAVA_LONG, 8, atMostNanos);
    int result = libc.ppoll(pollfd, timespec);
    if (result < 0 && Errno.of(-result) != Errno.EINTR) {
      throw gone(Errno.text(-result));
    }
    if (result > 0 && (pollfd.get(JAVA_SHORT, REVENTS) & GONE) != 0) {
      throw gone("hang-up");
    }
  }

  private BusException.Down gone(String why) {
    return new BusException.Down(
        "serial line " + settings.device() + " is gone (" + why + "): was the adapter unplugged?");
  }
}
