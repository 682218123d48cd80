package rackpulse.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import rackpulse.delivery.FakeUplink.Sent;
import rackpulse.delivery.Outbox.Parcel;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceRemoval;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;

class OutboxTest {
  private static final Channel CHANNEL = new Channel("a", "temperature", Quantity.TEMPERATURE);
  private static final Stamp STAMP = new Stamp(Instant.EPOCH, 0, true);

  private final Losses losses = new Losses();
  private final Outbox outbox = new Outbox(100_000, new FakeUplink(16, false), losses);

  @Test
  void sendsAnomaliesThenStatesThenLiveThenLossesThenBacklog() {
    outbox.put(poll("a", 1));
    outbox.put(poll("a", 2));
    outbox.put(new Loss("b", STAMP, 1, 2, Loss.Cause.REFUSED));
    outbox.put(description("a"));
    outbox.put(status("a", true));
    outbox.put(anomaly("x", Anomaly.State.RAISED));

    assertEquals(anomaly("x", Anomaly.State.RAISED), next().report());
    assertEquals(description("a"), next().report());
    assertEquals(status("a", true), next().report());
    assertEquals(new Sent(poll("a", 2), false), next());
    assertEquals(new Loss("b", STAMP, 1, 2, Loss.Cause.REFUSED), next().report());
    assertEquals(new Sent(poll("a", 1), true), next());
    assertNull(outbox.next(true));
  }

  @Test
  void holdsBacklogBackWhenItMayNotGo() {
    outbox.put(poll("a", 1));
    outbox.put(poll("a", 2));
    assertEquals(poll("a", 2), ((Sent) takeNext(false).message()).report());
    assertNull(outbox.next(false));
    assertTrue(outbox.hasBacklog());
    assertTrue(takeNext(true).backlog());
  }

  @Test
  void unsentPollIsLiveAgainUnlessANewerOneCame() {
    outbox.put(poll("a", 1));
    Parcel first = takeNext(true);
    outbox.settle(first.id(), Uplink.Fate.UNSENT);
    assertEquals(new Sent(poll("a", 1), false), next());

    outbox.put(poll("b", 1));
    Parcel second = takeNext(true);
    outbox.put(poll("b", 2));
    outbox.settle(second.id(), Uplink.Fate.UNSENT);
    assertEquals(new Sent(poll("b", 2), false), next());
    assertEquals(new Sent(poll("b", 1), true), next());
  }

  @Test
  void unsentStateIsForgottenWhenANewerOneWasSaid() {
    outbox.put(status("a", false));
    Parcel old = takeNext(true);
    outbox.put(status("a", true));
    Parcel fresh = takeNext(true);
    outbox.settle(fresh.id(), Uplink.Fate.ACKNOWLEDGED);
    outbox.settle(old.id(), Uplink.Fate.UNSENT);
    assertTrue(outbox.isEmpty());
  }

  @Test
  void unsentAnomalyDoesNotOverwriteItsSuccessorOnTheSameTopic() {
    outbox.put(anomaly("x", Anomaly.State.CLEARED));
    Parcel cleared = takeNext(true);
    outbox.put(anomaly("y", Anomaly.State.RAISED));
    outbox.settle(takeNext(true).id(), Uplink.Fate.ACKNOWLEDGED);
    outbox.settle(cleared.id(), Uplink.Fate.UNSENT);
    assertTrue(outbox.isEmpty());
  }

  @Test
  void removalReplacesDescriptionAndStateUntilItArrives() {
    outbox.put(description("a"));
    outbox.put(status("a", true));
    DeviceRemoval removal = new DeviceRemoval("a", STAMP);
    outbox.put(removal);
    Parcel parcel = takeNext(true);
    outbox.settle(parcel.id(), Uplink.Fate.UNSENT);
    Parcel again = takeNext(true);
    assertEquals(removal, outbox.settle(again.id(), Uplink.Fate.ACKNOWLEDGED));
    assertTrue(outbox.isEmpty());
  }

  @Test
  void whatARemovedDeviceSaidNeverStandsAsItsLatest() {
    outbox.put(description("a"));
    assertEquals(description("a"), take(outbox).report());
    outbox.put(poll("a", 1));
    Parcel underWay = takeNext(true);
    outbox.put(poll("a", 2));
    outbox.put(new DeviceRemoval("a", STAMP));
    outbox.put(poll("a", 3));
    outbox.settle(underWay.id(), Uplink.Fate.UNSENT);
    assertTrue(take(outbox).report() instanceof DeviceRemoval);
    for (int sequence = 1; sequence <= 3; sequence++) {
      assertEquals(new Sent(poll("a", sequence), true), take(outbox));
    }
    outbox.put(description("a"));
    outbox.put(poll("a", 4));
    take(outbox);
    assertEquals(new Sent(poll("a", 4), false), take(outbox), "it is back");
  }

