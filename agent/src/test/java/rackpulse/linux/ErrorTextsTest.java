package rackpulse.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ErrorTextsTest {
  @Test
  void areWhatJavaSaysItself() throws IOException {
    try (FileChannel full = FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(1);
      IOException failure = assertThrows(IOException.class, () -> full.write(bytes));
      assertEquals(failure.getMessage(), ErrorTexts.diskFull());
    }
  }

  @Test
  void areToldApart() {
    Set<String> texts =
        Set.of(ErrorTexts.diskFull(), ErrorTexts.quotaExceeded(), ErrorTexts.readOnly());
    assertEquals(3, texts.size());
  }
}
