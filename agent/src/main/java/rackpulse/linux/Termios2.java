package rackpulse.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import rackpulse.bus.BusSettings.Parity;
import rackpulse.bus.BusSettings.SerialFormat;

/// `struct termios2` of asm-generic/termbits.h, the only interface that takes any baud rate:
///
/// ```
/// 0        4        8        12       16     17        36       40       44
/// | c_iflag| c_oflag| c_cflag| c_lflag| line | c_cc 19 | ispeed | ospeed |
/// ```
final class Termios2 {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
              JAVA_INT.withName("c_iflag"),
              JAVA_INT.withName("c_oflag"),
              JAVA_INT.withName("c_cflag"),
              JAVA_INT.withName("c_lflag"),
              JAVA_BYTE.withName("c_line"),
              MemoryLayout.sequenceLayout(19, JAVA_BYTE).withName("c_cc"),
              JAVA_INT.withName("c_ispeed"),
              JAVA_INT.withName("c_ospeed"))
          .withName("termios2");

  static final int IGNBRK = 0x1;
  static final int INPCK = 0x10;
  static final int CSIZE = 0x30;
  static final int CS7 = 0x20;
  static final int CS8 = 0x30;
  static final int CSTOPB = 0x40;
  static final int CREAD = 0x80;
  static final int PARENB = 0x100;
  static final int PARODD = 0x200;
  static final int CLOCAL = 0x800;
  static final int BOTHER = 0x1000;

  private static final int FORMAT = CSIZE | CSTOPB | PARENB | PARODD;
  private static final long IFLAG = offset("c_iflag");
  private static final long CFLAG = offset("c_cflag");
  private static final long ISPEED = offset("c_ispeed");
  private static final long OSPEED = offset("c_ospeed");

  private Termios2() {}

  /// Describes a raw line: no translation, no echo, no signals, no flow control, modem lines
  /// ignored and left alone at close (some converters feed on them), and reads that never wait
  /// (VMIN = VTIME = 0). The input rate follows the output rate.
  ///
  /// Breaks are noise on a line without a talker, so they are dropped. With parity, a damaged
  /// character becomes 00h: its frame keeps its length and fails its checksum.
  static void describe(MemorySegment termios, SerialFormat format, int baud) {
    termios.fill((byte) 0);
    boolean parity = format.parity() != Parity.NONE;
    termios.set(JAVA_INT, IFLAG, parity ? IGNBRK | INPCK : IGNBRK);
    termios.set(JAVA_INT, CFLAG, BOTHER | CREAD | CLOCAL | bits(format));
    termios.set(JAVA_INT, ISPEED, baud);
    termios.set(JAVA_INT, OSPEED, baud);
  }

  /// The output rate, which drivers replace by the one they can make.
  static int baud(MemorySegment termios) {
    return termios.get(JAVA_INT, OSPEED);
  }

  /// Whether the driver kept `format`.
  static boolean has(MemorySegment termios, SerialFormat format) {
    return (termios.get(JAVA_INT, CFLAG) & FORMAT) == bits(format);
  }

  /// The format in force, as people write it, such as `8N1`; drivers fall back to what they can.
  static String format(MemorySegment termios) {
    int bits = termios.get(JAVA_INT, CFLAG);
    int data = 5 + ((bits & CSIZE) >> 4);
    String parity = (bits & PARENB) == 0 ? "N" : (bits & PARODD) == 0 ? "E" : "O";
    return data + parity + ((bits & CSTOPB) == 0 ? 1 : 2);
  }

  private static int bits(SerialFormat format) {
    int bits = format.dataBits() == 7 ? CS7 : CS8;
    if (format.stopBits() == 2) {
      bits |= CSTOPB;
    }
    return switch (format.parity()) {
      case NONE -> bits;
      case EVEN -> bits | PARENB;
      case ODD -> bits | PARENB | PARODD;
    };
  }

  private static long offset(String name) {
    return LAYOUT.byteOffset(PathElement.groupElement(name));
  }
}
