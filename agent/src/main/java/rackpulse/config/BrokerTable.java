package rackpulse.config;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import rackpulse.mqtt.MqttSettings;
import rackpulse.telemetry.Ids;

/// Reads the table `[mqtt]`.
final class BrokerTable {
  /// Ports of MQTT with and without TLS (IANA).
  private static final Map<String, Integer> PORTS = Map.of("mqtts", 8883, "mqtt", 1883);

  /// One large cloud broker allows seven slashes in a topic; two levels here make six.
  private static final int MAX_PREFIX_LEVELS = 2;

  private final TomlReader table;
  private final Map<String, String> environment;
  private final Problems warnings;

  private BrokerTable(TomlReader table, Map<String, String> environment, Problems warnings) {
    this.table = table;
    this.environment = environment;
    this.warnings = warnings;
  }

  /// @param environment of the process: `CREDENTIALS_DIRECTORY` is where relative secrets are
  static MqttSettings read(TomlReader table, Map<String, String> environment, Problems warnings) {
    return new BrokerTable(table, environment, warnings).read();
  }

  private MqttSettings read() {
    boolean allowPlain = table.flag("allow_plain", false);
    URI url = url(allowPlain);
    Optional<Path> password = secret("password_file");
    if (password.isPresent() && !table.has("username")) {
      table.problem("password_file", "\"password_file\" needs \"username\"");
    }
    Optional<Path> certificate = secret("cert_file");
    Optional<Path> key = secret("key_file");
    if (certificate.isPresent() != key.isPresent()) {
      String given = certificate.isPresent() ? "cert_file" : "key_file";
      table.problem(given, "\"cert_file\" and \"key_file\" need each other");
    }
    Duration floor = table.duration("reconnect_floor", ofSeconds(1), ofMillis(10), ofHours(1));
    Duration ceiling = table.duration("reconnect_ceiling", ofMinutes(2), ofMillis(10), ofHours(1));
    if (floor.compareTo(ceiling) > 0) {
      table.problem("reconnect_floor", "\"reconnect_floor\" is above \"reconnect_ceiling\"");
    }
    return new MqttSettings(
        url,
        prefix(),
        table.string("username"),
        password,
        secret("ca_file"),
        certificate,
        key,
        allowPlain,
        table.duration("keep_alive", ofMinutes(1), ofSeconds(5), ofHours(18)),
        table.duration("session_expiry", ofSeconds(30), ZERO, ofHours(1)),
        table.duration("connect_timeout", ofSeconds(10), ofSeconds(1), ofMinutes(1)),
        table.duration("ack_timeout", ofSeconds(20), ofSeconds(1), ofMinutes(5)),
        (int) table.integer("window", 16, 1, 16),
        floor,
        ceiling,
        references());
  }

  private List<String> references() {
    List<String> references = table.strings("server_references");
    for (String reference : references) {
      URI url = parse("mqtts://" + reference);
      if (!isAddress(url) || url.getRawUserInfo() != null) {
        table.problem(
            "server_references", "\"" + reference + "\" must be written \"HOST\" or \"HOST:PORT\"");
      }
    }
    return references;
  }

  private URI url(boolean allowPlain) {
    String fallback = "mqtt://localhost:1883";
    URI url = parse(table.string("url", fallback));
    Integer usual = url.getScheme() == null ? null : PORTS.get(url.getScheme());
    if (url.getRawUserInfo() != null) {
      table.problem(
          "url",
          "\"url\" must not hold a name or password: they have keys of their own, \"username\" and"
              + " \"password_file\"");
    } else if (usual == null || !isAddress(url)) {
      table.problem(
          "url", "\"url\" must be mqtts://HOST:PORT, or mqtt://HOST:PORT without TLS, and no more");
    } else {
      checkPlain(url.getScheme(), url.getHost(), allowPlain);
      int port = url.getPort() < 0 ? usual : url.getPort();
      return URI.create(url.getScheme() + "://" + url.getHost() + ":" + port);
    }
    return URI.create(fallback);
  }

  private static URI parse(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException malformed) {
      return URI.create("");
    }
  }

  private static boolean isAddress(URI url) {
    boolean more = url.getRawQuery() != null || url.getRawFragment() != null;
    boolean path = url.getRawPath() != null && !Set.of("", "/").contains(url.getRawPath());
    return url.getHost() != null && !more && !path && url.getPort() != 0 && url.getPort() <= 65_535;
  }

  private void checkPlain(String scheme, String host, boolean allowPlain) {
    if (scheme.equals("mqtts")) {
      return;
    }
    if (!isLoopback(host)) {
      String what = "readings and password travel unprotected to " + host;
      if (allowPlain) {
        warnings.add(table.at("url", what + " (allow_plain)"));
      } else {
        table.problem("url", what + ": use mqtts://, or set allow_plain = true");
      }
    }
    for (String key : List.of("ca_file", "cert_file", "key_file")) {
      if (table.has(key)) {
        warnings.add(table.at(key, "\"" + key + "\" has no effect without mqtts://"));
      }
    }
  }

  private static boolean isLoopback(String host) {
    boolean four =
        host.startsWith("127.") && host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    return four || host.equals("[::1]") || host.equalsIgnoreCase("localhost");
  }

  private String prefix() {
    String prefix = table.string("prefix", "dc/v1");
    List<String> levels = Arrays.asList(prefix.split("/", -1));
    if (levels.size() > MAX_PREFIX_LEVELS || !levels.stream().allMatch(Ids::valid)) {
      table.problem(
          "prefix", "\"prefix\" must be one or two names joined by \"/\", each of A-Z a-z 0-9 _ -");
    }
    return prefix;
  }

  /// A file that systemd may have put into the credentials directory.
  private Optional<Path> secret(String key) {
    Optional<Path> path = table.path(key);
    String directory = environment.get("CREDENTIALS_DIRECTORY");
    if (path.isEmpty() || path.get().isAbsolute()) {
      return path;
    }
    if (directory == null) {
      warnings.add(
          table.at(
              key,
              "\""
                  + key
                  + "\" is relative and there is no $CREDENTIALS_DIRECTORY: write an absolute path,"
                  + " or start the agent from a unit with LoadCredential="));
      return path;
    }
    return Optional.of(Path.of(directory).resolve(path.get()));
  }
}
