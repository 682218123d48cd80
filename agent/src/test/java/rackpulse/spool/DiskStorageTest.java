package rackpulse.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskStorageTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void onlyOneMayUseADirectory() throws IOException {
    Path spool = directory.resolve("spool");
    try (DiskStorage _ = DiskStorage.open(spool)) {
      assertThrows(DiskStorage.LockedException.class, () -> DiskStorage.open(spool));
    }
    DiskStorage.open(spool).close();
  }

  @Test
  void keepsWhatWasWrittenAsTheModelOfADiskDoes() throws IOException {
    SpoolSettings settings =
        new SpoolSettings(directory, 1 << 20, 64 << 10, 256, Duration.ofSeconds(10));
    byte[] body = "21.4".getBytes(StandardCharsets.US_ASCII);
    try (Spool spool = Spool.open(DiskStorage.open(directory), settings, 0)) {
      spool.append("a", new byte[0], 1, ByteBuffer.wrap(body));
      spool.write();
      spool.tidy(0);
    }
    Files.writeString(directory.resolve("notes.txt"), "not ours");
    try (Spool spool = Spool.open(DiskStorage.open(directory), settings, 0)) {
      Record record = spool.read(10).getFirst();
      assertEquals("a", record.stream());
      assertEquals("21.4", new String(record.body(), StandardCharsets.US_ASCII));
      spool.acknowledge(record.number());
      spool.tidy(Duration.ofSeconds(20).toNanos());
      assertEquals(new Spool.Depth(0, 0), spool.depth());
    }
  }
}
