package rackpulse.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import rackpulse.mqtt.Message.Publication;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.DeviceRemoval;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;

class PayloadsTest {
  private static final Stamp STAMP = new Stamp(Instant.parse("2026-11-23T18:00:00.123Z"), 42, true);
  private static final Stamp UNSYNCHRONISED = new Stamp(Instant.EPOCH, 42, false);
  private static final Channel TEMPERATURE =
      new Channel("inlet-top", "temperature", Quantity.TEMPERATURE);
  private static final Channel HUMIDITY =
      new Channel("inlet-top", "humidity", Quantity.RELATIVE_HUMIDITY);
  private static final Channel POWER = new Channel("inlet-top", "power", Quantity.POWER);
  private static final Channel BITS = new Channel("inlet-top", "alarms", Quantity.STATE);

  private final Payloads payloads =
      new Payloads(new AgentName("dc/v1", "fra1", "a12", "rc-a12", "0.1.0", "7f3a"));

  @Test
  void readingsAreRetainedUntilThreePeriodsHavePassed() {
    payloads.describe(description(Duration.ofSeconds(5)));
    Publication publication = only(poll(), false);
    assertEquals("dc/v1/fra1/a12/inlet-top/readings", publication.topic());
    assertEquals(
        "{\"v\":1,\"boot\":\"7f3a\",\"ts\":\"2026-11-23T18:00:00.123Z\",\"seq\":812,"
            + "\"values\":{\"temperature\":21.4,\"humidity\":44.0},"
            + "\"gaps\":{\"power\":\"no-answer\"}}",
        text(publication));
    assertTrue(publication.retained());
    assertEquals(15, publication.expirySeconds());
  }

  @Test
  void forecastsRideWithLiveReadingsAlone() {
    List<Poll.Forecast> forecasts =
        List.of(
            new Poll.Forecast("temperature", 15, 22, 21.5, 22.5),
            new Poll.Forecast("temperature", 30, 23, 22, 24),
            new Poll.Forecast("humidity", 15, 40, 38, 42));
    Poll poll = new Poll("inlet-top", STAMP, 1, poll().samples(), forecasts);
    assertTrue(
        text(only(poll, false))
            .endsWith(
                ",\"forecast\":{\"temperature\":{\"15m\":[22.0,21.5,22.5],"
                    + "\"30m\":[23.0,22.0,24.0]},\"humidity\":{\"15m\":[40.0,38.0,42.0]}}}"));
    assertEquals(-1, text(only(poll, true)).indexOf("forecast"));
  }

