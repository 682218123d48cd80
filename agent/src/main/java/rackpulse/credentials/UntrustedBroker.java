package rackpulse.credentials;

import java.security.cert.CertificateException;

/// Why a broker's certificate is not accepted, and what to do.
public final class UntrustedBroker extends CertificateException {
  private static final long serialVersionUID = 1;

  UntrustedBroker(String text, CertificateException cause) {
    super(text, cause);
  }

  /// For the operator.
  public String text() {
    return String.valueOf(getMessage());
  }
}
