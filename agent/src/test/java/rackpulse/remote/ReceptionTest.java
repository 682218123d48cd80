package rackpulse.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rackpulse.remote.Verdict.Granted;
import rackpulse.remote.Verdict.Reason;
import rackpulse.remote.Verdict.Refused;
import rackpulse.telemetry.Stamp;

class ReceptionTest {
  private final Reception reception =
      new Reception(Calls.SETTINGS, new ResponseTopics(Calls.REPLY));

  private Verdict judge(Call call) {
    return reception.judge(call, Calls.stamp(0));
  }

  private Request granted(String payload) {
    return assertInstanceOf(Granted.class, judge(Calls.of(payload)), payload).request();
  }

  private Refused refused(Reason reason, Call call) {
    Refused refused = assertInstanceOf(Refused.class, judge(call));
    assertEquals(reason, refused.reason(), refused.text());
    return refused;
  }

  private Refused refused(Reason reason, String payload) {
    return refused(reason, Calls.of(payload));
  }

  @Test
  void understandsEachCommandThatIsAllowed() {
    assertEquals(new Request.Read("pdu-a"), granted("{\"command\":\"read\",\"device\":\"pdu-a\"}"));
    assertEquals(new Request.Rescan(Optional.empty()), granted("{\"command\":\"rescan\"}"));
    assertEquals(
        new Request.Rescan(Optional.of("front")),
        granted("{\"bus\":\"front\",\"command\":\"rescan\"}"));
    assertEquals(
        new Request.Retrain("inlet", Optional.empty()),
        granted("{\"command\":\"retrain\",\"device\":\"inlet\"}"));
    assertEquals(
        new Request.Retrain("inlet", Optional.of("temperature")),
        granted("{\"command\":\"retrain\",\"device\":\"inlet\",\"channel\":\"temperature\"}"));
    assertEquals(new Request.DumpRecorder(), granted(" {\"command\":\"dump-recorder\"}\n"));
    assertEquals(new Request.Identify(), granted("{\"command\":\"identify\"}"));
  }

  @Test
  void refusesWhatIsNotEnabledOrNotKnown() {
    refused(Reason.NOT_ENABLED, "{\"command\":\"reload\"}");
    Refused unknown = refused(Reason.UNKNOWN_COMMAND, "{\"command\":\"sh\\u0000\\n-c\"}");
    assertEquals("unknown command \"sh??-c\"", unknown.text());
    refused(Reason.UNKNOWN_COMMAND, "{\"command\":\"READ\",\"device\":\"a\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "\"read\"",
        "{}",
        "{\"command\":1}",
        "{\"command\":null}",
        "{\"command\":\"read\"}",
        "{\"command\":\"read\",\"device\":7}",
        "{\"command\":\"read\",\"device\":null}",
        "{\"command\":\"read\",\"device\":\"\"}",
        "{\"command\":\"read\",\"device\":\"a/b\"}",
        "{\"command\":\"read\",\"device\":\"../a\"}",
        "{\"command\":\"read\",\"device\":\"a\",\"device\":\"b\"}",
        "{\"command\":\"read\",\"device\":\"a\",\"shell\":\"id\"}",
        "{\"command\":\"read\",\"device\":\"a\",\"bus\":\"b\"}",
        "{\"command\":\"rescan\",\"bus\":[]}",
        "{\"command\":\"retrain\",\"channel\":\"a\"}",
        "{\"command\":\"identify\",\"ts\":12}",
        "{\"command\":\"identify\",\"ts\":\"yesterday\"}",
        "{\"command\":\"identify\",\"\":\"\"}",
        "{\"command\":\"identify\"} {}",
        "{\"command\":\"identify\",}",
        "{'command':'identify'}",
        "\uFEFF\u0001",
      })
  void refusesWhatIsNotOfTheForm(String payload) {
    refused(Reason.MALFORMED, payload);
  }

  @Test
  void refusesWhatIsTooLargeBeforeReadingIt() {
    String padding = " ".repeat(1024);
    refused(Reason.TOO_LARGE, "{\"command\":\"identify\"}" + padding);
    refused(Reason.MALFORMED, "{\"command\":\"identify\",\"x\":\"" + "y".repeat(900) + "\"}");
  }

  @Test
  void neverRunsARetainedCommand() {
    Call call = Calls.of("{\"command\":\"identify\"}");
    refused(
        Reason.RETAINED,
        new Call(
            call.payload(), true, call.responseTopic(), call.correlation(), call.expirySeconds()));
  }