  @Test
  void approachingLimitSaysWhen() {
    Anomaly anomaly = anomaly(Anomaly.State.RAISED);
    Anomaly approaching =
        new Anomaly(
            "a2",
            TEMPERATURE,
            STAMP,
            Anomaly.Kind.APPROACHING_LIMIT,
            Anomaly.State.RAISED,
            0.9,
            Instant.EPOCH,
            anomaly.observed(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            List.of(),
            new Anomaly.Outlook(45, 6, 5, Double.POSITIVE_INFINITY),
            "soon");
    assertTrue(
        text(only(approaching, false))
            .endsWith(
                "\"shares\":[],\"forecast\":{\"limit\":45.0,\"minutes\":6.0,"
                    + "\"earliest\":5.0},\"text\":\"soon\"}"));
  }

  @Test
  void historicalReadingsGoToTheBacklogAndAreNotRetained() {
    Publication publication = only(poll(), true);
    assertEquals("dc/v1/fra1/a12/inlet-top/backlog", publication.topic());
    assertEquals(
        "{\"v\":1,\"boot\":\"7f3a\",\"ts\":\"2026-11-23T18:00:00.123Z\",\"seq\":812,"
            + "\"historical\":true,\"values\":{\"temperature\":21.4,\"humidity\":44.0},"
            + "\"gaps\":{\"power\":\"no-answer\"}}",
        text(publication));
    assertEquals(false, publication.retained());
    assertEquals(0, publication.expirySeconds());
  }

  @Test
  void readingsSayWhenTheClockWasNotSynchronised() {
    Poll poll =
        new Poll("inlet-top", UNSYNCHRONISED, 1, List.of(new Reading(TEMPERATURE, STAMP, 21)));
    assertEquals(
        "{\"v\":1,\"boot\":\"7f3a\",\"ts\":\"1970-01-01T00:00:00.000Z\","
            + "\"clock\":\"unsynchronised\",\"seq\":1,\"values\":{\"temperature\":21.0}}",
        text(only(poll, false)));
  }

  @Test
  void pollWithoutAnyValueKeepsItsShape() {
    Poll poll = new Poll("inlet-top", STAMP, 1, List.of(new Gap(POWER, STAMP, Cause.BUS_DOWN)));
    assertTrue(
        text(only(poll, false)).endsWith("\"values\":{},\"gaps\":{\"power\":\"bus-down\"}}"));
  }

  @Test
  void integerQuantitiesAreIntegersAndNeverSaturate() {
    assertEquals("{\"alarms\":0}", values(new Reading(BITS, STAMP, 0)));
    assertEquals("{\"alarms\":-3}", values(new Reading(BITS, STAMP, -2.6)));
    assertEquals(
        "{\"alarms\":18446744073709549568}", values(new Reading(BITS, STAMP, 0x1p64 - 2048)));
    assertEquals("{\"power\":4444200000.0}", values(new Reading(POWER, STAMP, 4444200000.0)));
  }

  @Test
  void expiryIsNeverShorterThanASecondAndIsRoundedUp() {
    payloads.describe(description(Duration.ofMillis(100)));
    assertEquals(1, only(poll(), false).expirySeconds());
    payloads.describe(description(Duration.ofMillis(2500)));
    assertEquals(8, only(poll(), false).expirySeconds());
  }

  @Test
  void undescribedDeviceStillExpires() {
    assertEquals(180, only(poll(), false).expirySeconds());
  }

  @Test
  void lossIsToldInTheBacklog() {
    Loss loss = new Loss("inlet-top", STAMP, 812, 900, Loss.Cause.SPOOL_OVERFLOW);
    Publication publication = only(loss, false);
    assertEquals("dc/v1/fra1/a12/inlet-top/backlog", publication.topic());
    assertEquals(
        "{\"v\":1,\"boot\":\"7f3a\","
            + "\"lost\":{\"from\":812,\"to\":900,\"cause\":\"spool-overflow\"}}",
        text(publication));
    assertEquals(false, publication.retained());
    assertEquals(0, publication.expirySeconds());
  }

  @Test
  void metaDescribesTheDeviceForEver() {
    Publication publication = only(description(Duration.ofSeconds(5)), false);
    assertEquals("dc/v1/fra1/a12/inlet-top/meta", publication.topic());
    assertEquals(
        "{\"v\":1,\"boot\":\"7f3a\",\"ts\":\"2026-11-23T18:00:00.123Z\","
            + "\"part\":\"Sensirion SHT45\",\"proven\":true,\"location\":\"front door, top\","
            + "\"interval\":5.0,\"channels\":{"
            + "\"temperature\":{\"quantity\":\"temperature\",\"unit\":\"Cel\",\"display\":\"°C\","
            + "\"low\":-40.0,\"high\":125.0},"
            + "\"alarms\":{\"quantity\":\"state\",\"unit\":\"1\",\"display\":\"\",\"high\":255}}}",
        text(publication));
    assertTrue(publication.retained());
    assertEquals(0, publication.expirySeconds());
  }

  @Test
  void statusIsRetainedForThreePeriodsButAtLeastThreeMinutes() {
    DeviceStatus online = new DeviceStatus("inlet-top", STAMP, true, Instant.EPOCH, "");
    Publication publication = only(online, false);
    assertEquals("dc/v1/fra1/a12/inlet-top/status", publication.topic());
    assertEquals(
        "{\"v\":1,\"boot\":\"7f3a\",\"ts\":\"2026-11-23T18:00:00.123Z\","
            + "\"state\":\"online\",\"since\":\"1970-01-01T00:00:00.000Z\"}",
        text(publication));
    assertTrue(publication.retained());
    payloads.describe(description(Duration.ofSeconds(5)));
    assertEquals(180, only(online, false).expirySeconds());
    payloads.describe(description(Duration.ofMinutes(2)));
    assertEquals(360, only(online, false).expirySeconds());
  }

  @Test
  void offlineStatusSaysWhy() {
    DeviceStatus offline = new DeviceStatus("inlet-top", STAMP, false, Instant.EPOCH, "dormant");
    assertTrue(
        text(only(offline, false))
            .endsWith(
                "\"state\":\"offline\",\"since\":\"1970-01-01T00:00:00.000Z\","
                    + "\"reason\":\"dormant\"}"));
  }

  @Test
  void removedDeviceEmptiesItsRetainedMessages() {
    Message message = payloads.encode(new DeviceRemoval("inlet-top", STAMP), false);
    assertEquals(
        List.of(
            "dc/v1/fra1/a12/inlet-top/readings",
            "dc/v1/fra1/a12/inlet-top/meta",
            "dc/v1/fra1/a12/inlet-top/status"),
        message.publications().stream().map(Publication::topic).toList());
    for (Publication publication : message.publications()) {
      assertEquals("", text(publication));
      assertTrue(publication.retained());
      assertEquals(0, publication.expirySeconds());
    }
  }

  @Test
  void raisedAnomalyIsRetainedForADay() {
    Publication publication = only(anomaly(Anomaly.State.RAISED), false);
    assertEquals("dc/v1/fra1/a12/inlet-top/anomaly/temperature.rack-model", publication.topic());
    assertEquals(
        "{\"v\":1,\"boot\":\"7f3a\",\"ts\":\"2026-11-23T18:00:00.123Z\",\"id\":\"a1\","
            + "\"kind\":\"rack-model\",\"state\":\"raised\",\"severity\":0.5,"
            + "\"since\":\"1970-01-01T00:00:00.000Z\",\"observed\":41.2,\"expected\":37.0,"
            + "\"low\":35.9,\"unit\":\"Cel\","
            + "\"shares\":[{\"name\":\"inlet\",\"amount\":20.0}],\"unexplained\":4.2,"
            + "\"text\":\"too warm\"}",
        text(publication));
    assertTrue(publication.retained());
    assertEquals(86_400, publication.expirySeconds());
  }

  @Test
  void endedAnomalyIsToldOnceAndTheRetainedMessageEmptied() {
    for (Anomaly.State state : List.of(Anomaly.State.CLEARED, Anomaly.State.ACCEPTED)) {
      List<Publication> publications = payloads.encode(anomaly(state), false).publications();
      assertEquals(2, publications.size());
      assertTrue(text(publications.get(0)).contains("\"state\":\"" + state.id() + "\""));
      assertEquals(false, publications.get(0).retained());
      assertEquals("", text(publications.get(1)));
      assertTrue(publications.get(1).retained());
      assertEquals(publications.get(0).topic(), publications.get(1).topic());
    }
  }

  @Test
  void healthExpiresAfterTwoIntervals() {
    Publication publication = only(health(), false);
    assertEquals("dc/v1/fra1/a12/agent/rc-a12/health", publication.topic());
    assertEquals(
        "{\"v\":1,\"boot\":\"7f3a\",\"ts\":\"2026-11-23T18:00:00.123Z\",\"uptime_seconds\":90.5,"
            + "\"process\":{\"cpu_seconds\":1.25,\"resident_bytes\":27000000,\"threads\":9},"
            + "\"delivery\":{\"waiting_messages\":2,\"waiting_bytes\":600,"
            + "\"oldest_waiting_seconds\":1.5,\"published\":99,\"reconnects\":1,"
            + "\"lost\":{\"disk-full\":1,\"refused\":2},"
            + "\"certificate_days_left\":{\"broker\":-1,\"own\":0},"
            + "\"certificate_expires\":{\"broker\":\"2026-11-23T18:00:00.122Z\","
            + "\"own\":\"2026-11-23T18:00:00.123Z\"},\"notes\":[\"renew it\"],"
            + "\"spool\":{\"state\":\"working\",\"messages\":2,\"bytes\":4096}},"
            + "\"buses\":{\"front\":{\"state\":\"down\",\"reason\":\"unplugged\",\"devices\":3,"
            + "\"dormant\":1,\"cycle_ms\":12.5,\"utilisation\":0.25,\"lateness_mean_ms\":0.5,"
            + "\"lateness_max_ms\":2.0,\"jitter_ms\":0.125,\"polls\":100,\"missed\":0,"
            + "\"errors\":{\"crc\":1,\"silence\":4},"
            + "\"verdict\":\"no answer from any device: check power and A/B wires\","
            + "\"troubled\":{\"pdu-a\":{\"errors\":{\"crc\":1}}}}},"
            + "\"models\":{\"learning\":1,\"ready\":1},\"model_states\":[{\"channel\":"
            + "\"inlet-top.temperature\",\"model\":\"past\",\"state\":\"learning\","
            + "\"progress\":0.25,\"note\":\"young\"}]}",
        text(publication));
    assertEquals(false, publication.retained());
    assertEquals(120, publication.expirySeconds());
  }

  @Test
  void agentStatusTellsOnlineOfflineAndTheWill() {
    Publication birth = payloads.birth(STAMP);
    assertEquals("dc/v1/fra1/a12/agent/rc-a12/status", birth.topic());
    assertEquals(
        "{\"v\":1,\"boot\":\"7f3a\",\"ts\":\"2026-11-23T18:00:00.123Z\",\"state\":\"online\","
            + "\"version\":\"0.1.0\"}",
        text(birth));
    assertEquals(
        "{\"v\":1,\"boot\":\"7f3a\",\"ts\":\"2026-11-23T18:00:00.123Z\",\"state\":\"offline\","
            + "\"version\":\"0.1.0\"}",
        text(payloads.offline(STAMP)));
    assertEquals(
        "{\"v\":1,\"boot\":\"7f3a\",\"state\":\"offline\",\"version\":\"0.1.0\","
            + "\"connected_at\":\"2026-11-23T18:00:00.123Z\"}",
        text(payloads.will(STAMP.at())));
    for (Publication publication : List.of(birth, payloads.offline(STAMP))) {
      assertTrue(publication.retained());
      assertEquals(0, publication.expirySeconds());
    }
  }

  @Test
  void noTopicHasMoreThanSixSlashes() {
    String longest = payloads.birth(STAMP).topic();
    assertEquals(6, longest.chars().filter(c -> c == '/').count());
  }

  private String values(Reading reading) {
    String text = text(only(new Poll("inlet-top", STAMP, 1, List.of(reading)), false));
    return text.substring(text.indexOf("\"values\":") + 9, text.length() - 1);
  }

  private Publication only(Report report, boolean historical) {
    List<Publication> publications = payloads.encode(report, historical).publications();
    assertEquals(1, publications.size());
    return publications.getFirst();
  }

  private static String text(Publication publication) {
    return new String(publication.payload(), StandardCharsets.UTF_8);
  }

  private static Poll poll() {
    return new Poll(
        "inlet-top",
        STAMP,
        812,
        List.of(
            new Reading(TEMPERATURE, STAMP, 21.4),
            new Reading(HUMIDITY, STAMP, 44),
            new Gap(POWER, STAMP, Cause.NO_ANSWER)));
  }

  private static DeviceDescription description(Duration every) {
    return new DeviceDescription(
        "inlet-top",
        STAMP,
        "Sensirion SHT45",
        true,
        "front door, top",
        every,
        List.of(
            new ChannelDescription(TEMPERATURE, -40, 125),
            new ChannelDescription(BITS, Double.NEGATIVE_INFINITY, 255)));
  }

  private static Anomaly anomaly(Anomaly.State state) {
    return new Anomaly(
        "a1",
        TEMPERATURE,
        STAMP,
        Anomaly.Kind.RACK_MODEL,
        state,
        0.5,
        Instant.EPOCH,
        OptionalDouble.of(41.2),
        OptionalDouble.of(37),
        OptionalDouble.of(35.9),
        OptionalDouble.empty(),
        List.of(new Anomaly.Share("inlet", 20)),
        "too warm");
  }

  private static Health health() {
    return new Health(
        STAMP,
        Duration.ofMillis(90_500),
        Duration.ofSeconds(60),
        new Health.Process(1.25, 27_000_000, 9),
        new Health.Delivery(
            2,
            600,
            1.5,
            99,
            Map.of("refused", 2L, "disk-full", 1L),
            1,
            Map.of("own", STAMP.at(), "broker", STAMP.at().minusMillis(1)),
            List.of("renew it"),
            new Health.Spool("working", 2, 4096)),
        List.of(
            new Health.BusHealth(
                "front",
                "down",
                "unplugged",
                3,
                1,
                12.5,
                0.25,
                0.5,
                2,
                0.125,
                100,
                0,
                Map.of("silence", 4L, "crc", 1L),
                "no answer from any device: check power and A/B wires",
                List.of(new Health.DeviceHealth("pdu-a", "", Map.of("crc", 1L))))),
        List.of(
            new Health.ModelHealth("inlet-top.temperature", "past", "learning", 0.25, "young"),
            new Health.ModelHealth("inlet-top.temperature", "forecast", "ready", 1, "")));
  }
}
