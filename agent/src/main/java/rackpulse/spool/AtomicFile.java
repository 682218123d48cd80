package rackpulse.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Replaces a small file as a whole: whoever reads it sees the old content or the new, never a mix.
public final class AtomicFile {
  private AtomicFile() {}

  /// Replaces `target` without waiting for the medium: survives the death of the process, not a
  /// power cut. For files that are rewritten all the time. A missing directory is made.
  public static void replace(Path target, byte[] content) throws IOException {
    replace(target, content, false);
  }

  /// Replaces `target` and returns when content and name are on the medium.
  public static void replaceDurably(Path target, byte[] content) throws IOException {
    replace(target, content, true);
  }

  /// Moves a file that cannot be used out of the way, to where an engineer may look at it; the one
  /// set aside before is replaced.
  public static void setAside(Path file) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".damaged");
    Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
  }

  /// The temporary name is fixed, so that killed processes leave at most one such file behind.
  private static void replace(Path target, byte[] content, boolean durably) throws IOException {
    Path parent = target.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Path fresh = target.resolveSibling(target.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      if (durably) {
        channel.force(true);
      }
    }
    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    if (durably && parent != null) {
      // the new name is an entry of the directory, which has to reach the medium of its own
      try (FileChannel entries = FileChannel.open(parent, StandardOpenOption.READ)) {
        entries.force(true);
      }
    }
  }
}
