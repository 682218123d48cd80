package rackpulse.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.tinylog.Logger;
import rackpulse.bus.BusException;
import rackpulse.bus.WireCounters;

/// An I2C adapter of the kernel: one descriptor and one lock for the whole bus.
public final class I2cAdapter implements AutoCloseable {
  /// fcntl.h, asm-generic: read and write, not for child processes.
  static final int OPEN_FLAGS = 0x2 | 0x80000;

  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;

  /// The kernel waits a second by default, during which nothing can be stopped; no chip here
  /// stretches the clock by more than the 35 ms of SMBus. In units of 10 ms.
  private static final int TIMEOUT_TENS_OF_MILLIS = 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Path device;
  private final WireCounters counters;
  private final Libc libc;
  private final I2cStructs.Request request;
  private final MemorySegment written;
  private final MemorySegment received;
  private int descriptor;

  /// What the adapter can do; 0 until it was asked, which happens before the first transfer.
  private long functions;

  private I2cAdapter(Path device, WireCounters counters, Libc libc) {
    this.device = device;
    this.counters = counters;
    this.libc = libc;
    // freed with the adapter: it may be closed by another thread than the one that opened it
    Arena arena = Arena.ofAuto();
    request = new I2cStructs.Request(arena);
    written = arena.allocate(I2cStructs.MAX_BYTES);
    received = arena.allocate(I2cStructs.MAX_BYTES);
  }

  /// Opens the adapter. Whether it is one shows at the first transfer.
  ///
  /// @param device such as `/dev/i2c-1`
  /// @param counters receives what transfers show of the wire
  /// @throws BusException.Down when it cannot be opened
  public static I2cAdapter open(Path device, WireCounters counters) throws BusException.Down {
    return open(device, counters, Libc.system());
  }

  static I2cAdapter open(Path device, WireCounters counters, Libc libc) throws BusException.Down {
    I2cAdapter adapter = new I2cAdapter(device, counters, libc);
    adapter.descriptor = adapter.openDevice();
    return adapter;
  }

  /// Writes, then reads, joined by a repeated start; as [rackpulse.bus.I2cBus#transfer].
  public void transfer(int address, byte[] write, byte[] read) throws BusException {
    if (address < 0x08 || address > 0x77) {
      throw new IllegalArgumentException("not a 7-bit device address: " + address);
    }
    lock.lock();
    try {
      ready();
      if (write.length == 0 && read.length == 0) {
        probe(address);
      } else {
        exchange(address, write, read);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Runs `action` while no other thread uses the bus.
  public <R> R exclusively(Callable<R> action) throws Exception {
    lock.lock();
    try {
      return action.call();
    } finally {
      lock.unlock();
    }
  }

  /// Closes the descriptor and opens the device again.
  ///
  /// @throws BusException.Down when it cannot be opened; the adapter can be tried again later
  public void reopen() throws BusException.Down {
    lock.lock();
    try {
      close();
      descriptor = openDevice();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (descriptor >= 0) {
        libc.close(descriptor);
        descriptor = -1;
        functions = 0;
      }
    } finally {
      lock.unlock();
    }
  }

  private int openDevice() throws BusException.Down {
    int opened = libc.open(device.toString(), OPEN_FLAGS);
    if (opened < 0) {
      throw OpenFailure.I2C.down(device, -opened);
    }
    return opened;
  }

  private void exchange(int address, byte[] write, byte[] read) throws BusException {
    request.clear();
    if (write.length > 0) {
      MemorySegment.copy(write, 0, written, JAVA_BYTE, 0, write.length);
      request.add(address, (short) 0, written, write.length);
    }
    if (read.length > 0) {
      request.add(address, I2cStructs.I2C_M_RD, received, read.length);
    }
    execute(address);
    MemorySegment.copy(received, JAVA_BYTE, 0, read, 0, read.length);
  }

  /// Addresses a chip without disturbing it: an empty write, or one byte read where an empty write
  /// could change a memory chip (30h to 37h, 50h to 5Fh) or the adapter cannot send one; the same
  /// choice as i2cdetect makes.
  private void probe(int address) throws BusException {
    boolean memory = address >= 0x30 && address <= 0x37 || address >= 0x50 && address <= 0x5F;
    request.clear();
    if (memory || (functions & I2cStructs.I2C_FUNC_SMBUS_QUICK) == 0) {
      request.add(address, I2cStructs.I2C_M_RD, received, 1);
    } else {
      request.add(address, (short) 0, written, 0);
    }
    execute(address);
  }

  private void execute(int address) throws BusException {
    int result = libc.ioctl(descriptor, Ioctl.I2C_RDWR, request.segment());
    if (result < 0) {
      throw I2cFailure.of(device, address, -result, counters);
    }
    if (result != request.count()) {
      throw new BusException.Corrupt(
          device + " ended a transfer with 0x" + Integer.toHexString(address) + " half way",
          new byte[0]);
    }
  }

  /// Prepares a newly opened descriptor.
  private void ready() throws BusException.Down {
    if (functions != 0) {
      return;
    }
    MemorySegment answer = received.asSlice(0, JAVA_LONG.byteSize());
    int result = libc.ioctl(descriptor, Ioctl.I2C_FUNCS, answer);
    if (result < 0) {
      String what = Errno.of(-result) == Errno.ENOTTY ? " is not an I2C adapter (" : " is gone (";
      throw new BusException.Down(device + what + Errno.text(-result) + ")");
    }
    long offered = answer.get(JAVA_LONG, 0);
    if ((offered & I2cStructs.I2C_FUNC_I2C) == 0) {
      throw new BusException.Down(
          device + " only knows SMBus commands: use an adapter with plain I2C transfers");
    }
    claim();
    limitWaiting();
    functions = offered;
  }

  /// Two programs that switch the same multiplexer, or move the register pointer of the same chip,
  /// read each other's values without any error.
  private void claim() throws BusException.Down {
    if (libc.flock(descriptor, LOCK_EX | LOCK_NB) == -Errno.EAGAIN.number()) {
      throw new BusException.Down(
          device + " is in use: another program holds the bus (is the agent running?)");
    }
  }

  /// The adapter shall neither wait long nor repeat: both belong to the recovery, where they are
  /// seen and counted.
  private void limitWaiting() {
    int waiting = libc.ioctl(descriptor, Ioctl.I2C_TIMEOUT, TIMEOUT_TENS_OF_MILLIS);
    int repeating = libc.ioctl(descriptor, Ioctl.I2C_RETRIES, 0);
    if (waiting < 0 || repeating < 0) {
      Logger.debug("{}: keeps its own time-out and repetitions", device);
    }
  }
}
