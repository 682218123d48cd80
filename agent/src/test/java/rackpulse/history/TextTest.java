package rackpulse.history;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Times and numbers, read and written.
class TextTest {
  private static final long MILLIS = Instant.parse("2026-11-23T18:00:00Z").toEpochMilli();

  @Test
  void readsEveryFormOfATime() {
    assertEquals(MILLIS, millis("2026-11-23T18:00:00Z"));
    assertEquals(MILLIS, millis("2026-11-23t18:00:00z"));
    assertEquals(MILLIS, millis("2026-11-23 18:00:00"));
    assertEquals(MILLIS + 120, millis("2026-11-23T18:00:00.12Z"));
    assertEquals(MILLIS + 123, millis("2026-11-23 18:00:00.123456789"));
    assertEquals(MILLIS, millis("2026-11-23T19:30:00+01:30"));
    assertEquals(MILLIS, millis("2026-11-23T13:00:00-05:00"));
    assertEquals(MILLIS, millis(Long.toString(MILLIS / 1000)));
    assertEquals(MILLIS + 500, millis(MILLIS / 1000 + ".5"));
    assertEquals(MILLIS, millis(Long.toString(MILLIS)));
    assertEquals(0, millis("0"));
  }

  @Test
  void refusesWhatIsNoTime() {
    String[] wrong = {
      "",
      "yesterday",
      "2026-11-23",
      "2026-13-01 00:00:00",
      "2026-02-29 00:00:00",
      "2026-11-23 24:00:00",
      "2026-11-23 18:60:00",
      "2026-11-23T18:00:00+0100",
      "2026-11-23T18:00:00ZZ",
      "2026-11-23T18:00:00.Z",
      "2026/11/23 18:00:00",
      "-1",
      "1e15",
      "2026-11-23T18:00",
      "2026-11-23T18:00:00+24:00",
      "NaN",
      "-026-11-23 18:00:00"
    };
    for (String text : wrong) {
      assertEquals(TimeText.NONE, millis(text), text);
    }
  }

  @Test
  void agreesWithTheLibraryAboutEveryDayOfFourCenturies() throws IOException {
    for (long day = -70_000; day < 80_000; day++) {
      Instant instant = Instant.ofEpochSecond(86_400 * day + 4321);
      assertEquals(instant.toEpochMilli(), millis(instant.toString()));
      assertEquals(instant.toString(), written(rows -> rows.time(instant.toEpochMilli())));
    }
  }

  @Test
  void readsNumbersToTheNearestDouble() {
    Random random = new Random(1);
    for (int i = 0; i < 200_000; i++) {
      String text =
          switch (i % 4) {
            case 0 -> Double.toString(random.nextGaussian() * 1000);
            case 1 -> Long.toString(random.nextLong());
            case 2 -> (random.nextInt(100_000) - 50_000) / 100.0 + "";
            default -> Double.toString(Double.longBitsToDouble(random.nextLong()));
          };
      boolean isNumber = !text.contains("N") && !text.contains("I");
      double right = isNumber ? Double.parseDouble(text) : Double.NaN;
      assertEquals(right, number(text), text);
    }
  }

  @Test
  void refusesWhatIsNoNumber() {
    for (String text : new String[] {"", "-", ".", "1.2.3", "1,5", "0x10", "1d", "12 V", "e5"}) {
      assertEquals(Double.NaN, number(text), text);
    }
    assertEquals(-0.5, number("-.5"));
    assertEquals(5, number("+5."));
    assertEquals(25, number(" 25 "));
    assertEquals(1500, number("1.5e3"));
  }

  @Test
  void writesNumbersToAMillionth() throws IOException {
    assertEquals("21.5", written(rows -> rows.number(21.5)));
    assertEquals("-0.000001", written(rows -> rows.number(-1.2e-6)));
    assertEquals("0", written(rows -> rows.number(-0.0)));
    assertEquals("1.000001", written(rows -> rows.number(1.0000009)));
    assertEquals("", written(rows -> rows.number(Double.NaN)));
    assertEquals("1.0E-9", written(rows -> rows.number(1e-9)));
    assertEquals("1.5E12", written(rows -> rows.number(1.5e12)));
    Random random = new Random(2);
    for (int i = 0; i < 100_000; i++) {
      double number = 1e4 * random.nextGaussian();
      String text = written(rows -> rows.number(number));
      assertEquals(number, Double.parseDouble(text), 5.1e-7, text);
    }
  }

  @Test
  void quotesTextsThatNeedIt() throws IOException {
    assertEquals("plain", written(rows -> rows.text("plain")));
    assertEquals("\"a, \"\"b\"\"\"", written(rows -> rows.text("a, \"b\"")));
  }

  @Test
  void roundsToSignificantDigits() {
    assertEquals("41.23", NumberText.rounded(41.2345, 4));
    assertEquals("3822", NumberText.rounded(3822.2, 4));
    assertEquals("0.012", NumberText.rounded(0.012, 4));
    assertEquals("0", NumberText.rounded(0, 4));
    assertEquals("-1.5", NumberText.rounded(-1.5, 4));
  }

  private interface Writing {
    void to(RowWriter rows) throws IOException;
  }

  private static String written(Writing writing) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    RowWriter rows = new RowWriter(out);
    writing.to(rows);
    rows.flush();
    return out.toString(UTF_8);
  }

  private static long millis(String text) {
    byte[] bytes = ("xx" + text + "yy").getBytes(US_ASCII);
    return TimeText.millis(bytes, 2, bytes.length - 2);
  }

  private static double number(String text) {
    byte[] bytes = ("1" + text + "1").getBytes(US_ASCII);
    return NumberText.value(bytes, 1, bytes.length - 1);
  }
}
