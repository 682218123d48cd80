package rackpulse.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnnouncedTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void tellsWhichDevicesLeftUntilTheyAreForgotten() {
    Path file = directory.resolve("announced");
    assertEquals(List.of(), Announced.load(file).announce(List.of("a", "b", "c")));
    assertEquals(List.of("b"), Announced.load(file).announce(List.of("a", "c")));
    Announced again = Announced.load(file);
    assertEquals(List.of("b"), again.announce(List.of("a", "c")), "not yet emptied");
    again.forget("b");
    assertEquals(List.of(), Announced.load(file).announce(List.of("a", "c")));
  }

  @Test
  void remembersOneThatHasComeBackBeforeItsRemovalArrived() {
    Path file = directory.resolve("announced");
    Announced announced = Announced.load(file);
    announced.announce(List.of("a", "b"));
    assertEquals(List.of("b"), announced.announce(List.of("a")));
    announced.announce(List.of("a", "b"));
    announced.forget("b");
    assertEquals(List.of("b"), Announced.load(file).announce(List.of("a")));
  }

  @Test
  void ignoresWhatIsNoName() throws IOException {
    Path file = directory.resolve("announced");
    Files.write(file, new byte[] {'a', '\n', (byte) 0xFF, 0, '/', '\n', '\n', 'b'});
    assertEquals(List.of("a", "b"), Announced.load(file).announce(List.of()));
  }

  @Test
  void worksWithoutAPlaceToWrite() {
    Announced announced = Announced.load(directory.resolve("missing/announced"));
    assertEquals(List.of(), announced.announce(List.of("a")));
    assertEquals(List.of("a"), announced.announce(List.of("b")));
  }
}
