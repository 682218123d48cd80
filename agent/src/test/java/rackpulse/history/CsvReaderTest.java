package rackpulse.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CsvReaderTest {
  @Test
  void readsFieldsOfRecords() throws IOException, MalformedRow {
    assertEquals(List.of(List.of("a", "b", "c"), List.of("1", "", "3")), records("a,b,c\n1,,3\n"));
  }

  @Test
  void lastLineNeedsNoEnd() throws IOException, MalformedRow {
    assertEquals(List.of(List.of("a"), List.of("1")), records("a\r\n1"));
    assertEquals(List.of(List.of("a", "")), records("a,"));
  }

  @Test
  void quotesHideCommasQuotesAndLineBreaks() throws IOException, MalformedRow {
    assertEquals(
        List.of(List.of("a,b", "say \"hi\"", "two\nlines", "")),
        records("\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"\"\r\n"));
  }

  @Test
  void passesOverEmptyLinesAndAByteOrderMark() throws IOException, MalformedRow {
    assertEquals(
        List.of(List.of("zeit", "°C"), List.of("1", "2")), records("\uFEFFzeit,°C\n\n\r\n1,2\n\n"));
  }

  @Test
  void countsLinesAlsoWithinQuotes() throws IOException, MalformedRow {
    CsvReader csv = reader("a\n\"x\ny\"\n\nb\n");
    assertTrue(csv.next());
    assertEquals(1, csv.line());
    assertTrue(csv.next());
    assertEquals(2, csv.line());
    assertTrue(csv.next());
    assertEquals(5, csv.line());
    assertFalse(csv.next());
  }

  @Test
  void goesOnBehindAMalformedRecord() throws IOException, MalformedRow {
    CsvReader csv = reader("a\n\"b\"c,d\ne\n");
    assertTrue(csv.next());
    MalformedRow problem = assertThrows(MalformedRow.class, csv::next);
    assertEquals(
        "line 2: something stands between a closing quote and the comma", problem.problem());
    assertTrue(csv.next());
    assertEquals("e", csv.string(0));
    assertEquals(3, csv.line());
  }

  @Test
  void saysWhereAQuoteIsNeverClosed() throws IOException, MalformedRow {
    CsvReader csv = reader("a\nb,\"c\nd\n");
    assertTrue(csv.next());
    MalformedRow problem = assertThrows(MalformedRow.class, csv::next);
    assertEquals("line 2: a quote is never closed", problem.problem());
    assertFalse(csv.next());
  }

  @Test
  void refusesEndlessRecordsAndGoesOn() throws IOException, MalformedRow {
    CsvReader csv = reader("x".repeat(CsvReader.MAX_RECORD_BYTES + 1) + "\nnext\n");
    assertThrows(MalformedRow.class, csv::next);
    assertTrue(csv.next());
    assertEquals("next", csv.string(0));
    CsvReader wide = reader(",".repeat(CsvReader.MAX_FIELDS + 1) + "\nnext\n");
    assertThrows(MalformedRow.class, wide::next);
    assertTrue(wide.next());
    assertEquals("next", wide.string(0));
  }

  @Test
  void readsTheSameWhereverTheStreamPauses() throws IOException, MalformedRow {
    String text = "a,\"b\"\"c\",d\r\n1,\"2\n3\",\r\n\n4,5,6\n";
    List<List<String>> whole = records(text);
    for (int chunk = 1; chunk < 9; chunk++) {
      assertEquals(whole, all(new CsvReader(new Slow(text.getBytes(UTF_8), chunk))));
    }
  }

  @Test
  void endsOnAnyBytes() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(60)];
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] = (byte) "a,\"\r\n1".charAt(random.nextInt(6));
      }
      CsvReader csv = new CsvReader(new ByteArrayInputStream(bytes));
      int calls = 0;
      boolean goesOn = true;
      while (goesOn) {
        assertTrue(calls++ <= bytes.length + 1, () -> new String(bytes, UTF_8));
        try {
          goesOn = csv.next();
        } catch (MalformedRow _) {
          goesOn = true;
        }
      }
    }
  }

  private static List<List<String>> records(String text) throws IOException, MalformedRow {
    return all(reader(text));
  }

  private static List<List<String>> all(CsvReader csv) throws IOException, MalformedRow {
    List<List<String>> records = new ArrayList<>();
    while (csv.next()) {
      List<String> record = new ArrayList<>();
      for (int i = 0; i < csv.fields(); i++) {
        record.add(csv.string(i));
      }
      records.add(record);
    }
    return records;
  }

  private static CsvReader reader(String text) {
    return new CsvReader(new ByteArrayInputStream(text.getBytes(UTF_8)));
  }

  /// Gives at most a few bytes at a time.
  private static final class Slow extends InputStream {
    private final ByteArrayInputStream bytes;
    private final int chunk;

    Slow(byte[] bytes, int chunk) {
      this.bytes = new ByteArrayInputStream(bytes);
      this.chunk = chunk;
    }

    @Override
    public int read() {
      return bytes.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      return bytes.read(into, offset, Math.min(length, chunk));
    }
  }
}
