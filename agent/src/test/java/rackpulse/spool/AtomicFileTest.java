package rackpulse.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void replacesTheWholeContentAndLeavesNothingElseBehind() throws IOException {
    Path file = directory.resolve("state");
    AtomicFile.replaceDurably(file, bytes("a long first content"));
    AtomicFile.replace(file, bytes("short"));
    assertEquals("short", Files.readString(file));
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void overwritesWhatAKilledProcessLeft() throws IOException {
    Path file = directory.resolve("state");
    Files.writeString(directory.resolve("state.new"), "half of something much longer");
    AtomicFile.replaceDurably(file, bytes("whole"));
    assertEquals("whole", Files.readString(file));
  }

  @Test
  void oldContentStaysWhenTheNewCannotBeWritten() throws IOException {
    Path file = directory.resolve("state");
    AtomicFile.replace(file, bytes("old"));
    Files.createDirectory(directory.resolve("state.new"));
    assertThrows(IOException.class, () -> AtomicFile.replace(file, bytes("new")));
    assertEquals("old", Files.readString(file));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
