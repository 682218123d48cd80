package rackpulse.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rackpulse.delivery.FakeUplink.Sent;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceRemoval;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;

class PublisherTest {
  private static final int BACKLOG_PER_SECOND = 200;

  private final FakeUplink uplink = new FakeUplink(16, true);
  private final FakeUplink holding = new FakeUplink(3, false);
  private long nowNanos;

  @BeforeEach
  void startTheClock() {
    nowNanos = -5;
  }

  @Test
  void saysWhatStandsAfterEachConnection() {
    Publisher publisher = publisher(uplink);
    publisher.offer(description("a"));
    publisher.offer(status("a"));
    publisher.offer(poll("a", 1));
    uplink.connect();
    publisher.work();
    assertEquals(List.of(description("a"), status("a"), poll("a", 1)), reports(uplink));

    uplink.disconnect();
    publisher.offer(poll("a", 2));
    publisher.offer(poll("a", 3));
    publisher.work();
    uplink.connect();
    publisher.work();
    assertEquals(
        List.of(
            new Sent(description("a"), false),
            new Sent(status("a"), false),
            new Sent(poll("a", 3), false),
            new Sent(poll("a", 2), true)),
        uplink.sent().subList(3, 7));
  }

  @Test
  void keepsToTheWindowAndSendsAgainWhatWasLostInFlight() {
    Publisher publisher = publisher(holding);
    holding.connect();
    for (String device : List.of("a", "b", "c", "d")) {
      publisher.offer(poll(device, 1));
    }
    publisher.work();
    assertEquals(3, holding.sent().size());
    holding.disconnect();
    holding.connect();
    publisher.work();
    holding.settleAll(Uplink.Fate.ACKNOWLEDGED);
    publisher.work();
    assertEquals(
        List.of(poll("c", 1), poll("b", 1), poll("a", 1), poll("d", 1)),
        reports(holding).subList(3, 7));
  }

  @Test
  void backlogGoesAtABoundedRate() {
    Publisher publisher = publisher(uplink);
    for (int sequence = 1; sequence <= 100; sequence++) {
      publisher.offer(poll("a", sequence));
    }
    uplink.connect();
    publisher.work();
    assertEquals(1 + Publisher.BACKLOG_BURST, uplink.sent().size());
    nowNanos += Duration.ofMillis(10).toNanos();
    publisher.work();
    int sent = 1 + Publisher.BACKLOG_BURST + BACKLOG_PER_SECOND / 100;
    assertEquals(sent, uplink.sent().size());
  }

  @Test
  void statesAreSaidAgainBeforeTheyExpire() {
    Publisher publisher = publisher(uplink);
    publisher.offer(status("a"));
    uplink.connect();
    publisher.work();
    nowNanos += Duration.ofSeconds(89).toNanos();
    publisher.work();
    assertEquals(1, uplink.sent().size());
    nowNanos += Duration.ofSeconds(2).toNanos();
    publisher.work();
    assertEquals(2, uplink.sent().size());
    assertTrue(uplink.sent().getLast().report() instanceof DeviceStatus again && again.online());
  }

  @Test
  void tellsWhatHasArrived() {
    List<Report> arrived = new ArrayList<>();
    Publisher publisher = publisher(uplink, arrived::add);
    publisher.offer(new DeviceRemoval("old", stamp()));
    publisher.work();
    assertEquals(List.of(), arrived);
    uplink.connect();
    publisher.work();
    publisher.work();
    assertEquals(List.of(new DeviceRemoval("old", stamp())), arrived);
  }

  @Test
  void takesLeaveWithDevicesOfflineAndEverythingDelivered() {
    Publisher publisher = publisher(uplink);
    publisher.offer(status("a"));
    for (int sequence = 1; sequence <= 50; sequence++) {
      publisher.offer(poll("a", sequence));
    }
    uplink.connect();
    publisher.finish(Duration.ofSeconds(2).toNanos());
    assertFalse(publisher.work());
    assertTrue(uplink.saidGoodbye());
    assertEquals(51, uplink.sent().size());
    DeviceStatus last = (DeviceStatus) uplink.sent().getFirst().report();
    assertEquals("agent-stopped", last.reason());
    assertFalse(last.online());
  }

  @Test
  void goesInTimeWhenTheBrokerStopsAcknowledging() {
    Publisher publisher = publisher(holding);
    for (int sequence = 1; sequence <= 50; sequence++) {
      publisher.offer(poll("a", sequence));
    }
    holding.connect();
    holding.waitBy(atMost -> nowNanos += atMost.toNanos());
    long deadlineNanos = nowNanos + Duration.ofSeconds(2).toNanos();
    publisher.finish(deadlineNanos);
    assertFalse(publisher.work());
    assertTrue(holding.saidGoodbye());
    assertEquals(3, holding.sent().size());
    assertTrue(nowNanos <= deadlineNanos);
  }

  @Test
  void tellsWhichPollsItGaveUpBeforeGoodbye() {
    FakeUplink slow = new FakeUplink(1, false);
    Publisher publisher = publisher(slow);
    publisher.offer(poll("a", 1));
    publisher.offer(poll("a", 2));
    publisher.offer(poll("a", 3));
    slow.connect();
    publisher.finish(nowNanos + Duration.ofSeconds(2).toNanos());
    slow.waitBy(atMost -> {
      // the first wait ends when half of the time is over, then the broker wakes up
      nowNanos += atMost.toNanos();
      slow.settleAll(Uplink.Fate.ACKNOWLEDGED);
    });
    assertFalse(publisher.work());
    assertEquals(poll("a", 3), slow.sent().getFirst().report());
    assertTrue(
        slow.sent().getLast().report() instanceof Loss loss && loss.to() == 2, slow::toString);
  }

  private Publisher publisher(FakeUplink uplink) {
    return publisher(uplink, _ -> {});
  }

  private Publisher publisher(FakeUplink uplink, Consumer<Report> arrived) {
    uplink.waitBy(_ -> {});
    Outbox outbox = new Outbox(1_000_000, uplink, new Losses());
    return new Publisher(uplink, outbox, arrived, this::stamp, BACKLOG_PER_SECOND);
  }

  private Stamp stamp() {
    return new Stamp(Instant.EPOCH, nowNanos, true);
  }

  private static List<Report> reports(FakeUplink uplink) {
    return uplink.sent().stream().map(Sent::report).map(PublisherTest::unstamped).toList();
  }

  /// With the stamps that the helpers below use.
  private static Report unstamped(Report report) {
    return report instanceof DeviceStatus status ? status(status.device()) : report;
  }

  private static Poll poll(String device, long sequence) {
    return new Poll(device, new Stamp(Instant.EPOCH, 0, true), sequence, List.of());
  }

  private static Report description(String device) {
    Stamp stamp = new Stamp(Instant.EPOCH, 0, true);
    return new DeviceDescription(device, stamp, "part", true, "", Duration.ofSeconds(5), List.of());
  }

  private static DeviceStatus status(String device) {
    return new DeviceStatus(device, new Stamp(Instant.EPOCH, -5, true), true, Instant.EPOCH, "");
  }
}
