package rackpulse.remote;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// What may be asked over MQTT.
///
/// @param allow none by default
/// @param maxBytes of a request
/// @param maxAge of a request
/// @param maxPerMinute requests of any kind, the refused ones included; 1 to 600
/// @param responsePrefix where answers may go, one or more topic levels; a place of the agent's own
///   when empty
public record RemoteSettings(
    Set<Command> allow,
    int maxBytes,
    Duration maxAge,
    int maxPerMinute,
    Optional<String> responsePrefix) {
  public RemoteSettings {
    allow = Set.copyOf(allow);
  }
}
