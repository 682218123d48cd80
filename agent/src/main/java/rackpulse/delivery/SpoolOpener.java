package rackpulse.delivery;

import java.io.IOException;
import rackpulse.spool.Spool;

/// Opens the spool, wherever it is.
public interface SpoolOpener {
  /// @param nowNanos the monotonic clock
  Spool open(long nowNanos) throws IOException;

  /// How failures of the disk are called there.
  default Words words() {
    return Words.ENGLISH;
  }

  /// How the system calls the troubles of a disk that Java's exceptions tell only in words, which
  /// depend on the language of the process.
  ///
  /// @param full there is no room
  /// @param quota the account may have no more room
  /// @param readOnly nothing may be written
  record Words(String full, String quota, String readOnly) {
    /// Without any language set (strerror(3): ENOSPC, EDQUOT, EROFS).
    static final Words ENGLISH =
        new Words("No space left on device", "Disk quota exceeded", "Read-only file system");
  }
}
