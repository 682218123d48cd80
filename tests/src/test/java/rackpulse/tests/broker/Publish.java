package rackpulse.tests.broker;

/// A PUBLISH that a client sent.
///
/// @param connection on which it came, counted from 1
/// @param id packet identifier; 0 with QoS 0
/// @param bytes of the whole packet
public record Publish(
    int connection, int id, String topic, String payload, Options options, int bytes) {
  /// @param duplicate whether the client says that it sent this before
  /// @param expirySeconds 0 when it never expires
  /// @param alias 0 when there is none
  public record Options(
      int qos, boolean retained, boolean duplicate, long expirySeconds, int alias) {}

  public int qos() {
    return options.qos;
  }

  public boolean retained() {
    return options.retained;
  }

  /// Whether the topic ends with `suffix`.
  public boolean on(String suffix) {
    return topic.endsWith(suffix);
  }
}
