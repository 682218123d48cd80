package rackpulse.credentials;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"rsa", "ec", "ed25519"})
  void readsCertificateAndKeyOfEveryKind(String kind) throws Exception {
    CredentialFiles files =
        new CredentialFiles(
            Optional.empty(),
            Optional.of(KeyFiles.copy(directory, "ca.pem")),
            Optional.of(KeyFiles.copy(directory, "client-" + kind + ".pem")),
            Optional.of(KeyFiles.copy(directory, "client-" + kind + ".key")));
    Access access = Access.read(files, true);
    Instant expires = access.chain().getFirst().getNotAfter().toInstant();
    assertTrue(expires.isAfter(Instant.parse("2120-01-01T00:00:00Z")));
    assertTrue(access.tls() != null);
  }

  @Test
  void readsNoKeysForAPlainConnection() throws Exception {
    Access access = Access.read(trusting(directory.resolve("absent")), false);
    assertNull(access.tls());
    assertNull(access.password());
    assertEquals(List.of(), access.chain());
  }

  @Test
  void passwordIsTheFirstLineWithoutItsEnd() throws Exception {
    for (String content : new String[] {"gehéim", "gehéim\n", "gehéim\r\nmore\n"}) {
      Access access = Access.read(withPassword(secret("password", content)), false);
      assertArrayEquals("gehéim".getBytes(StandardCharsets.UTF_8), access.password());
    }
  }

  @Test
  void refusesEmptyPassword() throws IOException {
    assertRefused(withPassword(secret("password", "\n")), "password", "it is empty");
  }

  @Test
  void refusesSecretsThatOthersCanReach() throws IOException {
    Path password = secret("password", "geheim\n");
    Path key = KeyFiles.copy(directory, "client-ec.key");
    for (String permissions : new String[] {"rw----r--", "rw-----w-", "rwxrwx--x"}) {
      Files.setPosixFilePermissions(password, PosixFilePermissions.fromString(permissions));
      assertRefused(withPassword(password), "password", "chmod o-rwx " + password);
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(permissions));
      assertRefused(withKey("client-ec.pem", key), "client-ec.key", "chmod o-rwx " + key);
    }
  }

  @Test
  void acceptsSecretsOfAGroup() throws Exception {
    Path password = secret("password", "geheim\n");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r-----"));
    assertTrue(Access.read(withPassword(password), false).password() != null);
  }

  @Test
  void saysHowToConvertAKeyOfAnotherFormat() throws IOException {
    String body = "\nMAA=\n-----END ";
    for (String kind : new String[] {"RSA", "EC", "ENCRYPTED"}) {
      String label = kind + " PRIVATE KEY-----";
      Path key = secret("other.key", "-----BEGIN " + label + body + label + "\n");
      assertRefused(withKey("client-rsa.pem", key), "other.key", "openssl pkcs8 -topk8 -nocrypt");
    }
  }

  @Test
  void refusesTheKeyOfAnotherCertificate() throws IOException {
    assertRefused(
        withKey("client-ec.pem", KeyFiles.copy(directory, "server.key")),
        "server.key",
        "not the key of the certificate");
    assertRefused(
        withKey("client-rsa.pem", KeyFiles.copy(directory, "client-ec.key")),
        "client-ec.key",
        "not a PKCS #8 key of the certificate's kind, RSA");
  }

  @Test
  void namesWhatIsMissingOrDamaged() throws IOException {
    Path absent = directory.resolve("absent");
    Path empty = secret("empty", "");
    assertRefused(withPassword(absent), "absent", "no such file");
    assertRefused(trusting(absent), "absent", "no such file");
    assertRefused(trusting(empty), "empty", "no certificate in it");
    assertRefused(withKey("client-ec.pem", empty), "empty", "no private key in it");
    Path damaged = secret("damaged", pem("CERTIFICATE", "MAA="));
    assertRefused(trusting(damaged), "damaged", "damaged");
    Path cut = secret("cut", pem("CERTIFICATE", "MAA=").substring(0, 40));
    assertRefused(trusting(cut), "cut", "still being written?");
    Path noBase64 = secret("damaged", pem("CERTIFICATE", "?"));
    assertRefused(trusting(noBase64), "damaged", "not Base64");
  }

  @Test
  void readsNoDevice() throws IOException {
    assertRefused(trusting(Path.of("/dev/zero")), "zero", "not a file");
  }

  @Test
  void aDamagedFileIsRefusedAndNothingWorse() throws Exception {
    Random random = new Random(17);
    Path certificate = KeyFiles.copy(directory, "client-ec.pem");
    Path key = KeyFiles.copy(directory, "client-ec.key");
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      Path damaged = i % 2 == 0 ? certificate : key;
      byte[] content = Files.readAllBytes(damaged);
      Files.write(damaged, damage(content, random));
      try {
        Access.read(
            new CredentialFiles(
                Optional.empty(),
                Optional.of(certificate),
                Optional.of(certificate),
                Optional.of(key)),
            true);
      } catch (CredentialException e) {
        refused++;
      }
      Files.write(damaged, content);
    }
    assertTrue(refused > 1_000, refused + " refused");
  }

  /// Changes one byte of the base64 text, or of what it stands for, or cuts it.
  private static byte[] damage(byte[] content, Random random) {
    String text = new String(content, StandardCharsets.US_ASCII);
    int from = text.indexOf('\n') + 1;
    int to = text.indexOf("\n-----END");
    byte[] der = Base64.getMimeDecoder().decode(text.substring(from, to));
    switch (random.nextInt(3)) {
      case 0 -> der[random.nextInt(Math.min(der.length, 60))] ^= (byte) (1 + random.nextInt(255));
      case 1 -> der[random.nextInt(der.length)] ^= (byte) (1 << random.nextInt(8));
      default -> der = Arrays.copyOf(der, random.nextInt(der.length));
    }
    String body = Base64.getEncoder().encodeToString(der);
    return (text.substring(0, from) + body + text.substring(to))
        .getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void readsChangedFilesAnew() throws Exception {
    Path password = secret("password", "old\n");
    CredentialFiles files = withPassword(password);
    assertArrayEquals("old".getBytes(StandardCharsets.UTF_8), read(files));
    Files.writeString(password, "new\n");
    assertArrayEquals("new".getBytes(StandardCharsets.UTF_8), read(files));
  }

  private static byte[] read(CredentialFiles files) throws CredentialException {
    return Objects.requireNonNull(Access.read(files, false).password());
  }

  private static void assertRefused(CredentialFiles files, String file, String words) {
    CredentialException e =
        assertThrows(CredentialException.class, () -> Access.read(files, true), words);
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("/" + file + ": "), message);
    assertTrue(message.contains(words), message);
  }

  private static CredentialFiles withPassword(Path file) {
    return new CredentialFiles(
        Optional.of(file), Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static CredentialFiles trusting(Path file) {
    return new CredentialFiles(
        Optional.empty(), Optional.of(file), Optional.empty(), Optional.empty());
  }

  private CredentialFiles withKey(String certificate, Path key) throws IOException {
    return new CredentialFiles(
        Optional.empty(),
        Optional.empty(),
        Optional.of(KeyFiles.copy(directory, certificate)),
        Optional.of(key));
  }

  private static String pem(String label, String base64) {
    return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
  }

  private Path secret(String name, String content) throws IOException {
    return KeyFiles.owned(Files.writeString(directory.resolve(name), content));
  }
}
