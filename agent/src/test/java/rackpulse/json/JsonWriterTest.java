package rackpulse.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonWriterTest {
  private static final long SEED = 4711;

  @Test
  void writesNestedDocument() {
    String json =
        new JsonWriter()
            .beginObject()
            .integer("v", 1)
            .text("boot", "7f3a")
            .beginObject("values")
            .decimal("temperature", 21)
            .end()
            .beginArray("list")
            .text("a")
            .decimal(1.5)
            .beginObject()
            .flag("yes", true)
            .end()
            .beginArray()
            .end()
            .end()
            .integer("large", new BigInteger("18446744073709551615"))
            .time("ts", Instant.parse("2026-11-23T18:00:00.123987Z"))
            .end()
            .text();
    assertEquals(
        "{\"v\":1,\"boot\":\"7f3a\",\"values\":{\"temperature\":21.0},"
            + "\"list\":[\"a\",1.5,{\"yes\":true},[]],\"large\":18446744073709551615,"
            + "\"ts\":\"2026-11-23T18:00:00.123Z\"}",
        json);
  }

  @Test
  void escapesWhatJsonForbidsAndKeepsTheRest() {
    String json = new JsonWriter().beginArray().text("°C \"\\\n\u0001").end().text();
    assertEquals("[\"°C \\\"\\\\\\n\\u0001\"]", json);
  }

  @Test
  void refusesIncompleteDocument() {
    assertThrows(IllegalStateException.class, () -> new JsonWriter().beginObject().bytes());
  }

  @Test
  void refusesValueWithoutKeyInObject() {
    assertThrows(UncheckedIOException.class, () -> new JsonWriter().beginObject().text("value"));
  }

  @Test
  void refusesWhatIsNotANumber() {
    for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(
          IllegalArgumentException.class, () -> new JsonWriter().beginObject().decimal("x", value));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "21, 21.0",
    "-0.0, 0.0",
    "4.4442E9, 4444200000.0",
    "-1.2345678901E7, -12345678.901",
    "1.0E7, 10000000.0",
    "9.99999999999999E14, 999999999999999.0",
    "999999999999999.9, 999999999999999.9",
    "1.0E15, 1.0E15",
    "1.0E-4, 0.0001",
    "-1.25E-7, -0.000000125",
    "1.0E-15, 0.000000000000001",
    "1.0E-16, 1.0E-16",
    "0.1, 0.1",
  })
  void writesDecimalsAsDecimals(double value, String expected) {
    assertEquals(expected, Decimals.text(value));
  }

  @Test
  void everyDecimalReadsBackAsItself() {
    Random random = new Random(SEED);
    for (int i = 0; i < 200_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (!Double.isFinite(value)) {
        continue;
      }
      String text = Decimals.text(value);
      assertEquals(value, Double.parseDouble(text));
      assertTrue(text.contains("."), text);
    }
  }

  @Test
  void decimalsInTheRangeOfMeasurementsHaveNoExponent() {
    Random random = new Random(SEED);
    for (int i = 0; i < 200_000; i++) {
      double value = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(-9, 15));
      String text = Decimals.text(value);
      assertFalse(text.contains("E"), text);
      assertEquals(0, new BigDecimal(text).compareTo(new BigDecimal(Double.toString(value))));
    }
  }

  @Test
  void writesTimesLikeTheStandardFormatter() {
    DateTimeFormatter expected =
        DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    long first = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();
    long last = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();
    Random random = new Random(SEED);
    for (int i = 0; i < 100_000; i++) {
      Instant time = Instant.ofEpochMilli(random.nextLong(first, last + 1));
      assertEquals(expected.format(time), Times.text(time));
    }
    for (String edge :
        new String[] {
          "0000-01-01T00:00:00.000Z",
          "9999-12-31T23:59:59.999Z",
          "2000-02-29T23:59:59.999Z",
          "1970-01-01T00:00:00.000Z",
          "2100-03-01T00:00:00.000Z"
        }) {
      assertEquals(edge, Times.text(Instant.parse(edge)));
    }
  }

  @Test
  void refusesYearsBeyondFourDigits() {
    assertThrows(
        IllegalArgumentException.class, () -> Times.text(Instant.parse("+10000-01-01T00:00:00Z")));
  }
}
