package rackpulse.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Numbers and layouts against the table for both machines, and against the headers of this one.
class KernelFactsTest {
  /// From the generic headers, which x86-64 and aarch64 share for all of these: `asm/termbits.h`,
  /// `asm/ioctls.h` and `asm/errno.h` only include their asm-generic counterparts on both.
  private static final String X86_64_AND_AARCH64 =
      """
      TCGETS2 802c542a
      TCSETS2 402c542b
      TCFLSH 540b
      TIOCEXCL 540c
      TIOCNXCL 540d
      TIOCGSERIAL 541e
      TIOCSSERIAL 541f
      TIOCSRS485 542f
      I2C_RETRIES 701
      I2C_TIMEOUT 702
      I2C_FUNCS 705
      I2C_RDWR 707
      """;

  /// `asm-generic/errno-base.h` and `asm-generic/errno.h`, which both machines take as they are.
  private static final String ERRNO_ON_BOTH =
      """
      EPERM 1 ENOENT 2 EINTR 4 EIO 5
      ENXIO 6 EBADF 9 EAGAIN 11 ENOMEM 12
      EACCES 13 EBUSY 16 ENODEV 19 EINVAL 22
      ENFILE 23 EMFILE 24 ENOTTY 25
      ENOSPC 28 EROFS 30 EPIPE 32
      EPROTO 71 EBADMSG 74 EMSGSIZE 90 EOPNOTSUPP 95
      ENOBUFS 105 ESHUTDOWN 108 ETIMEDOUT 110 ECONNREFUSED 111
      EREMOTEIO 121 EDQUOT 122
      """;

  /// From `asm-generic/fcntl.h`: arm64 has numbers of its own only for O_DIRECTORY, O_NOFOLLOW,
  /// O_DIRECT and O_LARGEFILE, none of which is used.
  private static final int O_RDWR = 02;

  private static final int O_NOCTTY = 0400;
  private static final int O_NONBLOCK = 04000;
  private static final int O_CLOEXEC = 02000000;

  private static final Map<StructLayout, String> SIZES_ON_64_BITS =
      Map.of(
          Termios2.LAYOUT, "termios2 44",
          SerialStructs.RS485, "serial_rs485 32",
          SerialStructs.SERIAL, "serial_struct 72",
          SerialStructs.POLLFD, "pollfd 8",
          SerialStructs.TIMESPEC, "timespec 16",
          I2cStructs.RDWR, "i2c_rdwr_ioctl_data 16",
          I2cStructs.MSG, "i2c_msg 16",
          KernelClock.TIMEX, "timex 208");

  @Test
  void requestsAreThoseOfBothMachines() {
    StringBuilder requests = new StringBuilder();
    for (Ioctl request : Ioctl.values()) {
      requests.append(request).append(' ').append(Long.toHexString(request.number())).append('\n');
    }
    assertEquals(X86_64_AND_AARCH64, requests.toString());
  }

  @Test
  void errorNumbersAreThoseOfBothMachines() {
    StringJoiner numbers = new StringJoiner(" ");
    for (Errno errno : Errno.values()) {
      if (errno != Errno.OTHER) {
        numbers.add(errno + " " + errno.number());
      }
    }
    assertEquals(ERRNO_ON_BOTH.strip().replace('\n', ' '), numbers.toString());
  }

  @Test
  void flagsOfOpenAreThoseOfBothMachines() {
    assertEquals(O_RDWR | O_CLOEXEC, I2cAdapter.OPEN_FLAGS);
    assertEquals(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, SerialPort.OPEN_FLAGS);
  }

  @Test
  void structuresHaveTheSizesOf64Bits() {
    SIZES_ON_64_BITS.forEach((layout, expected) ->
        assertEquals(expected, layout.name().orElseThrow() + " " + layout.byteSize()));
  }

