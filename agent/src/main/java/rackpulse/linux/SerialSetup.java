package rackpulse.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.tinylog.Logger;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings.ModbusRtuSettings;

/// Brings an open serial line into the state that its settings ask for, and checks that the driver
/// went along.
final class SerialSetup {
  /// UARTs sample in the middle of a bit; the end of a character of 11 bits is then at most a
  /// quarter of a bit off.
  private static final double BAUD_TOLERANCE = 0.02;

  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;

  /// Both queues, asm-generic/termbits-common.h.
  private static final int TCIOFLUSH = 2;

  private final Libc libc;
  private final int descriptor;
  private final ModbusRtuSettings settings;

  SerialSetup(Libc libc, int descriptor, ModbusRtuSettings settings) {
    this.libc = libc;
    this.descriptor = descriptor;
    this.settings = settings;
  }

  void run() throws BusException.Down {
    try (Arena arena = Arena.ofConfined()) {
      claim();
      configure(arena.allocate(Termios2.LAYOUT));
      if (settings.rs485()) {
        switchTransmitterByRts(arena.allocate(SerialStructs.RS485));
      }
      lowerLatency(arena.allocate(SerialStructs.SERIAL));
      libc.ioctl(descriptor, Ioctl.TCFLSH, TCIOFLUSH);
    }
  }

  /// Two masters on one line make wrong answers. The lock also stops root, whom TIOCEXCL lets pass,
  /// and ends with the process; TIOCEXCL also stops programs that do not ask for the lock.
  private void claim() throws BusException.Down {
    if (libc.flock(descriptor, LOCK_EX | LOCK_NB) == -Errno.EAGAIN.number()) {
      throw new BusException.Down(
          settings.device() + " is in use: another program holds the line (is the agent running?)");
    }
    libc.ioctl(descriptor, Ioctl.TIOCEXCL, 0);
  }

  private void configure(MemorySegment termios) throws BusException.Down {
    check(libc.ioctl(descriptor, Ioctl.TCGETS2, termios), "read");
    Termios2.describe(termios, settings.format(), settings.baud());
    check(libc.ioctl(descriptor, Ioctl.TCSETS2, termios), "change");
    check(libc.ioctl(descriptor, Ioctl.TCGETS2, termios), "read back");
    int baud = Termios2.baud(termios);
    if (Math.abs(baud - settings.baud()) > settings.baud() * BAUD_TOLERANCE) {
      throw new BusException.Down(
          settings.device()
              + " cannot run at "
              + settings.baud()
              + " baud: its driver chose "
              + baud);
    }
    if (!Termios2.has(termios, settings.format())) {
      acceptOnlyFromPseudoTerminal(Termios2.format(termios));
    }
  }

  /// A pseudo-terminal moves bytes, not characters with parity: its driver always says 8 bits
  /// without parity (drivers/tty/pty.c), and nothing is lost.
  private void acceptOnlyFromPseudoTerminal(String format) throws BusException.Down {
    String wanted = " cannot send " + settings.format() + ", its driver chose " + format;
    if (!isPseudoTerminal(settings.device())) {
      throw new BusException.Down(settings.device() + wanted);
    }
    Logger.info("{}{}: a pseudo-terminal, tolerated", settings.device(), wanted);
  }

  private static boolean isPseudoTerminal(Path device) {
    try {
      return device.toRealPath().startsWith("/dev/pts");
    } catch (IOException gone) {
      return false;
    }
  }

  private void switchTransmitterByRts(MemorySegment rs485) {
    int wanted = SerialStructs.SER_RS485_ENABLED | SerialStructs.SER_RS485_RTS_ON_SEND;
    rs485.set(JAVA_INT, 0, wanted);
    int result = libc.ioctl(descriptor, Ioctl.TIOCSRS485, rs485);
    boolean enabled = (rs485.get(JAVA_INT, 0) & SerialStructs.SER_RS485_ENABLED) != 0;
    if (result < 0 || !enabled) {
      Logger.info(
          "{}: its driver cannot switch an RS-485 transmitter ({}); relying on the adapter",
          settings.device(),
          result < 0 ? Errno.text(-result) : "it declined");
    }
  }

  private void lowerLatency(MemorySegment serial) {
    int result = libc.ioctl(descriptor, Ioctl.TIOCGSERIAL, serial);
    if (result >= 0) {
      int flags = serial.get(JAVA_INT, SerialStructs.SERIAL_FLAGS);
      serial.set(JAVA_INT, SerialStructs.SERIAL_FLAGS, flags | SerialStructs.ASYNC_LOW_LATENCY);
      result = libc.ioctl(descriptor, Ioctl.TIOCSSERIAL, serial);
    }
    if (result < 0) {
      Logger.debug("{}: no low latency mode ({})", settings.device(), Errno.text(-result));
    }
  }

  private void check(int result, String action) throws BusException.Down {
    if (result >= 0) {
      return;
    }
    String remedy =
        switch (Errno.of(-result)) {
          case ENOTTY -> ": it is not a serial line";
          case EIO, ENXIO, ENODEV -> ": is there a port behind this file?";
          default -> "";
        };
    throw new BusException.Down(
        "cannot "
            + action
            + " the settings of "
            + settings.device()
            + " ("
            + Errno.text(-result)
            + ")"
            + remedy);
  }
}
