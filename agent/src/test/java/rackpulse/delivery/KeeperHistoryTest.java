package rackpulse.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import rackpulse.delivery.FakeUplink.Sent;
import rackpulse.delivery.Outbox.Parcel;
import rackpulse.spool.CrashableStorage;
import rackpulse.spool.CrashableStorage.Crash;
import rackpulse.spool.Spool;
import rackpulse.spool.SpoolSettings;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Stamp;

/// The whole account, outbox and spool together, over random histories of polls, fates, messages
/// put off one by one, outages, full disks, kills and power cuts: readings published and losses
/// told are all readings taken.
class KeeperHistoryTest {
  private static final int HISTORIES = 50_000;
  private static final int STEPS = 40;
  private static final SpoolSettings SETTINGS =
      new SpoolSettings(Path.of("unused"), 8 << 10, 1 << 10, 8, Duration.ofSeconds(10));

  @Test
  void readingsPublishedAndLossesToldAreAllThatWasTaken() throws InterruptedException {
    for (int seed = 0; seed < HISTORIES; seed++) {
      try {
        new History(seed).run();
      } catch (RuntimeException e) {
        throw new IllegalStateException("seed " + seed, e);
      }
    }
  }

  /// One history and what a reader of the broker's messages knows of it.
  private static final class History {
    private final int seed;
    private final Random random;

    /// Polls are sent as soon as they are taken, so that fates are open when the power goes.
    private final boolean brisk;

    private final CrashableStorage storage;
    private final FakeUplink uplink = new FakeUplink(16, false);
    private final Map<String, Set<Long>> known = new HashMap<>();
    private final Set<String> published = new HashSet<>();

    /// What may come again: under way at a crash, or acknowledged since the spool last heard of it.
    private final Set<String> repeatable = new HashSet<>();

    /// Runs that ended while polls were in memory alone, or lost power after the disk had failed:
    /// what was not yet sent is lost, as the log says.
    private final Set<String> excused = new HashSet<>();

    // of one run
    private final List<Parcel> inFlight = new ArrayList<>();
    private final Map<String, Long> taken = new HashMap<>();
    private final Map<String, Long> lastStored = new HashMap<>();
    private final Set<String> unsaved = new HashSet<>();
    private boolean inMemory;
    private boolean troubled;
    private boolean powerWasCut;
    private int run;
    private long nowNanos;
    private Losses losses = new Losses();
    private Outbox outbox = new Outbox(3_000, uplink, losses);
    private Keeper keeper = start();

    History(int seed) {
      this.seed = seed;
      random = new Random(seed);
      brisk = seed % 3 == 0;
      storage = new CrashableStorage(random);
    }

    private Keeper start() {
      uplink.boot("run" + run);
      losses = new Losses();
      outbox = new Outbox(3_000, uplink, losses);
      return new Keeper(
          now -> Spool.open(storage, SETTINGS, now),
          uplink.boot(),
          new Keeper.Delivery(outbox, losses),
          () -> new Stamp(Instant.EPOCH, nowNanos, true),
          () -> {});
    }

    void run() throws InterruptedException {
      for (int step = 0; step < STEPS; step++) {
        try {
          step();
        } catch (Crash _) {
          restart();
        }
      }
      storage.crashAfter(Integer.MAX_VALUE);
      storage.full(false);
      drain();
      check();
    }

    private void step() throws InterruptedException {
      nowNanos += Duration.ofMillis(random.nextInt(brisk ? 300 : 2000)).toNanos();
      switch (random.nextInt(18)) {
        case 0, 1, 2, 3 -> {
          take(1 + random.nextInt(brisk ? 1 : 5));
          if (brisk) {
            send(false);
          }
        }
        case 4, 5, 6 -> send(random.nextBoolean());
        case 7, 8 -> settleOldest(Uplink.Fate.ACKNOWLEDGED);
        case 9 -> settle(random.nextInt(5), Uplink.Fate.ACKNOWLEDGED);
        case 10 -> settleOldest(Uplink.Fate.REFUSED);
        case 11, 12 -> round();
        case 13 -> disconnect();
        case 14 -> putOff(random.nextInt(5));
        case 15 -> storage.full(random.nextInt(6) == 0);
        case 16 -> {
          if (random.nextInt(4) == 0) {
            storage.crashAfter(random.nextInt(12));
          }
        }
        default -> {
          if (random.nextInt(8) == 0) {
            throw new Crash(); // while nothing is being written
          }
        }
      }
    }

    private void take(int count) throws InterruptedException {
      for (int i = 0; i < count; i++) {
        String device = random.nextBoolean() ? "a" : "b";
        long sequence = taken.merge(device, 1L, Long::sum);
        keeper.offer(new Poll(device, new Stamp(Instant.EPOCH, 0, true), sequence, List.of()));
      }
      round();
    }

