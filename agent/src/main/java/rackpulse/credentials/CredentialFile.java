package rackpulse.credentials;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Reads one file, bounded; a secret only while nobody else can get at it.
final class CredentialFile {
  /// No password, key or bundle of authorities is larger; the system's bundle has 200 KiB.
  private static final long MAX_BYTES = 4 << 20;

  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private CredentialFile() {}

  static byte[] bytes(Path file) throws CredentialException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        throw new CredentialException(file + ": not a file"); // a device would never end
      }
      if (attributes.size() > MAX_BYTES) {
        throw new CredentialException(file + ": larger than " + MAX_BYTES + " bytes");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new CredentialException(file + ": no such file");
    } catch (AccessDeniedException e) {
      throw new CredentialException(
          file
              + ": this user may not read it; give it to the agent's user with mode 0400, or to its"
              + " group with mode 0440");
    } catch (IOException e) {
      throw new CredentialException(file + ": cannot be read: " + e.getMessage());
    }
  }

  /// The content of a file that nobody else may read. A group may: systemd shows so what an access
  /// list grants, and root:rackpulse 0640 is a good way to keep a key from the agent's own pen.
  static byte[] secret(Path file) throws CredentialException {
    byte[] content = bytes(file);
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    try {
      if (view != null && view.readAttributes().permissions().stream().anyMatch(OTHERS::contains)) {
        throw new CredentialException(
            file + ": every user of this machine can get at it; run: chmod o-rwx " + file);
      }
    } catch (IOException e) {
      throw new CredentialException(file + ": its permissions cannot be read: " + e.getMessage());
    }
    return content;
  }

  static byte[] password(Path file) throws CredentialException {
    String text = new String(secret(file), StandardCharsets.UTF_8);
    String password = text.lines().findFirst().orElse("");
    if (password.isEmpty()) {
      throw new CredentialException(file + ": the first line must be the password, it is empty");
    }
    return password.getBytes(StandardCharsets.UTF_8);
  }

  /// What changes with each change of a file's content, owner or permissions, and when another file
  /// takes its place: the time of change and the inode, by path.
  static Map<Path, String> marks(Iterable<Path> files) {
    Map<Path, String> marks = new TreeMap<>();
    for (Path file : files) {
      try {
        marks.put(file, Files.readAttributes(file, "unix:ctime,ino,size").toString());
      } catch (IOException e) {
        marks.put(file, "unreachable");
      }
    }
    return marks;
  }
}
