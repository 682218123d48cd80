package rackpulse.mqtt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rackpulse.mqtt.Access.AccessException;

class AccessTest {
  private static final URI URL = URI.create("mqtts://broker");

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"rsa", "ec", "ed25519"})
  void readsCertificateAndKeyOfEveryKind(String kind) throws Exception {
    MqttSettings settings =
        Some.settings(URL)
            .trust(file(directory, "ca.pem"))
            .certificate(
                file(directory, "client-" + kind + ".pem"),
                file(directory, "client-" + kind + ".key"))
            .build();
    Access access = Access.read(settings, true);
    assertTrue(access.expiry().orElseThrow().isAfter(Instant.parse("2120-01-01T00:00:00Z")));
    assertTrue(access.tls() != null);
  }

  @Test
  void readsNoKeysForAPlainConnection() throws Exception {
    MqttSettings settings = Some.settings(URL).trust(directory.resolve("absent")).build();
    Access access = Access.read(settings, false);
    assertNull(access.tls());
    assertNull(access.password());
    assertEquals(Optional.empty(), access.expiry());
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
    Path key = file(directory, "client-ec.key");
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
        withKey("client-ec.pem", file(directory, "server.key")),
        "server.key",
        "not the key of the certificate");
    assertRefused(
        withKey("client-rsa.pem", file(directory, "client-ec.key")),
        "client-ec.key",
        "not a PKCS #8 key of the certificate's kind, RSA");
  }

  @Test
  void namesWhatIsMissingOrDamaged() throws IOException {
    Path absent = directory.resolve("absent");
    Path empty = secret("empty", "");
    assertRefused(withPassword(absent), "absent", "no such file");
    assertRefused(Some.settings(URL).trust(absent).build(), "absent", "no such file");
    assertRefused(Some.settings(URL).trust(empty).build(), "empty", "no certificate in it");
    assertRefused(withKey("client-ec.pem", empty), "empty", "no private key in it");
    Path damaged = secret("damaged", pem("CERTIFICATE", "MAA="));
    assertRefused(Some.settings(URL).trust(damaged).build(), "damaged", "damaged");
    Path noBase64 = secret("damaged", pem("CERTIFICATE", "?"));
    assertRefused(Some.settings(URL).trust(noBase64).build(), "damaged", "not Base64");
  }

  @Test
  void readsChangedFilesAnew() throws Exception {
    Path password = secret("password", "old\n");
    MqttSettings settings = withPassword(password);
    assertArrayEquals("old".getBytes(StandardCharsets.UTF_8), read(settings));
    Files.writeString(password, "new\n");
    assertArrayEquals("new".getBytes(StandardCharsets.UTF_8), read(settings));
  }

  private static byte[] read(MqttSettings settings) throws AccessException {
    return Objects.requireNonNull(Access.read(settings, false).password());
  }

  private static void assertRefused(MqttSettings settings, String file, String words) {
    AccessException e =
        assertThrows(AccessException.class, () -> Access.read(settings, true), words);
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("/" + file + ": "), message);
    assertTrue(message.contains(words), message);
  }

  private MqttSettings withPassword(Path file) {
    return Some.settings(URL).login("user", file).build();
  }

  private MqttSettings withKey(String certificate, Path key) throws IOException {
    return Some.settings(URL).certificate(file(directory, certificate), key).build();
  }

  private static String pem(String label, String base64) {
    return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
  }

  private Path secret(String name, String content) throws IOException {
    return owned(Files.writeString(directory.resolve(name), content));
  }

  /// A copy of a test file that only its owner may read.
  static Path file(Path directory, String name) throws IOException {
    Path copy = directory.resolve(name);
    try (InputStream in = AccessTest.class.getResourceAsStream("/tls/" + name)) {
      Files.write(copy, Objects.requireNonNull(in).readAllBytes());
    }
    return owned(copy);
  }

  private static Path owned(Path file) throws IOException {
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
