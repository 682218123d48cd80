package rackpulse.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceRemoval;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;

class StandingTest {
  /// Near the end of the clock's range, which must not be noticed.
  private static final long START = Long.parseLong("9223372036854775000");

  private final Standing standing = new Standing(START);
  private final List<Report> said = new ArrayList<>();
  private long nowNanos = START;

  @Test
  void saysDescriptionsThenStatesThenRaisedAnomalies() {
    note(anomaly("x", Anomaly.State.RAISED));
    note(anomaly("y", Anomaly.State.RAISED));
    note(anomaly("y", Anomaly.State.CLEARED));
    note(status("a", false));
    note(status("a", true));
    note(description("a", 5));
    standing.sayAll(stamp(), said::add);
    assertEquals(
        List.of(description("a", 5), status("a", true), anomaly("x", Anomaly.State.RAISED)), said);
  }

  @Test
  void removedDevicesStandNoMore() {
    note(description("a", 5));
    note(status("a", true));
    note(new DeviceRemoval("a", stamp()));
    standing.sayAll(stamp(), said::add);
    assertEquals(List.of(), said);
  }

  @Test
  void eachIsSaidAgainAtHalfItsExpiry() {
    note(description("fast", 5));
    note(description("slow", 3600));
    note(status("fast", true));
    note(status("slow", true));
    note(anomaly("x", Anomaly.State.RAISED));
    int[] count = new int[2];
    int anomalies = 0;
    long lastNanos = nowNanos;
    while (nowNanos - START < Duration.ofHours(25).toNanos()) {
      nowNanos += standing.untilRefreshNanos(nowNanos);
      assertTrue(nowNanos - lastNanos > 0, "no busy waiting");
      lastNanos = nowNanos;
      said.clear();
      standing.refresh(stamp(), said::add);
      for (Report report : said) {
        if (report instanceof DeviceStatus status) {
          count[status.device().equals("fast") ? 0 : 1]++;
        } else {
          anomalies++;
        }
      }
    }
    assertEquals(1000, count[0], "every 90 s for 25 hours");
    assertEquals(16, count[1], "every 90 min");
    assertEquals(2, anomalies);
  }

  @Test
  void farewellKeepsSinceWhenADeviceWasOfflineBefore() {
    note(status("a", false));
    note(status("b", true));
    nowNanos += 5;
    standing.sayFarewell(stamp(), "agent-stopped", said::add);
    DeviceStatus first = (DeviceStatus) said.get(0);
    assertEquals(Instant.EPOCH.minusSeconds(1), first.since());
    assertEquals("agent-stopped", first.reason());
    assertEquals(stamp().at(), ((DeviceStatus) said.get(1)).since());
  }

  @Test
  void statesThatBeganBeforeTheClockWasSynchronisedAreDatedLater() {
    Instant noon = Instant.parse("2026-11-24T12:00:00Z");
    Stamp astray = new Stamp(Instant.EPOCH.plusSeconds(50), START, false);
    note(new DeviceStatus("a", astray, true, Instant.EPOCH.plusSeconds(20), ""));
    long later = START + Duration.ofSeconds(40).toNanos();
    standing.sayAll(new Stamp(noon, later, true), said::add);
    assertEquals(noon.minusSeconds(70), ((DeviceStatus) said.getFirst()).since());
  }

  private void note(Report report) {
    standing.note(report, nowNanos);
  }

  private Stamp stamp() {
    return new Stamp(Instant.EPOCH.plusNanos(nowNanos - START), nowNanos, true);
  }

  private Report description(String device, int everySeconds) {
    Stamp stamp = new Stamp(Instant.EPOCH, START, true);
    Duration every = Duration.ofSeconds(everySeconds);
    return new DeviceDescription(device, stamp, "part", true, "", every, List.of());
  }

  private Report status(String device, boolean online) {
    Instant since = Instant.EPOCH.minusSeconds(1);
    return new DeviceStatus(device, stamp(), online, since, online ? "" : "dormant");
  }

  private static Report anomaly(String id, Anomaly.State state) {
    return new Anomaly(
        id,
        new Channel("a", "temperature", Quantity.TEMPERATURE),
        new Stamp(Instant.EPOCH, 0, true),
        Anomaly.Kind.LIMIT,
        state,
        1,
        Instant.EPOCH,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        List.of(),
        "text");
  }
}
