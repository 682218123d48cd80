package rackpulse.credentials;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.credentials.Credentials.Change;

class CredentialsTest {
  private static final Instant NOW = Instant.parse("2027-01-23T18:00:00Z");

  @TempDir private Path directory;
  private long nanos;

  @Test
  void aPasswordIsForTheNextConnection() throws Exception {
    Path password = lay("password", "old");
    Credentials credentials = watching(password);
    assertArrayEquals(bytes("old"), credentials.access(NOW).password());
    assertEquals(List.of(Change.NONE, Change.NONE), looks(credentials));
    lay("password", "new");
    assertEquals(List.of(Change.NONE, Change.FOR_NEXT), looks(credentials));
    assertEquals(List.of(Change.NONE, Change.NONE), looks(credentials));
    assertArrayEquals(bytes("new"), credentials.access(NOW).password());
  }

  @Test
  void nothingReadableNowOrEverIsAFailure() throws Exception {
    Credentials credentials = watching(directory.resolve("password"));
    assertThrows(CredentialException.class, () -> credentials.access(NOW));
    assertEquals(List.of(), notes(credentials));
    lay("password", "found");
    assertEquals(List.of(Change.NONE, Change.FOR_NEXT), looks(credentials));
    assertArrayEquals(bytes("found"), credentials.access(NOW).password());
  }

  @Test
  void goesOnWithWhatItHadWhileAFileCannotBeUsed() throws Exception {
    Path password = lay("password", "old");
    Credentials credentials = watching(password);
    credentials.access(NOW);
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r--r--"));
    assertEquals(List.of(Change.NONE, Change.NONE), looks(credentials));
    assertTrue(notes(credentials).getFirst().contains("chmod o-rwx " + password));
    Files.delete(password);
    assertArrayEquals(bytes("old"), credentials.access(NOW).password());
    String note = notes(credentials).getFirst();
    assertEquals(password + ": no such file; what was read before stays in use", note);
    lay("password", "new");
    assertEquals(List.of(Change.NONE, Change.FOR_NEXT), looks(credentials));
    assertEquals(List.of(), notes(credentials));
  }

  @Test
  void aCertificateOutsideItsDatesReplacesNone() throws Exception {
    Path certificate = KeyFiles.copy(directory, "server.pem");
    CredentialFiles files =
        new CredentialFiles(
            Optional.empty(),
            Optional.of(KeyFiles.copy(directory, "ca.pem")),
            Optional.of(certificate),
            Optional.of(KeyFiles.copy(directory, "server.key")));
    Credentials credentials = new Credentials(files, true, () -> nanos);
    List<X509Certificate> good = credentials.access(NOW).chain();
    Files.move(
        KeyFiles.copy(directory, "expired.pem"), certificate, StandardCopyOption.REPLACE_EXISTING);
    assertEquals(List.of(Change.NONE, Change.NONE), looks(credentials));
    assertTrue(notes(credentials).toString().contains("server.pem: valid from "));
    assertEquals(good, credentials.access(NOW).chain());
    Files.move(
        KeyFiles.copy(directory, "wrong-name.pem"),
        certificate,
        StandardCopyOption.REPLACE_EXISTING);
    assertEquals(List.of(Change.NONE, Change.RENEWED), looks(credentials));
    assertEquals(List.of(), notes(credentials));
  }

  @Test
  void looksNoMoreOftenThanItMust() throws Exception {
    Path password = lay("password", "old");
    Credentials credentials = watching(password);
    credentials.access(NOW);
    lay("password", "new");
    looks(credentials);
    lay("password", "newer");
    assertEquals(Change.NONE, credentials.look(NOW)); // not yet time
    assertEquals(Credentials.BETWEEN_LOOKS.toNanos(), credentials.nanosLeft());
    Credentials none = new Credentials(files(Optional.empty()), false, () -> 0);
    assertEquals(Long.MAX_VALUE, none.nanosLeft());
  }

  @Test
  void judgesABrokerByWhatItReadLast() throws Exception {
    Path authorities = KeyFiles.copy(directory, "ca.pem");
    CredentialFiles files =
        new CredentialFiles(
            Optional.empty(), Optional.of(authorities), Optional.empty(), Optional.empty());
    Credentials credentials = new Credentials(files, true, () -> nanos);
    credentials.access(NOW);
    List<X509Certificate> broker = Pem.certificates(KeyFiles.copy(directory, "server.pem"));
    assertTrue(credentials.accepts(broker));
    Files.copy(
        KeyFiles.copy(directory, "self-signed.pem"),
        authorities,
        StandardCopyOption.REPLACE_EXISTING);
    assertEquals(List.of(Change.NONE, Change.RENEWED), looks(credentials));
    assertTrue(!credentials.accepts(broker));
    assertTrue(notes(credentials).getFirst().startsWith("the next connection to this broker"));
    credentials.accepted(broker);
    assertEquals(List.of(), notes(credentials));
    assertEquals("[broker]", credentials.expiry().keySet().toString());
  }

  /// Two looks, as far apart as they are.
  private List<Change> looks(Credentials credentials) {
    nanos += Credentials.BETWEEN_LOOKS.toNanos();
    Change first = credentials.look(NOW);
    nanos += Credentials.BETWEEN_LOOKS.toNanos();
    return List.of(first, credentials.look(NOW));
  }

  private static List<String> notes(Credentials credentials) {
    return credentials.notes(NOW);
  }

  private Credentials watching(Path password) {
    return new Credentials(files(Optional.of(password)), false, () -> nanos);
  }

  private static CredentialFiles files(Optional<Path> password) {
    return new CredentialFiles(password, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /// A file that takes the place of another, as editors and installers do it.
  private Path lay(String name, String content) throws IOException {
    Path written = Files.writeString(directory.resolve(name + ".new"), content + "\n");
    return Files.move(
        KeyFiles.owned(written), directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
