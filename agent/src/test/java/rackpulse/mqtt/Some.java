package rackpulse.mqtt;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Settings for tests: the defaults, and what a test changes.
final class Some {
  private final URI url;
  private @Nullable String username;
  private @Nullable Path passwordFile;
  private @Nullable Path caFile;
  private @Nullable Path certFile;
  private @Nullable Path keyFile;
  private boolean allowPlain;
  private Duration connectTimeout = Duration.ofSeconds(10);
  private List<String> serverReferences = List.of();

  private Some(URI url) {
    this.url = url;
  }

  static Some settings(URI url) {
    return new Some(url);
  }

  Some login(String name, Path file) {
    username = name;
    passwordFile = file;
    return this;
  }

  Some trust(Path file) {
    caFile = file;
    return this;
  }

  Some certificate(Path certificate, Path key) {
    certFile = certificate;
    keyFile = key;
    return this;
  }

  Some allowPlain(boolean allowed) {
    allowPlain = allowed;
    return this;
  }

  Some connectTimeout(Duration timeout) {
    connectTimeout = timeout;
    return this;
  }

  Some serverReferences(List<String> references) {
    serverReferences = references;
    return this;
  }

  MqttSettings build() {
    return new MqttSettings(
        url,
        "dc/v1",
        Optional.ofNullable(username),
        Optional.ofNullable(passwordFile),
        Optional.ofNullable(caFile),
        Optional.ofNullable(certFile),
        Optional.ofNullable(keyFile),
        allowPlain,
        Duration.ofSeconds(60),
        Duration.ofSeconds(30),
        connectTimeout,
        Duration.ofSeconds(20),
        16,
        Duration.ofSeconds(1),
        Duration.ofSeconds(120),
        serverReferences);
  }
}
