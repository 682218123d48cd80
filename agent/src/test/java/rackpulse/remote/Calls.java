package rackpulse.remote;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import rackpulse.telemetry.Stamp;

/// Calls as an operator's tool makes them.
final class Calls {
  static final String REPLY = "dc/v1/fra1/a12/agent/rc/reply";
  static final Instant NOW = Instant.parse("2026-11-23T18:00:00Z");

  static final RemoteSettings SETTINGS = settings(10);

  private Calls() {}

  /// All but `reload`.
  static RemoteSettings settings(int maxPerMinute) {
    return new RemoteSettings(
        EnumSet.complementOf(EnumSet.of(Command.RELOAD)),
        1024,
        Duration.ofSeconds(30),
        maxPerMinute,
        Optional.empty());
  }

  static Stamp stamp(long nanos) {
    return new Stamp(NOW.plusNanos(nanos), nanos, true);
  }

  /// With a message expiry of ten seconds and a place for the answer.
  static Call of(String payload) {
    return of(payload, REPLY + "/x");
  }

  static Call of(String payload, String topic) {
    return new Call(
        payload.getBytes(StandardCharsets.UTF_8),
        false,
        Optional.of(topic),
        new byte[] {1, 2},
        OptionalLong.of(10));
  }

  static Call withoutExpiry(String payload) {
    Call call = of(payload);
    return new Call(
        call.payload(), false, call.responseTopic(), call.correlation(), OptionalLong.empty());
  }
}
