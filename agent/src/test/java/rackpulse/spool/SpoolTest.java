package rackpulse.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class SpoolTest {
  private static final byte[] LAYOUT = {1, 2, 3};
  private static final SpoolSettings SETTINGS =
      new SpoolSettings(Path.of("unused"), 1 << 20, 64 << 10, 256, Duration.ofSeconds(10));

  private final CrashableStorage storage = new CrashableStorage(new Random(1));

  @Test
  void givesBackWhatIsNotAcknowledgedInOrder() throws IOException {
    try (Spool spool = open()) {
      fill(spool, "a", 1, 5);
      spool.acknowledge(2);
      spool.tidy(0);
    }
    try (Spool spool = open()) {
      assertEquals(List.of(1L, 3L, 4L, 5L), sequences(spool.read(10)));
      assertEquals(4, spool.depth().records());
    }
  }

  @Test
  void numbersGoOnAfterEverythingWasAcknowledgedAndDeleted() throws IOException {
    try (Spool spool = open()) {
      fill(spool, "a", 1, 5);
      LongStream.rangeClosed(1, 5).forEach(spool::acknowledge);
      spool.tidy(Duration.ofSeconds(11).toNanos());
      assertEquals(new Spool.Depth(0, 0), spool.depth());
    }
    try (Spool spool = open()) {
      fill(spool, "a", 6, 6);
      Record record = spool.read(10).getFirst();
      assertEquals(6, record.number());
      assertEquals(6, record.from());
    }
  }

  @Test
  void truncatesTheTornTail() throws IOException {
    try (Spool spool = open()) {
      fill(spool, "a", 1, 10);
    }
    edit(bytes -> Arrays.copyOf(bytes, bytes.length - 7));
    try (Spool spool = open()) {
      fill(spool, "a", 11, 11);
      assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 11L), sequences(spool.read(20)));
    }
  }

  @Test
  void readsOnBehindZerosAndTellsWhatWasThere() throws IOException {
    damageTheMiddle();
    try (Spool spool = open()) {
      List<Long> found = sequences(spool.read(1000));
      spool.write();
      Record loss = spool.takeLosses().getFirst();
      assertEquals(Spool.DAMAGED, loss.cause());
      assertEquals("a", loss.stream());
      assertTrue(found.contains(loss.from() - 1) && found.contains(loss.to() + 1));
      assertEquals(101, found.size() + loss.count());
    }
  }

  private void damageTheMiddle() throws IOException {
    try (Spool spool = open()) {
      fill(spool, "a", 1, 100);
      fill(spool, "b", 1, 1);
    }
    edit(bytes -> {
      Arrays.fill(bytes, 2000, 4000, (byte) 0);
      return bytes;
    });
  }

  @Test
  void damageIsToldOnce() throws IOException {
    damageTheMiddle();
    try (Spool spool = open()) {
      spool.read(1000);
      spool.write();
    }
    try (Spool spool = open()) {
      List<Record> records = spool.read(1000);
      spool.write();
      assertEquals(List.of(), spool.takeLosses());
      assertEquals(1, records.stream().filter(record -> record.cause() == Spool.DAMAGED).count());
    }
  }

  @Test
  void staysBelowItsSizeAndTellsWhatWent() throws IOException {
    try (Spool spool = open()) {
      long told = 0;
      for (int sequence = 1; sequence <= 40_000; sequence += 100) {
        fill(spool, "a", sequence, sequence + 99);
        assertTrue(spool.depth().bytes() <= SETTINGS.maxBytes(), () -> spool.depth().toString());
        for (Record loss : spool.takeLosses()) {
          assertEquals(Spool.OVERFLOW, loss.cause());
          told = Math.max(told, loss.to());
        }
      }
      assertTrue(told > 10_000, "told " + told);
      assertEquals(told + 1, spool.read(1).getFirst().from());
    }
  }

  @Test
  void setsAnotherVersionAside() throws IOException {
    try (Spool spool = open()) {
      fill(spool, "a", 1, 3);
    }
    edit(bytes -> {
      ByteBuffer header = ByteBuffer.wrap(bytes);
      header.putInt(8, 7);
      CRC32C crc = new CRC32C();
      crc.update(bytes, 0, 20);
      header.putInt(20, (int) crc.getValue());
      return bytes;
    });
    try (Spool spool = open()) {
      assertEquals(List.of(), spool.read(10));
    }
    assertTrue(storage.snapshot().containsKey("00000001.segment.version-7"));
  }

  @Test
  void aFullDiskTakesNothingBack() throws IOException {
    try (Spool spool = open()) {
      fill(spool, "a", 1, 3);
      storage.full(true);
      assertThrows(IOException.class, () -> fill(spool, "a", 4, 4));
      assertEquals(List.of(1L, 2L, 3L), sequences(spool.read(10)));
      storage.full(false);
      fill(spool, "a", 4, 4);
      assertEquals(List.of(4L), sequences(spool.read(10)));
    }
  }

  @Test
  void aFileOfZerosIsNoReasonNotToStart() throws IOException {
    try (Spool spool = open()) {
      fill(spool, "a", 1, 3);
    }
    edit(bytes -> new byte[bytes.length]);
    try (Spool spool = open()) {
      assertEquals(List.of(), spool.read(10));
      fill(spool, "a", 4, 4);
      assertEquals(List.of(4L), sequences(spool.read(10)));
    }
  }

  @Test
  void waitsForTheMediumOnlyForWhatIsNeeded() throws IOException {
    try (Spool spool = open()) {
      fill(spool, "a", 1, 10);
      assertEquals(false, spool.syncDue(0));
      long half = Duration.ofSeconds(5).toNanos();
      assertEquals(false, spool.syncDue(half));
      LongStream.rangeClosed(1, 10).forEach(spool::acknowledge);
      assertEquals(false, spool.syncDue(2 * half));
      fill(spool, "a", 11, 11);
      assertEquals(false, spool.syncDue(3 * half));
      assertEquals(true, spool.syncDue(4 * half));
      spool.sync();
      assertEquals(11, spool.synced());
      fill(spool, "a", 12, 11 + SETTINGS.syncCount());
      assertEquals(true, spool.syncDue(4 * half));
    }
  }

  /// A hundred polls a second, small and large ones, with what the agent does by default.
  @Test
  void anOutageWritesAtMostAQuarterMoreThanTheRecords() throws IOException {
    SpoolSettings usual =
        new SpoolSettings(Path.of("unused"), 256 << 20, 4 << 20, 1024, Duration.ofSeconds(10));
    int messages = 20_000;
    for (int bytes : new int[] {100, 450}) {
      CrashableStorage disk = new CrashableStorage(new Random(1));
      try (Spool spool = Spool.open(disk, usual, 0)) {
        for (int sequence = 1; sequence <= messages; sequence++) {
          spool.append("d" + sequence % 100, LAYOUT, sequence, ByteBuffer.allocate(bytes));
          spool.write();
          long nowNanos = Duration.ofMillis(10L * sequence).toNanos();
          spool.tidy(nowNanos);
          if (spool.syncDue(nowNanos)) {
            spool.sync();
          }
        }
        assertTrue(spool.synced() >= messages - usual.syncCount(), "waited for the medium");
      }
      double ratio = (double) disk.mediumBytes() / messages / bytes;
      assertTrue(ratio < 1.25, () -> "to the medium, by bytes of the records: " + ratio);
    }
  }

  private Spool open() throws IOException {
    return Spool.open(storage, SETTINGS, 0);
  }

  private static void fill(Spool spool, String stream, long from, long to) throws IOException {
    try {
      for (long sequence = from; sequence <= to; sequence++) {
        spool.append(stream, LAYOUT, sequence, ByteBuffer.allocate(40));
      }
      spool.write();
    } catch (IOException e) {
      spool.rollBack();
      throw e;
    }
  }

  private interface Edit {
    byte[] of(byte[] bytes);
  }

  /// Changes the newest segment.
  private void edit(Edit edit) {
    Map.Entry<String, byte[]> newest =
        storage.snapshot().entrySet().stream()
            .filter(file -> file.getKey().endsWith(".segment"))
            .max(Map.Entry.comparingByKey())
            .orElseThrow();
    storage.damage(newest.getKey(), edit.of(newest.getValue()));
  }

  private static List<Long> sequences(List<Record> records) {
    return records.stream().map(Record::from).toList();
  }
}
