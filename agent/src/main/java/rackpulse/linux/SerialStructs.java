package rackpulse.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/// What linux/serial.h and linux/tty_flags.h say of serial ports, and what poll.h needs for waiting
/// on them.
final class SerialStructs {
  /// `struct serial_rs485`: flags, delays before and after sending in ms, room for the future.
  static final StructLayout RS485 =
      MemoryLayout.structLayout(
              JAVA_INT.withName("flags"),
              JAVA_INT.withName("delay_rts_before_send"),
              JAVA_INT.withName("delay_rts_after_send"),
              MemoryLayout.sequenceLayout(5, JAVA_INT).withName("padding"))
          .withName("serial_rs485");

  static final int SER_RS485_ENABLED = 0x1;
  static final int SER_RS485_RTS_ON_SEND = 0x2;

  /// `struct serial_struct`; only `flags` matters here, the rest goes back as it came.
  static final StructLayout SERIAL =
      MemoryLayout.structLayout(
              MemoryLayout.sequenceLayout(4, JAVA_INT).withName("type_line_port_irq"),
              JAVA_INT.withName("flags"),
              MemoryLayout.sequenceLayout(3, JAVA_INT).withName("fifo_divisor_base"),
              JAVA_SHORT.withName("close_delay"),
              JAVA_BYTE.withName("io_type"),
              JAVA_BYTE.withName("reserved_char"),
              JAVA_INT.withName("hub6"),
              JAVA_SHORT.withName("closing_wait"),
              JAVA_SHORT.withName("closing_wait2"),
              MemoryLayout.paddingLayout(4),
              JAVA_LONG.withName("iomem_base"),
              JAVA_SHORT.withName("iomem_reg_shift"),
              MemoryLayout.paddingLayout(2),
              JAVA_INT.withName("port_high"),
              JAVA_LONG.withName("iomap_base"))
          .withName("serial_struct");

  static final long SERIAL_FLAGS = SERIAL.byteOffset(PathElement.groupElement("flags"));

  /// Hand bytes over at once; USB adapters otherwise hold them back for up to 16 ms.
  static final int ASYNC_LOW_LATENCY = 0x2000;

  /// `struct pollfd`: descriptor, wanted events, events that happened.
  static final StructLayout POLLFD =
      MemoryLayout.structLayout(
              JAVA_INT.withName("fd"),
              JAVA_SHORT.withName("events"),
              JAVA_SHORT.withName("revents"))
          .withName("pollfd");

  static final short POLLIN = 0x1;
  static final short POLLOUT = 0x4;
  static final short POLLERR = 0x8;
  static final short POLLHUP = 0x10;
  static final short POLLNVAL = 0x20;

  /// `struct timespec`: seconds, nanoseconds.
  static final StructLayout TIMESPEC =
      MemoryLayout.structLayout(JAVA_LONG.withName("tv_sec"), JAVA_LONG.withName("tv_nsec"))
          .withName("timespec");

  private SerialStructs() {}
}
