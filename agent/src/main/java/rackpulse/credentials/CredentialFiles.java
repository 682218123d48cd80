package rackpulse.credentials;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Where the operator keeps what the connection to the broker needs.
///
/// @param password file whose first line is the password
/// @param authorities PEM certificates to trust instead of the system's
/// @param certificate PEM client certificate chain, together with `key`
/// @param key PEM private key, PKCS #8
public record CredentialFiles(
    Optional<Path> password,
    Optional<Path> authorities,
    Optional<Path> certificate,
    Optional<Path> key) {
  List<Path> all() {
    return Stream.of(password, authorities, certificate, key).flatMap(Optional::stream).toList();
  }
}
