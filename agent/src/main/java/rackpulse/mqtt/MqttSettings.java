package rackpulse.mqtt;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import rackpulse.credentials.CredentialFiles;

/// How to reach the broker and how patient to be with it.
///
/// @param url `mqtt://host:port` or `mqtts://host:port`
/// @param prefix the first one or two topic levels
/// @param passwordFile file whose first line is the password
/// @param caFile PEM certificates to trust instead of the system's
/// @param certFile PEM client certificate chain, together with `keyFile`
/// @param keyFile PEM private key, PKCS #8
/// @param allowPlain whether `mqtt://` may go beyond loopback
/// @param keepAlive 5 s to 18 h; the broker may shorten it
/// @param sessionExpiry also the delay of the will; 0 s to 1 h
/// @param connectTimeout until CONNACK
/// @param ackTimeout a PUBACK later than this drops the connection
/// @param window most unacknowledged messages, 1 to 16; the broker may lower it
/// @param reconnectFloor first delay before a reconnect
/// @param reconnectCeiling longest delay before a reconnect
/// @param serverReferences `HOST` or `HOST:PORT`: where the broker may send the agent instead
public record MqttSettings(
    URI url,
    String prefix,
    Optional<String> username,
    Optional<Path> passwordFile,
    Optional<Path> caFile,
    Optional<Path> certFile,
    Optional<Path> keyFile,
    boolean allowPlain,
    Duration keepAlive,
    Duration sessionExpiry,
    Duration connectTimeout,
    Duration ackTimeout,
    int window,
    Duration reconnectFloor,
    Duration reconnectCeiling,
    List<String> serverReferences) {
  public MqttSettings {
    serverReferences = List.copyOf(serverReferences);
  }

  /// Where passwords, keys and certificates lie.
  CredentialFiles credentialFiles() {
    return new CredentialFiles(passwordFile, caFile, certFile, keyFile);
  }
}
