package rackpulse.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsTroubleTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "certificate_required, wants a client certificate: set mqtt.cert_file",
    "bad_certificate, wants a client certificate: set mqtt.cert_file",
    "handshake_failure, it may want a client certificate",
    "protocol_version, speaks neither TLS 1.2 nor TLS 1.3",
  })
  void namesWhatTheBrokerWantsOfOneWithoutCertificate(String alert, String words) throws Exception {
    assertWords(words, "(" + alert + ") Received fatal alert: " + alert, access(false));
  }

  @ParameterizedTest
  @CsvSource({
    "unknown_ca, does not know the authority that signed it",
    "certificate_expired, expired; renew it",
    "certificate_revoked, revoked; renew it",
    "access_denied, check the broker's access rules",
    "bad_certificate, check that the broker knows its authority",
    "handshake_failure, check that it knows the authority of mqtt.cert_file",
  })
  void namesWhatTheBrokerHasAgainstOurCertificate(String alert, String words) throws Exception {
    assertWords(words, "Received fatal alert: " + alert, access(true));
  }

  @Test
  void knowsAPortWithoutTls() throws Exception {
    assertWords("no TLS at this port", "Unsupported or unrecognized SSL message", access(false));
  }

  @Test
  void leavesOtherTextsAsTheyAre() throws Exception {
    assertEquals("", TlsTrouble.words(new SSLException("our certificate is odd"), access(true)));
  }

  @Test
  void hintsAtACertificateOnlyWhereNoneWasShown() throws Exception {
    assertTrue(TlsTrouble.hint(access(false)).contains("mqtt.cert_file"));
    assertEquals("", TlsTrouble.hint(access(true)));
    assertEquals("", TlsTrouble.hint(new Access(null, null)));
  }

  private static void assertWords(String words, String text, Access access) {
    String said = TlsTrouble.words(new SSLException(text), access);
    assertTrue(said.contains(words), said);
  }

  private Access access(boolean certificate) throws Exception {
    Optional<Path> chain = Optional.of(KeyFiles.copy(directory, "client-ec.pem"));
    Optional<Path> key = Optional.of(KeyFiles.copy(directory, "client-ec.key"));
    return Access.read(
        new CredentialFiles(
            Optional.empty(),
            Optional.of(KeyFiles.copy(directory, "ca.pem")),
            chain.filter(_ -> certificate),
            key.filter(_ -> certificate)),
        true);
  }
}
