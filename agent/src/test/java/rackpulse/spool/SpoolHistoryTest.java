package rackpulse.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import rackpulse.spool.CrashableStorage.Crash;

/// The account of the spool balances over random histories of records, acknowledgements, full
/// disks, kills and power cuts, those in the midst of a recovery included.
class SpoolHistoryTest {
  private static final int HISTORIES = 100_000;
  private static final int STEPS = 30;
  private static final SpoolSettings SETTINGS =
      new SpoolSettings(Path.of("unused"), 6 << 10, 1 << 10, 8, Duration.ofSeconds(10));

  @Test
  void whatWasWrittenIsGivenBackOrToldAsLostAfterAnyCrash() throws IOException {
    for (int seed = 0; seed < HISTORIES; seed++) {
      try {
        new History(seed, seed % 10 == 9).run();
      } catch (RuntimeException e) {
        throw new IllegalStateException("seed " + seed, e);
      }
    }
  }

  /// One history and what a reader of the broker's messages knows of it.
  private static final class History {
    private final int seed;
    private final boolean damaging;
    private final Random random;
    private final CrashableStorage storage;

    /// By stream, over all runs.
    private final Map<String, Set<Long>> known = new HashMap<>();

    private final Map<String, Long> written = new HashMap<>();
    private final Set<String> published = new HashSet<>();
    private final Set<String> repeatable = new HashSet<>();
    private boolean powerWasCut;

    // of one run
    private final Set<String> unsaved = new HashSet<>();
    private final Map<String, Long> taken = new HashMap<>();
    private final TreeMap<Long, Item> live = new TreeMap<>();
    private final Map<String, Long> superseded = new HashMap<>();
    private final ArrayDeque<Item> memory = new ArrayDeque<>();
    private final Map<String, Long> lastRead = new HashMap<>();
    private Spool spool;
    private int boot;
    private long nowNanos;

    private record Item(String stream, long sequence) {}

    History(int seed, boolean damaging) throws IOException {
      this.seed = seed;
      this.damaging = damaging;
      random = new Random(seed);
      storage = new CrashableStorage(random);
      spool = Spool.open(storage, SETTINGS, 0);
    }

    void run() throws IOException {
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

    private void step() throws IOException {
      nowNanos += Duration.ofSeconds(random.nextInt(4)).toNanos();
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> take(1 + random.nextInt(6));
        case 3, 4 -> publishLive();
        case 5 -> publishStored(random.nextInt(8));
        case 6, 7 -> tidy();
        case 8 -> storage.full(random.nextInt(4) == 0);
        default -> {
          if (random.nextInt(3) == 0) {
            storage.crashAfter(random.nextInt(12));
          }
        }
      }
    }

    private void take(int count) {
      for (int i = 0; i < count; i++) {
        String stream = boot + "/" + (char) ('a' + random.nextInt(3));
        memory.add(new Item(stream, taken.merge(stream, 1L, Long::sum)));
      }
      write();
    }

    /// All that is in memory goes to the spool, or nothing.
    private void write() {
      Map<Long, Item> numbered = new TreeMap<>();
      try {
        for (Item item : memory) {
          ByteBuffer body = ByteBuffer.allocate(random.nextInt(60));
          numbered.put(spool.append(item.stream, new byte[8], item.sequence, body), item);
        }
        spool.write();
      } catch (IOException _) {
        spool.rollBack();
        return;
      }
      memory.clear();
      numbered.forEach((number, item) -> {
        written.put(item.stream, item.sequence);
        live.entrySet()
            .removeIf(older -> {
              boolean same = older.getValue().stream.equals(item.stream);
              if (same) {
                superseded.put(item.stream, older.getKey());
              }
              return same;
            });
        live.put(number, item);
      });
      learn(spool.takeLosses());
      live.keySet().removeIf(number -> number <= spool.droppedThrough());
      assertTrue(
          spool.depth().bytes() <= SETTINGS.maxBytes() + SETTINGS.segmentBytes(),
          () -> spool.depth() + ", seed " + seed);
    }

    private void learn(List<Record> losses) {
      for (Record loss : losses) {
        for (long sequence = loss.from(); sequence <= loss.to(); sequence++) {
          knownOf(loss.stream()).add(sequence);
        }
        // a loss is sent at once in this history; until it is, nothing newer may be
        superseded.merge(loss.stream(), loss.number(), Math::max);
      }
    }

