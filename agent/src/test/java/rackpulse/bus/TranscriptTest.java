package rackpulse.bus;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TranscriptTest {
  private static final String I2C =
      """
      # a humidity sensor, and one that is absent
      bus i2c
      +0.120s 0x44 W fd   # measure
      pause 9 ms
      0x44 R 66 66 93 72 b0 dc
      40 W 0x00 R 0X12 aB
      +12s 0x45 W nak
      0x45 W 01 data-nak
      0x45 R 6 timeout
      0x45 W 02 R 2 arbitration
      0x45 W 03 04 down
      """;

  private static final String MODBUS =
      """
      bus modbus-tcp
      R 55
      W 00 01 00 00 00 06 01 03 00 00 00 01
      +0.1s R 00 01 00 00 00 05 01
      R 03 02 00 2a
      +1.0s R
      close
      W 00 02 00 00 00 06 01 03 00 00 00 01 down
      """;

  @Test
  void readsTransfersOfEveryForm() throws IOException {
    Transcript transcript = Transcript.parse("t", I2C);
    assertEquals(Transcript.Kind.I2C, transcript.kind());
    assertEquals(
        """
        0x44 W fd
        0x44 R 66 66 93 72 b0 dc
        0x40 W 00 R 12 ab
        0x45 W nak
        0x45 W 01 data-nak
        0x45 R 6 timeout
        0x45 W 02 R 2 arbitration
        0x45 W 03 04 down
        """,
        transcript.transfers().stream()
            .map(transfer -> transfer + "\n")
            .reduce("", String::concat));
    assertEquals("t:4: pause 9 ms", transcript.line(4));
    assertEquals(3, transcript.transfers().getFirst().line());
  }

  @Test
  void readsExchangesWithChunksSilenceAndTheEnd() throws IOException {
    Transcript transcript = Transcript.parse("t", MODBUS);
    assertEquals(Transcript.Kind.MODBUS_TCP, transcript.kind());
    assertArrayEquals(new byte[] {0x55}, transcript.unasked().getFirst().bytes());
    Transcript.Exchange first = transcript.exchanges().getFirst();
    assertEquals(12, first.request().length);
    assertEquals(
        "[DATA, DATA, SILENCE, CLOSE]",
        first.arrivals().stream().map(Transcript.Arrival::what).toList().toString());
    assertArrayEquals(new byte[] {3, 2, 0, 0x2a}, first.arrivals().get(1).bytes());
    assertEquals(true, transcript.exchanges().getLast().isDown());
  }

  @Test
  void readsAFile(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("wire.transcript");
    Files.writeString(file, "bus modbus-rtu\r\nW 01 03\r\nR zz\r\n");
    Transcript.FormatException wrong =
        assertThrows(Transcript.FormatException.class, () -> Transcript.read(file));
    assertEquals(file + ":3: expected the end of the line, found \"zz\"", wrong.getMessage());
    Files.writeString(file, MODBUS);
    assertEquals(2, Transcript.read(file).exchanges().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "0x44 | the end of the line | `\"W\" or \"R\"`",
        "0x44 X | `\"X\"` | `\"W\" or \"R\"`",
        "0x44 R | the end of the line | a byte as two hexadecimal digits",
        "0x44 W R 12 | `\"R\"` | the end of the line",
        "0x44 W fd R | the end of the line | a byte as two hexadecimal digits",
        "0x44 W fd2 | `\"fd2\"` | the end of the line",
        "0x44 R 66 nak nak | `\"nak\"` | the end of the line",
        "0x44 R 0 nak | the end of the line | a byte as two hexadecimal digits",
        "0x44 R 9000 nak | `\"9000\"` | a number of bytes",
        "0x44 nak | the end of the line | `\"W\" or \"R\"`",
        "0x07 W | `\"0x07\"` | `an address, 0x08 to 0x77,`",
        "0x78 W | `\"0x78\"` | `an address, 0x08 to 0x77,`",
        "hello | `\"hello\"` | `\"pause\" or the address, 0x08 to 0x77,`",
        "pause 9 | the end of the line | `\"ms\"`",
        "pause 9999999999 ms | `\"9999999999\"` | a number of milliseconds",
        "pause -1 ms | `\"-1\"` | a number of milliseconds",
        "+1.2.3s 0x44 W | `\"+1.2.3s\"` | `\"pause\" or the address, 0x08 to 0x77,`",
      })
  void namesPlaceExpectationAndFinding(String line, String found, String expected) {
    assertEquals("t:2: expected " + expected + ", found " + found, problem("bus i2c\n" + line));
  }

  @Test
  void namesWhatIsWrongWithAModbusLine() {
    String header = "bus modbus-rtu\n";
    assertEquals(
        "t:2: expected \"W\", \"R\" or \"close\", found \"0x44\"", problem(header + "0x44 W"));
    assertEquals(
        "t:2: expected a byte as two hexadecimal digits, found the end of the line",
        problem(header + "W"));
    assertEquals("t:2: expected the end of the line, found \"nak\"", problem(header + "W 01 nak"));
  }

  @Test
  void wantsAHeader() {
    String expected =
        "expected a first line \"bus i2c\" or \"bus modbus-rtu\" or \"bus modbus-tcp\", found ";
    assertEquals("t:1: " + expected + "nothing", problem(""));
    assertEquals("t:2: " + expected + "\"0x44\"", problem("#\n0x44 W"));
    assertEquals("t:1: " + expected + "\"can\"", problem("bus can"));
  }

  @Test
  void boundsWhatItReads() throws IOException {
    String most = "bus i2c" + "\n".repeat(Transcript.MAX_LINES);
    assertEquals(0, Transcript.parse("t", most).transfers().size());
    assertEquals(
        "t:200000: expected at most 200000 lines, found more: cut it into pieces",
        problem(most + "\n"));
    assertEquals(
        "t: expected at most 8 MiB, found more: cut it into pieces",
        problem("#".repeat(Transcript.MAX_CHARACTERS + 1)));
    String bytes = " 00".repeat(Transcript.MAX_BYTES);
    Transcript longest = Transcript.parse("t", "bus i2c\n0x44 W" + bytes);
    assertEquals(Transcript.MAX_BYTES, longest.transfers().getFirst().write().length);
    assertEquals(
        "t:2: expected at most 8192 bytes in a line, found more",
        problem("bus i2c\n0x44 W 00" + bytes));
    assertEquals(
        "t:2: expected at most 8192 bytes in a line, found more",
        problem("bus i2c\n0x44 W" + bytes + bytes));
  }

  @Test
  void damagedTextIsReadOrRefusedWithItsReason() {
    Random random = new Random(20_250_611);
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      String text = damaged(round % 2 == 0 ? I2C : MODBUS, random);
      try {
        Transcript.parse("t", text);
      } catch (Transcript.FormatException e) {
        refused++;
        assertEquals(true, String.valueOf(e.getMessage()).startsWith("t:"), text);
      }
    }
    assertEquals(true, refused > 5_000 && refused < 20_000, "refused " + refused);
  }

  private static String damaged(String text, Random random) {
    String alphabet = "0123456789abcdefxWR+s.# \t\n\r-nakclosedownpause\u0000\u00e4\ud83d";
    StringBuilder damaged = new StringBuilder(text);
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(damaged.length());
      int end = Math.min(damaged.length(), at + random.nextInt(12));
      switch (random.nextInt(4)) {
        case 0 -> damaged.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
        case 1 -> damaged.delete(at, end).append('\n');
        case 2 -> damaged.insert(random.nextInt(damaged.length()), damaged.substring(at, end));
        default -> damaged.insert(at, (char) random.nextInt(0x10000));
      }
    }
    return damaged.toString();
  }

  private static String problem(String text) {
    return String.valueOf(
        assertThrows(Transcript.FormatException.class, () -> Transcript.parse("t", text))
            .getMessage());
  }
}