  @Test
  void dropsTheOldestPollsWhenFullAndTellsSo() {
    Outbox small = new Outbox(20 * 260, new FakeUplink(16, false), losses);
    for (int sequence = 1; sequence <= 100; sequence++) {
      small.put(poll("a", sequence));
    }
    assertEquals(new Sent(poll("a", 100), false), take(small));
    Loss loss = (Loss) take(small).report();
    assertEquals(1, loss.from());
    assertEquals(Loss.Cause.MEMORY_OVERFLOW, loss.cause());
    assertEquals(new Sent(poll("a", loss.to() + 1), true), take(small));
    assertTrue(small.depth().bytes() <= 20 * 260 + 2 * Entry.BYTES);
  }

  @Test
  void manyStatesTakeNoRoomFromPolls() {
    Outbox small = new Outbox(2_000, new FakeUplink(16, false), losses);
    for (int device = 0; device < 100; device++) {
      small.put(description("d" + device));
    }
    small.put(poll("a", 1));
    small.put(poll("a", 2));
    assertEquals(102, small.depth().messages());
    assertEquals(0, losses.waiting());
  }

  @Test
  void pollThatCanNeverArriveIsALoss() {
    outbox.put(poll("a", 1));
    outbox.settle(takeNext(true).id(), Uplink.Fate.TOO_LARGE);
    outbox.put(poll("a", 2));
    outbox.settle(takeNext(true).id(), Uplink.Fate.REFUSED);
    assertEquals(new Loss("a", STAMP, 1, 1, Loss.Cause.TOO_LARGE), next().report());
    assertEquals(new Loss("a", STAMP, 2, 2, Loss.Cause.REFUSED), next().report());
  }

  @Test
  void abandonedPollsAreTold() {
    for (int sequence = 1; sequence <= 5; sequence++) {
      outbox.put(poll("a", sequence));
    }
    assertEquals(5, outbox.abandonPolls());
    assertEquals(new Loss("a", STAMP, 1, 5, Loss.Cause.AGENT_STOPPED), next().report());
    assertNull(outbox.next(true));
  }

  @Test
  void boundsAnomaliesThatComeAndGo() {
    for (int i = 0; i < Outbox.MAX_ANOMALIES + 10; i++) {
      outbox.put(anomaly("x" + i, Anomaly.State.CLEARED));
    }
    assertEquals(Outbox.MAX_ANOMALIES, outbox.depth().messages());
    assertEquals(anomaly("x10", Anomaly.State.CLEARED), next().report());
  }

  @Test
  void knowsHowLongTheOldestPollWaits() {
    assertTrue(outbox.depth().oldestNanos().isEmpty());
    outbox.put(new Poll("a", new Stamp(Instant.EPOCH, 50, true), 1, List.of()));
    outbox.put(new Poll("b", new Stamp(Instant.EPOCH, 70, true), 1, List.of()));
    Parcel oldest = takeNext(true);
    assertEquals(50, outbox.depth().oldestNanos().getAsLong());
    outbox.settle(oldest.id(), Uplink.Fate.ACKNOWLEDGED);
    assertEquals(70, outbox.depth().oldestNanos().getAsLong());
    assertFalse(outbox.isEmpty());
  }

  private Sent next() {
    return take(outbox);
  }

  private Parcel takeNext(boolean withBacklog) {
    return known(outbox.next(withBacklog));
  }

  private static Sent take(Outbox outbox) {
    return (Sent) known(outbox.next(true)).message();
  }

  private static Parcel known(@Nullable Parcel parcel) {
    assertNotNull(parcel);
    return parcel;
  }

  private static Poll poll(String device, long sequence) {
    Channel channel = new Channel(device, "temperature", Quantity.TEMPERATURE);
    return new Poll(device, STAMP, sequence, List.of(new Reading(channel, STAMP, sequence)));
  }

  private static Report description(String device) {
    return new DeviceDescription(device, STAMP, "part", true, "", Duration.ofSeconds(5), List.of());
  }

  private static Report status(String device, boolean online) {
    return new DeviceStatus(device, STAMP, online, Instant.EPOCH, online ? "" : "no-answer");
  }

  private static Report anomaly(String id, Anomaly.State state) {
    return new Anomaly(
        id,
        CHANNEL,
        STAMP,
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