    private Set<Long> knownOf(String stream) {
      return known.computeIfAbsent(stream, _ -> new TreeSet<>());
    }

    /// Only if no older one that is not yet published can get lost in a power cut.
    private void publishLive() {
      var newest = live.lastEntry();
      if (newest == null) {
        return;
      }
      Item item = newest.getValue();
      if (superseded.getOrDefault(item.stream, 0L) <= spool.synced()) {
        live.remove(newest.getKey());
        publish(item);
        spool.acknowledge(newest.getKey());
      }
    }

    private void publish(Item item) {
      String name = item.stream + item.sequence;
      boolean first = published.add(name);
      boolean mayRepeat = repeatable.contains(name) || powerWasCut || damaging;
      assertTrue(first || mayRepeat, () -> name + " twice, seed " + seed);
      repeatable.add(name);
      unsaved.add(name);
      knownOf(item.stream).add(item.sequence);
    }

    private int publishStored(int most) throws IOException {
      List<Record> records = spool.read(most + 1);
      try {
        spool.write();
      } catch (IOException _) {
        spool.rollBack();
      }
      for (Record record : records) {
        if (record.cause() == 0) {
          long before = lastRead.getOrDefault(record.stream(), 0L);
          assertTrue(record.from() > before, () -> record + " after " + before + ", seed " + seed);
          lastRead.put(record.stream(), record.from());
          live.remove(record.number());
          publish(new Item(record.stream(), record.from()));
        } else {
          learn(List.of(record));
        }
        spool.acknowledge(record.number());
      }
      learn(spool.takeLosses());
      return records.size();
    }

    private void tidy() {
      try {
        spool.tidy(nowNanos);
        repeatable.removeAll(unsaved);
        unsaved.clear();
        if (spool.syncDue(nowNanos)) {
          spool.sync();
        }
      } catch (IOException e) {
        // a full disk
      }
    }

    private void restart() {
      boolean started = false;
      while (!started) {
        boolean powerCut = random.nextInt(3) == 0;
        powerWasCut |= powerCut;
        storage.restart(powerCut);
        storage.full(false);
        if (damaging && random.nextBoolean()) {
          damage();
        }
        live.clear();
        taken.clear();
        superseded.clear();
        memory.clear();
        unsaved.clear();
        lastRead.clear();
        boot++;
        if (random.nextInt(4) == 0) {
          storage.crashAfter(random.nextInt(8));
        }
        try {
          spool = Spool.open(storage, SETTINGS, nowNanos);
          started = true;
        } catch (Crash _) {
          // again
        } catch (IOException e) {
          throw new IllegalStateException("it must open, seed " + seed, e);
        }
      }
    }

    private void damage() {
      List<Map.Entry<String, byte[]>> files =
          storage.snapshot().entrySet().stream()
              .filter(file -> file.getValue().length > 0)
              .sorted(Map.Entry.comparingByKey())
              .toList();
      if (!files.isEmpty()) {
        var file = files.get(random.nextInt(files.size()));
        byte[] bytes = file.getValue();
        int from = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, from + random.nextInt(600));
        Arrays.fill(bytes, from, to, (byte) random.nextInt());
        storage.damage(file.getKey(), bytes);
      }
    }

    private void drain() throws IOException {
      boolean drained = false;
      for (int round = 0; !drained; round++) {
        int rounds = round;
        assertTrue(rounds < 10, () -> "stays " + spool.depth() + ", seed " + seed);
        try {
          write();
          spool.sync();
          while (publishStored(10) > 0) {
            tidy();
          }
          spool.write();
          drained = spool.depth().records() == 0;
        } catch (Crash _) {
          restart();
        }
        storage.crashAfter(Integer.MAX_VALUE);
      }
    }

    private void check() {
      if (damaging) {
        return; // what was only in a damaged end cannot be known
      }
      known.forEach((stream, sequences) -> {
        long max = ((TreeSet<Long>) sequences).last();
        assertEquals(max, sequences.size(), () -> stream + " " + sequences + ", seed " + seed);
      });
      if (!powerWasCut) {
        written.forEach((stream, last) ->
            assertTrue(
                last <= knownOf(stream).size(), // a killed write may have been done
                () -> stream + " has come to " + last + ", seed " + seed));
      }
    }
  }
}
