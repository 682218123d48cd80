package rackpulse.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/// The memory of one `I2C_RDWR` request: `struct i2c_rdwr_ioctl_data` (linux/i2c-dev.h) with up to
/// two `struct i2c_msg` (linux/i2c.h), between which the adapter sends a repeated start:
///
/// ```
/// 0              8       12          0      2       4     6     8             16
/// | msgs         | nmsgs | pad  |    | addr | flags | len | pad | buf         |
/// ```
final class I2cStructs {
  static final StructLayout RDWR =
      MemoryLayout.structLayout(
              ADDRESS.withName("msgs"), JAVA_INT.withName("nmsgs"), MemoryLayout.paddingLayout(4))
          .withName("i2c_rdwr_ioctl_data");

  static final StructLayout MSG =
      MemoryLayout.structLayout(
              JAVA_SHORT.withName("addr"),
              JAVA_SHORT.withName("flags"),
              JAVA_SHORT.withName("len"),
              MemoryLayout.paddingLayout(2),
              ADDRESS.withName("buf"))
          .withName("i2c_msg");

  static final short I2C_M_RD = 0x0001;

  /// Plain I2C messages, linux/i2c.h.
  static final long I2C_FUNC_I2C = 0x1;

  /// An address without data, linux/i2c.h.
  static final long I2C_FUNC_SMBUS_QUICK = 0x10000;

  /// Most bytes of one message (drivers/i2c/i2c-dev.c).
  static final int MAX_BYTES = 8192;

  private I2cStructs() {}

  /// Memory for `I2C_RDWR`, reused for every transfer.
  static final class Request {
    private final MemorySegment rdwr;
    private final MemorySegment messages;
    private int count;

    Request(Arena arena) {
      rdwr = arena.allocate(RDWR);
      messages = arena.allocate(MSG, 2);
      rdwr.set(ADDRESS, 0, messages);
    }

    void clear() {
      count = 0;
    }

    void add(int address, short flags, MemorySegment buffer, int length) {
      long at = count * MSG.byteSize();
      messages.set(JAVA_SHORT, at, (short) address);
      messages.set(JAVA_SHORT, at + 2, flags);
      messages.set(JAVA_SHORT, at + 4, (short) length);
      messages.set(ADDRESS, at + 8, buffer);
      count++;
    }

    /// How many messages the request has.
    int count() {
      return count;
    }

    MemorySegment segment() {
      rdwr.set(JAVA_INT, 8, count);
      return rdwr;
    }
  }
}
