package rackpulse.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import rackpulse.remote.Verdict.Granted;
import rackpulse.remote.Verdict.Reason;
import rackpulse.remote.Verdict.Refused;
import rackpulse.telemetry.Ids;
import rackpulse.telemetry.Stamp;

/// Whatever comes in on the topic of commands, a verdict goes out, never an exception.
class RequestFuzzTest {
  /// A million, the same ones first, with `-Dfuzz.rounds=1000000`: some ten seconds.
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 400_000);

  private static final long SEED = 20_261_124;

  private static final List<String> GOOD =
      List.of(
          "{\"command\":\"read\",\"device\":\"pdu-a\",\"ts\":\"2026-11-23T18:00:00Z\"}",
          "{\"command\":\"rescan\",\"bus\":\"front\"}",
          "{\"command\":\"retrain\",\"device\":\"inlet\",\"channel\":\"temperature\"}",
          "{\"command\":\"dump-recorder\"}",
          "{\"command\":\"reload\"}",
          "{\"command\":\"identify\"}");

  /// What breaks readers of JSON, names and times.
  private static final List<String> PIECES =
      List.of(
          "\"command\":\"read\",",
          "\"device\":\"a\",",
          "\"ts\":\"+999999999-12-31T23:59:60Z\",",
          "\"ts\":\"2026-02-30T00:00:00Z\",",
          "\"ts\":\"-999999999-01-01T00:00:00+18:00\"",
          "null",
          "{",
          "}",
          "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
          "]",
          "\"",
          "\\u0000",
          "\\uD800",
          "\\",
          "1e999999999",
          "-0",
          "123456789012345678901234567890",
          "9".repeat(1100),
          "/*",
          "//",
          "NaN",
          "\u0000",
          "\uFEFF",
          "\uD83D\uDE00",
          "../../etc/passwd",
          "$(reboot)",
          ",",
          ":");

  private static final List<String> TOPICS =
      List.of(
          Calls.REPLY + "/x",
          Calls.REPLY,
          Calls.REPLY + "/#",
          Calls.REPLY + "/\u0000",
          "dc/v1/fra1/a12/pdu-a/readings",
          "",
          "$share/x",
          "\uD800",
          "+".repeat(70_000));

  private final Reception reception =
      new Reception(Calls.SETTINGS, new ResponseTopics(Calls.REPLY));

  private final Random random = new Random(SEED);
  private final Map<Reason, Integer> refused = new EnumMap<>(Reason.class);
  private int granted;

  @Test
  void everyCallEndsInAVerdict() {
    Stamp now = Calls.stamp(0);
    for (int round = 0; round < ROUNDS; round++) {
      Call call = call();
      switch (reception.judge(call, now)) {
        case Granted(Request request) -> check(call, request);
        case Refused(Reason reason, String text) -> {
          refused.merge(reason, 1, Integer::sum);
          assertTrue(isPlain(text), text);
        }
      }
    }
    Set<Reason> expected =
        EnumSet.of(
            Reason.RETAINED,
            Reason.TOO_LARGE,
            Reason.MALFORMED,
            Reason.UNKNOWN_COMMAND,
            Reason.NOT_ENABLED,
            Reason.TOO_OLD,
            Reason.BAD_RESPONSE);
    assertEquals(expected, refused.keySet());
    assertTrue(granted > ROUNDS / 100 && granted < ROUNDS / 4, "granted " + granted);
  }

  /// Whether it is fit for one line of a log.
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        return false;
      }
    }
    return text.length() < 200;
  }

  /// What is granted is what an operator may have meant.
  private void check(Call call, Request request) {
    granted++;
    assertFalse(call.retained());
    assertTrue(call.payload().length <= Calls.SETTINGS.maxBytes());
    assertTrue(Calls.SETTINGS.allow().contains(request.command()));
    assertTrue(call.responseTopic().map(topic -> topic.startsWith(Calls.REPLY)).orElse(true));
    switch (request) {
      case Request.Read(String device) -> assertTrue(Ids.valid(device));
      case Request.Rescan(Optional<String> bus) -> assertTrue(bus.map(Ids::valid).orElse(true));
      case Request.Retrain(String device, Optional<String> channel) ->
          assertTrue(Ids.valid(device) && channel.map(Ids::valid).orElse(true));
      case Request.Reload _, Request.DumpRecorder _, Request.Identify _ -> {
        // take nothing
      }
    }
  }

  private Call call() {
    boolean isPlain = random.nextInt(8) != 0;
    return new Call(
        payload(),
        !isPlain && random.nextInt(4) == 0,
        isPlain
            ? Optional.of(TOPICS.getFirst())
            : Optional.of(TOPICS.get(random.nextInt(TOPICS.size()))),
        isPlain ? new byte[4] : new byte[random.nextInt(300)],
        switch (random.nextInt(isPlain ? 12 : 4)) {
          case 0 -> OptionalLong.empty();
          case 1 -> OptionalLong.of(random.nextLong());
          default -> OptionalLong.of(5);
        });
  }

  private byte[] payload() {
    byte[] good = GOOD.get(random.nextInt(GOOD.size())).getBytes(StandardCharsets.UTF_8);
    return switch (random.nextInt(10)) {
      case 0 -> noise(random.nextInt(40));
      case 1 -> spliced(good, noise(1 + random.nextInt(8)), 0);
      case 2 -> spliced(good, new byte[0], random.nextInt(good.length));
      case 3, 4 -> spliced(good, piece(), random.nextInt(4));
      case 5 -> pieces();
      default -> flipped(good);
    };
  }

  private byte[] piece() {
    return PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8);
  }

  private byte[] pieces() {
    byte[] all = "{".getBytes(StandardCharsets.UTF_8);
    for (int i = random.nextInt(6); i >= 0; i--) {
      all = spliced(all, piece(), 0);
    }
    return all;
  }

  private byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /// Some bits, or one byte, are others.
  private byte[] flipped(byte[] good) {
    byte[] bytes = good.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  /// With `insert` in place of some bytes.
  private byte[] spliced(byte[] bytes, byte[] insert, int removed) {
    int at = random.nextInt(bytes.length + 1);
    int rest = Math.min(bytes.length, at + removed);
    byte[] spliced = new byte[at + insert.length + bytes.length - rest];
    System.arraycopy(bytes, 0, spliced, 0, at);
    System.arraycopy(insert, 0, spliced, at, insert.length);
    System.arraycopy(bytes, rest, spliced, at + insert.length, bytes.length - rest);
    return spliced;
  }
}
