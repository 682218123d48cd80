package rackpulse.credentials;

/// What is wrong with a file of secrets or certificates, and what to do; never its content.
public final class CredentialException extends Exception {
  private static final long serialVersionUID = 1;

  CredentialException(String message) {
    super(message);
  }

  /// For the operator.
  public String text() {
    return String.valueOf(getMessage());
  }
}
