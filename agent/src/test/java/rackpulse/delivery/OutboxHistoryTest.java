package rackpulse.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import rackpulse.delivery.FakeUplink.Sent;
import rackpulse.delivery.Outbox.Parcel;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Stamp;

/// The delivery account balances over random histories of polls, sendings, fates and outages.
class OutboxHistoryTest {
  private static final int HISTORIES = 3000;
  private static final int STEPS = 200;
  private static final String[] DEVICES = {"a", "b", "c"};

  @Test
  void everyPollIsAcknowledgedOrToldAsLostAndNoneTwice() {
    for (int seed = 0; seed < HISTORIES; seed++) {
      new History(seed).run();
    }
  }

  /// One history and what a reader of the broker's messages knows of it.
  private static final class History {
    private final Random random;
    private final int seed;
    private final int maxBytes;
    private final Outbox outbox;
    private final List<Parcel> inFlight = new ArrayList<>();
    private final Map<String, Long> taken = new HashMap<>();
    private final Map<String, Set<Long>> open = new HashMap<>();
    private final Map<String, Long> lastHistorical = new HashMap<>();

    History(int seed) {
      this.seed = seed;
      random = new Random(seed);
      maxBytes = 1000 + random.nextInt(6000);
      outbox = new Outbox(maxBytes, new FakeUplink(16, false), new Losses());
      for (String device : DEVICES) {
        taken.put(device, 0L);
      }
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> takePoll();
          case 3, 4 -> send();
          case 5 -> settleOldest(Uplink.Fate.ACKNOWLEDGED);
          case 6 -> settleOldest(randomFate());
          default -> disconnectSometimes();
        }
        checkMemory();
      }
      drain();
    }

    private void takePoll() {
      String device = DEVICES[random.nextInt(DEVICES.length)];
      long sequence = taken.merge(device, 1L, Long::sum);
      openOf(device).add(sequence);
      outbox.put(new Poll(device, new Stamp(Instant.EPOCH, 0, true), sequence, List.of()));
    }

    private Set<Long> openOf(String device) {
      return open.computeIfAbsent(device, _ -> new TreeSet<>());
    }

    private void send() {
      Parcel parcel = outbox.next(random.nextBoolean());
      if (parcel == null) {
        return;
      }
      inFlight.add(parcel);
      Sent sent = (Sent) parcel.message();
      if (sent.historical() && sent.report() instanceof Poll poll) {
        long before = lastHistorical.getOrDefault(poll.device(), 0L);
        assertTrue(poll.sequence() > before, () -> "backlog out of order, seed " + seed);
        lastHistorical.put(poll.device(), poll.sequence());
      }
    }

    private Uplink.Fate randomFate() {
      return random.nextBoolean() ? Uplink.Fate.TOO_LARGE : Uplink.Fate.REFUSED;
    }

    private void settleOldest(Uplink.Fate fate) {
      if (inFlight.isEmpty()) {
        return;
      }
      Parcel parcel = inFlight.removeFirst();
      Sent sent = (Sent) parcel.message();
      // a loss is a few bytes: no broker refuses it
      boolean arrives = fate == Uplink.Fate.ACKNOWLEDGED || sent.report() instanceof Loss;
      outbox.settle(parcel.id(), arrives ? Uplink.Fate.ACKNOWLEDGED : fate);
      if (arrives) {
        read(sent);
      }
    }

    private void read(Sent sent) {
      switch (sent.report()) {
        case Poll poll ->
            assertTrue(
                openOf(poll.device()).remove(poll.sequence()),
                () -> poll.device() + poll.sequence() + " twice, seed " + seed);
        case Loss loss -> {
          for (long sequence = loss.from(); sequence <= loss.to(); sequence++) {
            openOf(loss.device()).remove(sequence);
          }
        }
        default -> throw new AssertionError(sent);
      }
    }

    /// Nothing in flight is known to have arrived; the fates become known in any order.
    private void disconnectSometimes() {
      if (random.nextInt(4) > 0) {
        return;
      }
      Collections.shuffle(inFlight, random);
      for (Parcel parcel : inFlight) {
        outbox.settle(parcel.id(), Uplink.Fate.UNSENT);
      }
      inFlight.clear();
      lastHistorical.clear();
    }

    private void checkMemory() {
      long floating = (long) inFlight.size() * (100 + Entry.BYTES);
      assertTrue(outbox.depth().bytes() <= maxBytes + floating, () -> "memory, seed " + seed);
    }

    private void drain() {
      while (!outbox.isEmpty()) {
        Parcel parcel = outbox.next(true);
        if (parcel != null) {
          inFlight.add(parcel);
        }
        settleOldest(Uplink.Fate.ACKNOWLEDGED);
      }
      for (String device : DEVICES) {
        assertEquals(Set.of(), openOf(device), () -> "untold, seed " + seed);
      }
      assertEquals(0, outbox.depth().bytes(), () -> "bytes left, seed " + seed);
    }
  }
}