  @Test
  void everythingAgreesWithTheHeadersOfThisMachine() {
    Map<String, Long> kernel = kernelFacts();
    Map<String, Long> ours = new LinkedHashMap<>();
    Map<String, Long> agreed = new LinkedHashMap<>();
    for (Map.Entry<String, Long> fact : ourFacts().entrySet()) {
      if (kernel.containsKey(fact.getKey())) {
        ours.put(fact.getKey(), fact.getValue());
        agreed.put(fact.getKey(), kernel.get(fact.getKey()));
      }
    }
    assertEquals(agreed, ours);
    kernel.keySet().removeAll(ours.keySet());
    assertEquals(Map.of(), kernel, "facts that nothing of ours was compared with");
  }

  private static Map<String, Long> ourFacts() {
    Map<String, Long> facts = flags();
    for (Ioctl request : Ioctl.values()) {
      facts.put(request.name(), request.number());
    }
    for (Errno errno : Errno.values()) {
      facts.put(errno.name(), (long) errno.number());
    }
    for (StructLayout layout : SIZES_ON_64_BITS.keySet()) {
      String name = layout.name().orElseThrow();
      facts.put("sizeof " + name, layout.byteSize());
      layout.memberLayouts().stream()
          .flatMap(member -> member.name().stream())
          .forEach(member ->
              facts.put(name + "." + member, layout.byteOffset(PathElement.groupElement(member))));
    }
    return facts;
  }

  private static Map<String, Long> flags() {
    Map<String, Long> facts = new TreeMap<>();
    facts.put("IGNBRK", (long) Termios2.IGNBRK);
    facts.put("INPCK", (long) Termios2.INPCK);
    facts.put("CSIZE", (long) Termios2.CSIZE);
    facts.put("CS7", (long) Termios2.CS7);
    facts.put("CS8", (long) Termios2.CS8);
    facts.put("CSTOPB", (long) Termios2.CSTOPB);
    facts.put("CREAD", (long) Termios2.CREAD);
    facts.put("PARENB", (long) Termios2.PARENB);
    facts.put("PARODD", (long) Termios2.PARODD);
    facts.put("CLOCAL", (long) Termios2.CLOCAL);
    facts.put("BOTHER", (long) Termios2.BOTHER);
    facts.put("SER_RS485_ENABLED", (long) SerialStructs.SER_RS485_ENABLED);
    facts.put("SER_RS485_RTS_ON_SEND", (long) SerialStructs.SER_RS485_RTS_ON_SEND);
    facts.put("ASYNC_LOW_LATENCY", (long) SerialStructs.ASYNC_LOW_LATENCY);
    facts.put("POLLIN", (long) SerialStructs.POLLIN);
    facts.put("POLLOUT", (long) SerialStructs.POLLOUT);
    facts.put("POLLERR", (long) SerialStructs.POLLERR);
    facts.put("POLLHUP", (long) SerialStructs.POLLHUP);
    facts.put("POLLNVAL", (long) SerialStructs.POLLNVAL);
    facts.put("I2C_M_RD", (long) I2cStructs.I2C_M_RD);
    facts.put("I2C_FUNC_I2C", I2cStructs.I2C_FUNC_I2C);
    facts.put("I2C_FUNC_SMBUS_QUICK", I2cStructs.I2C_FUNC_SMBUS_QUICK);
    facts.put("STA_UNSYNC", (long) KernelClock.STA_UNSYNC);
    facts.put("TIME_ERROR", (long) KernelClock.TIME_ERROR);
    return facts;
  }

  @SuppressWarnings("restricted")
  private static Map<String, Long> kernelFacts() {
    NativeLibrary library = NativeLibrary.of("kernel_facts");
    Map<String, Long> facts = new TreeMap<>();
    try {
      MemorySegment text =
          (MemorySegment)
              library.function("kernel_facts", FunctionDescriptor.of(ADDRESS)).invokeExact();
      for (String line : text.reinterpret(8192).getString(0).lines().toList()) {
        int equals = line.indexOf('=');
        facts.put(line.substring(0, equals), Long.valueOf(line.substring(equals + 1)));
      }
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
    return facts;
  }
}
