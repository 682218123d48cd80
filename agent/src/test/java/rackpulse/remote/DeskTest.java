package rackpulse.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import rackpulse.json.JsonException;
import rackpulse.json.JsonReader;
import rackpulse.json.JsonValue.JsonObject;

class DeskTest {
  private static final String IDENTIFY = "{\"command\":\"identify\"}";
  private static final String READ = "{\"command\":\"read\",\"device\":\"pdu-a\"}";

  private final List<Request> asked = new ArrayList<>();
  private final List<Deeds.Reply> replies = new ArrayList<>();
  private final List<Sent> sent = new ArrayList<>();
  private int woken;
  private long nowNanos;

  private final Desk desk = desk(10);

  private record Sent(String topic, byte[] payload, byte[] correlation) {
    JsonObject json() {
      try {
        return JsonReader.readObject(payload);
      } catch (JsonException e) {
        throw new AssertionError(e);
      }
    }

    String reason() {
      assertEquals(Optional.of(false), json().flag("ok"));
      return json().text("reason").orElseThrow();
    }
  }

  private Desk desk(int maxPerMinute) {
    return new Desk(
        Calls.settings(maxPerMinute),
        new ResponseTopics(Calls.REPLY),
        (request, reply) -> {
          asked.add(request);
          replies.add(reply);
        },
        new Desk.Line() {
          @Override
          public void answer(String topic, byte[] payload, byte[] correlation) {
            sent.add(new Sent(topic, payload, correlation));
          }

          @Override
          public void wake() {
            woken++;
          }
        },
        () -> Calls.stamp(nowNanos));
  }

  private void pass(Duration time) {
    nowNanos += time.toNanos();
    desk.work();
  }

  private List<String> reasons() {
    return sent.stream().map(Sent::reason).toList();
  }

  @Test
  void answersWithWhatWasDoneAndTheCorrelationData() {
    desk.arrived(Calls.of(READ));
    assertEquals(1, woken);
    desk.work();
    assertEquals(List.of(new Request.Read("pdu-a")), asked);
    assertEquals(List.of(), sent);
    replies.getFirst().done(json -> json.text("device", "pdu-a"));
    replies.getFirst().failed("only what is told first counts");
    assertEquals(2, woken);
    desk.work();
    desk.work();
    assertEquals(1, sent.size());
    Sent answer = sent.getFirst();
    assertEquals(Calls.REPLY + "/x", answer.topic);
    assertArrayEquals(new byte[] {1, 2}, answer.correlation);
    assertEquals(
        "{\"v\":1,\"ts\":\"2026-11-23T18:00:00.000Z\",\"ok\":true,\"command\":\"read\","
            + "\"device\":\"pdu-a\"}",
        new String(answer.payload, StandardCharsets.UTF_8));
  }

  @Test
  void answersEveryRefusal() {
    desk.arrived(Calls.of("{\"command\":\"reload\"}"));
    desk.arrived(Calls.of("no JSON"));
    desk.arrived(Calls.of(READ));
    desk.work();
    replies.getFirst().notFound("no device pdu-a");
    desk.work();
    assertEquals(List.of("not-enabled", "malformed", "not-found"), reasons());
    assertEquals(Optional.of("no device pdu-a"), sent.getLast().json().text("text"));
  }

  @Test
  void neverAnswersWhereItMustNot() {
    desk.arrived(Calls.of(IDENTIFY, "dc/v1/fra1/a12/pdu-a/readings"));
    Call call = Calls.of(READ);
    desk.arrived(
        new Call(call.payload(), false, Optional.empty(), new byte[0], call.expirySeconds()));
    desk.work();
    assertEquals(1, asked.size());
    replies.getFirst().failed("the bus is down");
    desk.work();
    assertEquals(List.of(), sent);
  }

  @Test
  void doesNotCarryTooMuchCorrelationDataBack() {
    Call call = Calls.of(IDENTIFY);
    desk.arrived(
        new Call(call.payload(), false, call.responseTopic(), new byte[999], call.expirySeconds()));
    desk.work();
    assertEquals(List.of("bad-response"), reasons());
    assertEquals(0, sent.getFirst().correlation.length);
  }

  @Test
  void aFloodIsNeitherReadNorAnsweredBeyondTheRate() {
    for (int i = 0; i < 100_000; i++) {
      desk.arrived(Calls.of("flood"));
      if (i % 3 == 0) {
        desk.work();
      }
    }
    assertEquals(20, woken);
    assertEquals(20, sent.size());
    assertEquals(10, reasons().stream().filter("malformed"::equals).count());
    assertEquals(10, reasons().stream().filter("too-often"::equals).count());
    pass(Duration.ofMinutes(1));
    desk.arrived(Calls.of(IDENTIFY));
    desk.work();
    assertEquals(1, asked.size());
  }

  @Test
  void holdsNoMoreThanItsMailboxWhileNobodyLooks() {
    for (int i = 0; i < 1000; i++) {
      desk.arrived(Calls.of("flood"));
    }
    desk.work();
    assertEquals(Desk.MAX_WAITING, sent.size());
  }

  @Test
  void writesRecordingsNoOftenerThanTheyWriteThemselves() {
    desk.arrived(Calls.of("{\"command\":\"dump-recorder\"}"));
    desk.arrived(Calls.of("{\"command\":\"dump-recorder\"}"));
    desk.work();
    assertEquals(1, asked.size());
    assertEquals(List.of("too-often"), reasons());
    replies.getFirst().done(_ -> {});
    pass(Desk.BETWEEN_DUMPS);
    desk.arrived(Calls.of("{\"command\":\"dump-recorder\"}"));
    desk.work();
    assertEquals(2, asked.size());
  }

  @Test
  void tellsWhatDoesNotEndAndForgetsIt() {
    desk.arrived(Calls.of(READ));
    desk.work();
    pass(Desk.PATIENCE);
    assertEquals(List.of("timed-out"), reasons());
    replies.getFirst().done(_ -> {});
    desk.work();
    assertEquals(1, sent.size());
  }

  @Test
  void hasOnlySoManyCommandsUnderWay() {
    Desk busy = desk(600);
    for (int i = 0; i < Desk.MAX_OPEN + 2; i++) {
      busy.arrived(Calls.of(READ));
      busy.work();
    }
    assertEquals(Desk.MAX_OPEN, asked.size());
    assertEquals(List.of("busy", "busy"), reasons());
  }
}