  @Test
  void wantsProofThatACallIsYoung() {
    refused(Reason.TOO_OLD, Calls.withoutExpiry("{\"command\":\"identify\"}"));
    assertInstanceOf(Granted.class, judge(stamped("2026-11-23T17:59:30Z")));
    assertInstanceOf(Granted.class, judge(stamped("2026-11-23T19:00:29+01:00")));
    Refused old = refused(Reason.TOO_OLD, stamped("2026-11-23T17:59:29Z"));
    assertEquals("older by 31 s than the agent's clock, at most 30 s", old.text());
    refused(Reason.TOO_OLD, stamped("2026-11-23T18:00:31Z"));
    refused(Reason.TOO_OLD, stamped("+1000000000-12-31T23:59:59.999999999Z"));
    refused(Reason.TOO_OLD, stamped("-1000000000-01-01T00:00:00Z"));
  }

  private static Call stamped(String time) {
    return Calls.withoutExpiry("{\"command\":\"identify\",\"ts\":\"" + time + "\"}");
  }

  @Test
  void anExpiryDoesNotExcuseAnOldTimeStamp() {
    Call old = stamped("2026-11-23T17:00:00Z");
    refused(
        Reason.TOO_OLD,
        new Call(old.payload(), false, old.responseTopic(), old.correlation(), OptionalLong.of(5)));
    Call young = stamped("2026-11-23T18:00:00Z");
    refused(
        Reason.TOO_OLD,
        new Call(
            young.payload(),
            false,
            young.responseTopic(),
            young.correlation(),
            OptionalLong.of(3600)));
  }

  @Test
  void tellsWhenItsOwnClockMayBeWrong() {
    Stamp unsure = new Stamp(Calls.NOW, 0, false);
    Verdict verdict = reception.judge(stamped("2026-11-23T12:00:00Z"), unsure);
    String text = assertInstanceOf(Refused.class, verdict).text();
    assertTrue(text.contains("not synchronised"), text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "dc/v1/fra1/a12/agent/rc/cmd",
        "dc/v1/fra1/a12/agent/rc/status",
        "dc/v1/fra1/a12/agent/rc/replyx",
        "dc/v1/fra1/a12/pdu-a/readings",
        "dc/v1/fra1/a12/agent/rc/reply/+",
        "dc/v1/fra1/a12/agent/rc/reply/#",
        "dc/v1/fra1/a12/agent/rc/reply/\u0000",
        "dc/v1/fra1/a12/agent/rc/reply/\u00E9",
        "$SYS/broker",
        "elsewhere",
      })
  void refusesToAnswerElsewhere(String topic) {
    refused(Reason.BAD_RESPONSE, Calls.of("{\"command\":\"identify\"}", topic));
  }

  @Test
  void boundsWhatItHasToCarryBack() {
    String longest = Calls.REPLY + "/" + "x".repeat(255 - Calls.REPLY.length());
    assertInstanceOf(Granted.class, judge(Calls.of("{\"command\":\"identify\"}", longest)));
    refused(Reason.BAD_RESPONSE, Calls.of("{\"command\":\"identify\"}", longest + "x"));
    Call call = Calls.of("{\"command\":\"identify\"}");
    refused(
        Reason.BAD_RESPONSE,
        new Call(call.payload(), false, call.responseTopic(), new byte[257], call.expirySeconds()));
  }

  @Test
  void needsNobodyToAnswer() {
    Call call = Calls.of("{\"command\":\"rescan\"}");
    assertInstanceOf(
        Granted.class,
        judge(
            new Call(call.payload(), false, Optional.empty(), new byte[0], call.expirySeconds())));
  }

  @Test
  void placesForAnswersLieWhereNoAgentPublishes() {
    assertEquals(Optional.empty(), ResponseTopics.objectionToPrefix("ops/replies", "dc/v1"));
    assertEquals(Optional.empty(), ResponseTopics.objectionToPrefix("dc/v10", "dc/v1"));
    for (String bad :
        new String[] {"dc/v1", "dc", "dc/v1/fra1", "", "/a", "a/", "a/+", "#", "$SYS", "a b"}) {
      assertTrue(ResponseTopics.objectionToPrefix(bad, "dc/v1").isPresent(), bad);
    }
  }
}
