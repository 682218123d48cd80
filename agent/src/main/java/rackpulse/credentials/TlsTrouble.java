package rackpulse.credentials;

import java.util.List;
import javax.net.ssl.SSLException;

/// What a failed TLS handshake means for the operator, pure. The broker tells by alerts (RFC 8446,
/// 6.2), of which Java keeps the name in the text.
public final class TlsTrouble {
  private static final String WANTS_CERTIFICATE =
      "the broker wants a client certificate: set mqtt.cert_file and mqtt.key_file";

  private static final String REFUSES_OURS =
      "the broker refuses the certificate in mqtt.cert_file: ";

  private static final String OLD_TLS =
      "the broker speaks neither TLS 1.2 nor TLS 1.3: allow one of them there (older ones are"
          + " broken)";

  private TlsTrouble() {}

  /// A sign in Java's text, and what it says to one who shows a certificate and one who does not.
  private record Meaning(boolean alert, String sign, String shown, String without) {}

  private static final List<Meaning> MEANINGS =
      List.of(
          alert("certificate_required", WANTS_CERTIFICATE),
          alert("unknown_ca", REFUSES_OURS + "it does not know the authority that signed it"),
          alert("certificate_expired", REFUSES_OURS + "expired; renew it"),
          alert("certificate_revoked", REFUSES_OURS + "revoked; renew it"),
          alert("access_denied", REFUSES_OURS + "check the broker's access rules"),
          alert("certificate", REFUSES_OURS + "check that the broker knows its authority"),
          same(true, "protocol_version", OLD_TLS),
          same(false, "not accepted by client preferences", OLD_TLS),
          new Meaning(
              true,
              "handshake_failure",
              "the broker broke off the handshake: check that it knows the authority of"
                  + " mqtt.cert_file, and which ciphers it allows",
              "the broker broke off the handshake: it may want a client certificate (set"
                  + " mqtt.cert_file and mqtt.key_file), or check which ciphers it allows"),
          same(
              false,
              "Unsupported or unrecognized SSL message",
              "no TLS at this port: is it that of plain MQTT? 8883 is usual with TLS"));

  private static Meaning alert(String sign, String shown) {
    return new Meaning(true, sign, shown, WANTS_CERTIFICATE);
  }

  private static Meaning same(boolean alert, String sign, String words) {
    return new Meaning(alert, sign, words, words);
  }

  /// @param access which we had for this handshake
  /// @return empty when Java's own text is the best there is
  public static String words(SSLException failure, Access access) {
    String text = String.valueOf(failure.getMessage());
    boolean alert = text.contains("fatal alert");
    return MEANINGS.stream()
        .filter(meaning -> meaning.alert == alert && text.contains(meaning.sign))
        .map(meaning -> access.chain().isEmpty() ? meaning.without : meaning.shown)
        .findFirst()
        .orElse("");
  }

  /// For a broker that hangs up before it has said anything.
  public static String hint(Access access) {
    return access.tls() == null || !access.chain().isEmpty()
        ? ""
        : "; it may want a client certificate (mqtt.cert_file and mqtt.key_file)";
  }
}
