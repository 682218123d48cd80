package rackpulse.mqtt;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A broker's address.
///
/// @param tls whether the connection is encrypted
/// @param host a name, or an address without brackets
public record Endpoint(boolean tls, String host, int port) {
  private static final int PLAIN_PORT = 1883;
  private static final int TLS_PORT = 8883;
  private static final int MAX_PORT = 65_535;

  /// The address in `url`.
  ///
  /// @throws IllegalArgumentException what is wrong with it and what it should be
  public static Endpoint of(URI url) {
    boolean tls = "mqtts".equals(url.getScheme());
    if (!tls && !"mqtt".equals(url.getScheme())) {
      throw new IllegalArgumentException(
          "the broker's URL must begin with mqtts:// or mqtt://, got " + url.getScheme() + "://");
    }
    if (url.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "no user or password in the broker's URL: use username and password_file");
    }
    String path = url.getRawPath() == null ? "" : url.getRawPath();
    if (url.getHost() == null
        || url.getRawQuery() != null
        || url.getRawFragment() != null
        || !(path.isEmpty() || path.equals("/"))) {
      throw new IllegalArgumentException(
          "the broker's URL must have the form mqtts://HOST:PORT, got " + url);
    }
    if (url.getPort() == 0 || url.getPort() > MAX_PORT) {
      throw new IllegalArgumentException("not a TCP port: " + url.getPort());
    }
    int port = url.getPort() > 0 ? url.getPort() : tls ? TLS_PORT : PLAIN_PORT;
    return new Endpoint(tls, withoutBrackets(url.getHost()), port);
  }

  /// Whether passwords and readings would leave this host in the clear.
  public boolean isPlainBeyondLoopback() {
    return !tls && !host.equalsIgnoreCase("localhost") && !isLoopback(literal(host));
  }

  /// Whether the host is an address, for which TLS has no server name.
  boolean isAddress() {
    return literal(host) != null;
  }

  /// The first of the broker's `references` (MQTT 5.0, 4.11: separated by spaces) that the operator
  /// allows; encryption stays as it is.
  Optional<Endpoint> elsewhere(String references, List<String> allowed) {
    for (String reference : references.split(" ", -1)) {
      Optional<Endpoint> other = reference.isEmpty() ? Optional.empty() : parse(reference);
      if (other.isPresent() && allowed.stream().anyMatch(other.get()::isMeantBy)) {
        return other;
      }
    }
    return Optional.empty();
  }

  private Optional<Endpoint> parse(String reference) {
    try {
      return Optional.of(of(URI.create((tls ? "mqtts://" : "mqtt://") + reference)));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // the broker's text: not a place to go to
    }
  }

  /// Whether the operator's `HOST` or `HOST:PORT` is this.
  private boolean isMeantBy(String allowed) {
    return allowed.equalsIgnoreCase(host)
        || parse(allowed).filter(other -> other.port == port && sameHost(other)).isPresent();
  }

  private boolean sameHost(Endpoint other) {
    return other.host.equalsIgnoreCase(host);
  }

  private static String withoutBrackets(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static boolean isLoopback(@Nullable InetAddress address) {
    return address != null && address.isLoopbackAddress();
  }

  /// The address that `host` is, without asking anybody; null for a name.
  private static @Nullable InetAddress literal(String host) {
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /// The URL without default.
  @Override
  public String toString() {
    String shown = host.indexOf(':') < 0 ? host : '[' + host + ']';
    return (tls ? "mqtts://" : "mqtt://") + shown + ':' + port;
  }
}