    private void round() throws InterruptedException {
      keeper.wake();
      keeper.work();
      boolean works = keeper.health().state().equals("working");
      inMemory = !works;
      troubled |= !works;
      if (works) {
        // what was acknowledged before this round is known to the spool now
        repeatable.removeAll(unsaved);
        unsaved.clear();
      }
    }

    private boolean send(boolean withBacklog) {
      Parcel parcel = inFlight.size() < 5 ? outbox.next(withBacklog) : null;
      if (parcel == null) {
        return false;
      }
      inFlight.add(parcel);
      Sent sent = (Sent) parcel.message();
      if (sent.historical() && sent.report() instanceof Poll poll) {
        String lane = laneOf(sent, poll.device());
        long before = lastStored.getOrDefault(lane, 0L);
        assertTrue(
            poll.sequence() > before || excused.contains(bootOf(sent)),
            () -> lane + " " + poll.sequence() + " after " + before + ", seed " + seed);
        lastStored.put(lane, poll.sequence());
      }
      return true;
    }

    private String bootOf(Sent sent) {
      return sent.boot().isEmpty() ? uplink.boot() : sent.boot();
    }

    private String laneOf(Sent sent, String device) {
      return bootOf(sent) + "/" + device;
    }

    private void settleOldest(Uplink.Fate fate) {
      settle(0, fate);
    }

    private void settle(int index, Uplink.Fate fate) {
      if (index >= inFlight.size()) {
        return;
      }
      Parcel parcel = inFlight.remove(index);
      Sent sent = (Sent) parcel.message();
      boolean arrives = fate == Uplink.Fate.ACKNOWLEDGED || sent.report() instanceof Loss;
      if (arrives) {
        read(sent);
      }
      outbox.settle(parcel.id(), arrives ? Uplink.Fate.ACKNOWLEDGED : fate);
    }

    private void read(Sent sent) {
      switch (sent.report()) {
        case Poll poll -> {
          String lane = laneOf(sent, poll.device());
          String name = lane + poll.sequence();
          boolean first = published.add(name);
          assertTrue(
              first || repeatable.contains(name) || powerWasCut,
              () -> name + " twice, seed " + seed);
          repeatable.add(name);
          unsaved.add(name);
          knownOf(lane).add(poll.sequence());
        }
        case Loss loss -> {
          for (long sequence = loss.from(); sequence <= loss.to(); sequence++) {
            knownOf(laneOf(sent, loss.device())).add(sequence);
          }
        }
        default -> throw new AssertionError(sent);
      }
    }

    private Set<Long> knownOf(String lane) {
      return known.computeIfAbsent(lane, _ -> new TreeSet<>());
    }

    private void disconnect() {
      Collections.shuffle(inFlight, random);
      for (Parcel parcel : inFlight) {
        outbox.settle(parcel.id(), Uplink.Fate.UNSENT);
      }
      inFlight.clear();
      lastStored.clear();
    }

    /// The broker says "not now" to one message, while it takes those sent after it.
    private void putOff(int index) {
      if (index >= inFlight.size()) {
        return;
      }
      Parcel parcel = inFlight.remove(index);
      Sent sent = (Sent) parcel.message();
      if (sent.report() instanceof Poll poll) {
        // comes again behind those of the backlog that are under way
        long before = poll.sequence() - 1;
        lastStored.computeIfPresent(laneOf(sent, poll.device()), (_, at) -> Math.min(at, before));
      }
      outbox.settle(parcel.id(), Uplink.Fate.UNSENT);
    }

    private void restart() {
      boolean powerCut = random.nextInt(3) == 0;
      if (inMemory || (powerCut && troubled)) {
        excused.add(uplink.boot());
      }
      inMemory = false;
      troubled = false;
      powerWasCut |= powerCut;
      storage.restart(powerCut);
      storage.full(false);
      inFlight.clear();
      taken.clear();
      lastStored.clear();
      unsaved.clear();
      run++;
      keeper = start();
    }

    private void drain() throws InterruptedException {
      boolean drained = false;
      for (int round = 0; !drained; round++) {
        int rounds = round;
        assertTrue(rounds < 500, () -> "stays " + outbox.depth() + ", seed " + seed);
        nowNanos += Duration.ofSeconds(11).toNanos();
        try {
          round();
          while (send(true)) {
            settleOldest(Uplink.Fate.ACKNOWLEDGED);
          }
          settleOldest(Uplink.Fate.ACKNOWLEDGED);
          round();
          drained = keeper.health().messages() + outbox.depth().messages() == 0;
        } catch (Crash _) {
          restart();
        }
        storage.crashAfter(Integer.MAX_VALUE);
      }
    }

    private void check() {
      known.forEach((lane, sequences) -> {
        long max = ((TreeSet<Long>) sequences).last();
        if (!excused.contains(lane.substring(0, lane.indexOf('/')))) {
          assertEquals(max, sequences.size(), () -> lane + " " + sequences + ", seed " + seed);
        }
      });
      assertEquals(0, outbox.depth().bytes(), () -> "bytes left, seed " + seed);
    }
  }
}
