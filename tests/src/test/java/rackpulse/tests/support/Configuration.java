package rackpulse.tests.support;

import java.nio.file.Path;

/// Text for the agent's configuration file, put together table by table.
public final class Configuration {
  private final StringBuilder text = new StringBuilder();

  /// Names everything `agent`, `test` and `rack`; state goes to `directory`.
  public Configuration(Path directory, String rack, BrokerProcess broker) {
    this(directory, rack, broker.url(), "");
  }

  /// @param more further lines of `[mqtt]`
  public Configuration(Path directory, String rack, String url, String more) {
    table(
        "agent",
        """
        id = "agent"
        site = "test"
        rack = "%s"
        status_file = "%s/status.json"
        state_directory = "%s/state"
        health_every = "1 s"
        """
            .formatted(rack, directory, directory));
    String ceiling = more.contains("reconnect_ceiling") ? "" : "reconnect_ceiling = \"1 s\"\n";
    table("mqtt", "url = \"" + url + "\"\n" + ceiling + more);
  }

  /// Adds a table with its `lines`.
  public Configuration table(String name, String lines) {
    text.append('[').append(name).append("]\n").append(lines.strip()).append("\n\n");
    return this;
  }

  /// A bus over TCP to a slave on loopback.
  public Configuration tcpBus(String name, String kind, int port) {
    return table(
        "bus." + name,
        """
        kind = "%s"
        host = "127.0.0.1"
        port = %d
        timeout = "150 ms"
        """
            .formatted(kind, port));
  }

  /// A serial line at 19200 8E1.
  public Configuration line(String name, Path tty) {
    return table(
        "bus." + name,
        """
        kind = "modbus-rtu"
        device = "%s"
        timeout = "150 ms"
        """
            .formatted(tty));
  }

  /// A Modbus device.
  public Configuration device(String name, String bus, String profile, int unit, String every) {
    return table(
        "device." + name,
        """
        bus = "%s"
        profile = "%s"
        unit = %d
        every = "%s"
        """
            .formatted(bus, profile, unit, every));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
