package rackpulse.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.delivery.FakeUplink.Sent;
import rackpulse.delivery.Outbox.Parcel;
import rackpulse.spool.CrashableStorage;
import rackpulse.spool.Spool;
import rackpulse.spool.SpoolSettings;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Stamp;

class KeeperTest {
  private static final SpoolSettings SETTINGS =
      new SpoolSettings(Path.of("unused"), 1 << 20, 64 << 10, 256, Duration.ofSeconds(10));

  private final CrashableStorage storage = new CrashableStorage(new Random(1));
  private final Losses losses = new Losses();
  private final FakeUplink uplink = new FakeUplink(16, false);
  private Outbox outbox = new Outbox(10_000, uplink, losses);
  private Keeper keeper = keeper("now");
  private long nowNanos;

  @Test
  void whatWasNotDeliveredGoesWithItsOwnBootAfterAKill() throws InterruptedException {
    keeper = keeper("before");
    take(1, 3);
    storage.restart(false);
    outbox = new Outbox(10_000, uplink, losses);
    keeper = keeper("now");
    take(1, 1);
    assertEquals(new Sent(poll(1), false), sendNext());
    for (int sequence = 1; sequence <= 3; sequence++) {
      assertEquals(new Sent(poll(sequence), true, "before"), next().message());
    }
  }

  @Test
  void livePollsWaitForTheMediumWhereAPowerCutWouldLeaveAHole() throws InterruptedException {
    take(1, 2);
    assertEquals(null, outbox.next(false));
    round();
    assertEquals(new Sent(poll(2), false), sendNext());
  }

  @Test
  void livePollsWaitForTheMediumWhileTheFateOfAnOlderOneIsOpen() throws InterruptedException {
    take(1, 1);
    Parcel first = next();
    assertEquals(new Sent(poll(1), false), first.message());
    take(2, 2);
    assertEquals(null, outbox.next(false), "a power cut now would lose the first untold");
    round();
    assertEquals(new Sent(poll(2), false), sendNext());
    outbox.settle(first.id(), Uplink.Fate.UNSENT);
    storage.restart(true);
    outbox = new Outbox(10_000, uplink, losses);
    keeper = keeper("now");
    take(1, 1);
    assertEquals(new Sent(poll(1), false), sendNext());
    assertEquals(new Sent(poll(1), true), sendNext());
  }

  @Test
  void livePollsDoNotWaitOnceTheOlderOneHasArrived() throws InterruptedException {
    for (int sequence = 1; sequence <= 3; sequence++) {
      take(sequence, sequence);
      Parcel parcel = Objects.requireNonNull(outbox.next(false));
      outbox.settle(parcel.id(), Uplink.Fate.ACKNOWLEDGED);
    }
  }

  @Test
  void goesOnFromMemoryWhileTheDiskIsFullAndStoresAllWhenItIsNot() throws InterruptedException {
    storage.full(true);
    take(1, 3);
    assertTrue(keeper.health().state().startsWith("disk full"), keeper.health().state());
    assertEquals(new Sent(poll(3), false), sendNext());
    storage.full(false);
    nowNanos += Duration.ofSeconds(2).toNanos();
    take(4, 4);
    assertEquals("working", keeper.health().state());
    round();
    assertEquals(new Sent(poll(4), false), sendNext());
    round();
    assertEquals(new Sent(poll(1), true), sendNext());
    assertEquals(new Sent(poll(2), true), sendNext());
  }

  @Test
  void whatDoesNotFitIntoMemoryOnAFullDiskIsToldSo() throws InterruptedException {
    storage.full(true);
    take(1, 200);
    sendNext();
    Loss loss = (Loss) sendNext().report();
    assertEquals(Loss.Cause.DISK_FULL, loss.cause());
    assertEquals(1, loss.from());
  }

  @Test
  void refusedPollsAreToldAfterARestartToo() throws InterruptedException {
    take(1, 1);
    Parcel parcel = next();
    outbox.settle(parcel.id(), Uplink.Fate.REFUSED);
    round();
    Loss loss = (Loss) ((Sent) next().message()).report();
    assertEquals(Loss.Cause.REFUSED, loss.cause());
    assertEquals(1L, losses.counts().get("refused"));
  }

  @Test
  void nothingStaysWhenAllIsAcknowledged() throws InterruptedException {
    take(1, 3);
    for (int sequence = 1; sequence <= 3; sequence++) {
      sendNext();
    }
    round();
    assertEquals(0, keeper.health().messages());
    assertEquals(0, outbox.depth().messages());
  }

  @Test
  void aWeekWithoutABrokerTakesOnlyTheMemoryOfWhatIsReadAhead() throws InterruptedException {
    int polls = (int) (Duration.ofDays(7).toSeconds() / 10);
    long most = 0;
    for (int sequence = 1; sequence <= polls; sequence++) {
      for (String device : List.of("a", "b", "c", "d", "e")) {
        Stamp stamp = new Stamp(Instant.EPOCH, nowNanos, true);
        keeper.offer(new Poll(device, stamp, sequence, List.of()));
      }
      nowNanos += Duration.ofSeconds(10).toNanos();
      if (sequence % 20 == 0) {
        round();
      }
      most = Math.max(most, outbox.depth().bytes());
    }
    assertTrue(most <= (Stored.AHEAD + 10) * Entry.BYTES, "bytes of memory: " + most);
    assertTrue(keeper.health().bytes() <= SETTINGS.maxBytes(), () -> keeper.health().toString());
    long lost = losses.counts().getOrDefault("spool-overflow", 0L);
    assertTrue(lost > polls, () -> losses.counts().toString());
    long told = 0;
    for (Sent sent = sendNext(); !sent.historical(); sent = sendNext()) {
      assertEquals(polls, ((Poll) sent.report()).sequence());
    }
    for (Sent sent = sendNext(); sent.report() instanceof Loss; sent = sendNext()) {
      told++;
    }
    assertTrue(told <= 10, "a loss of each device is one, not " + told);
  }

  private Keeper keeper(String boot) {
    return new Keeper(
        now -> Spool.open(storage, SETTINGS, now),
        boot,
        new Keeper.Delivery(outbox, losses),
        () -> new Stamp(Instant.EPOCH, nowNanos, true),
        () -> {});
  }

  private void take(int from, int to) throws InterruptedException {
    for (int sequence = from; sequence <= to; sequence++) {
      keeper.offer(poll(sequence));
    }
    keeper.work();
  }

  /// Without waiting.
  private void round() throws InterruptedException {
    keeper.wake();
    keeper.work();
  }

  private Parcel next() throws InterruptedException {
    Parcel parcel = outbox.next(true);
    for (int round = 0; parcel == null && round < 4; round++) {
      round();
      parcel = outbox.next(true);
    }
    assertTrue(parcel != null, () -> "nothing to send, " + outbox.depth());
    return Objects.requireNonNull(parcel);
  }

  private Sent sendNext() throws InterruptedException {
    Parcel parcel = next();
    outbox.settle(parcel.id(), Uplink.Fate.ACKNOWLEDGED);
    return (Sent) parcel.message();
  }

  private static Poll poll(long sequence) {
    Stamp stamp = new Stamp(Instant.ofEpochMilli(1_700_000_000_123L), sequence, false);
    Channel inlet = new Channel("a", "inlet", Quantity.TEMPERATURE);
    Channel fan = new Channel("a", "fan", Quantity.ROTATIONAL_SPEED);
    return new Poll(
        "a",
        stamp,
        sequence,
        List.of(new Reading(inlet, stamp, 21.4), new Gap(fan, stamp, Cause.NO_ANSWER)));
  }
}
