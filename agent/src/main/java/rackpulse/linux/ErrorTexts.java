package rackpulse.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// What the C library calls errors of a disk, in the language of the process: the words that Java
/// passes on in its exceptions, and the only sign by which these can be told apart.
public final class ErrorTexts {
  /// Longer than any text of any language.
  private static final int MAX_BYTES = 1024;

  private ErrorTexts() {}

  /// The disk is full.
  public static String diskFull() {
    return text(Errno.ENOSPC);
  }

  /// The account may not write more.
  public static String quotaExceeded() {
    return text(Errno.EDQUOT);
  }

  /// The disk may not be written to.
  public static String readOnly() {
    return text(Errno.EROFS);
  }

  private static String text(Errno errno) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(MAX_BYTES);
      Libc.system().strerror(errno.number(), text);
      return text.getString(0, charset());
    }
  }

  /// In which Java decodes such texts.
  private static Charset charset() {
    String name = System.getProperty("sun.jnu.encoding", "");
    return !name.isEmpty() && Charset.isSupported(name)
        ? Charset.forName(name)
        : StandardCharsets.UTF_8;
  }
}
