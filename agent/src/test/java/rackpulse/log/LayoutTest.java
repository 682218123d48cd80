package rackpulse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tinylog.Level;
import org.tinylog.core.LogEntry;
import rackpulse.json.JsonException;
import rackpulse.json.JsonReader;
import rackpulse.json.JsonValue.JsonObject;

class LayoutTest {
  private static final Instant TIME = Instant.parse("2026-11-23T18:05:00.123Z");

  @Test
  void journalLinesBeginWithTheirPriority() {
    Map<Level, String> expected =
        Map.of(
            Level.ERROR, "<3>text\n",
            Level.WARN, "<4>text\n",
            Level.INFO, "<6>text\n",
            Level.DEBUG, "<7>text\n",
            Level.TRACE, "<7>text\n");
    expected.forEach(
        (level, line) -> assertEquals(line, lines(LogFormat.JOURNAL, entry(level, "text", null))));
  }

  @Test
  void everyLineOfMessageAndTraceHasThePriority() {
    IOException exception = new IOException("first\nsecond", new IllegalStateException("cause"));
    String lines = lines(LogFormat.JOURNAL, entry(Level.ERROR, "above\nbelow", exception));
    List<String> each = lines.lines().toList();
    assertTrue(each.size() > 6, lines);
    assertTrue(each.stream().allMatch(line -> line.startsWith("<3>")), lines);
    assertEquals(
        List.of("<3>above", "<3>below", "<3>java.io.IOException: first", "<3>second"),
        each.subList(0, 4));
    assertTrue(lines.contains("<3>Caused by: java.lang.IllegalStateException: cause"), lines);
  }

  @Test
  void escapesWhatCouldForgeALineOrSteerATerminal() {
    assertEquals(
        "<6>a\\u001b[2Jb\\u000dc\\u0085d\\u202ee\tf °C ü\n",
        lines(LogFormat.JOURNAL, entry(Level.INFO, "a\u001b[2Jb\rc\u0085d\u202ee\tf °C ü", null)));
  }

  @Test
  void terminalLinesHaveTimeAndLevelAndContinuationsAreIndented() {
    assertEquals(
        "18:05:00 WARN  one\n               two\n",
        lines(LogFormat.TERMINAL, entry(Level.WARN, "one\ntwo", null)));
    LogEntry later = entry(TIME.plusSeconds(7), Level.ERROR, "x", null);
    assertEquals("18:05:07 ERROR x\n", lines(LogFormat.TERMINAL, later));
  }

  @Test
  void jsonIsOneObjectPerLine() throws JsonException {
    String lines = lines(LogFormat.JSON, entry(Level.ERROR, "one\ntwo", new IOException("broken")));
    assertEquals(lines.length() - 1, lines.indexOf('\n'));
    JsonObject json = JsonReader.readObject(lines.getBytes(StandardCharsets.UTF_8));
    assertEquals("2026-11-23T18:05:00.123Z", json.text("ts").orElseThrow());
    assertEquals("error", json.text("level").orElseThrow());
    assertEquals("one\ntwo", json.text("message").orElseThrow());
    assertEquals("rackpulse.Sender", json.text("class").orElseThrow());
    assertEquals(Thread.currentThread().getName(), json.text("thread").orElseThrow());
    assertTrue(json.text("exception").orElseThrow().startsWith("java.io.IOException: broken\n"));
  }

  @Test
  void entryWithoutMessageIsItsTrace() {
    String lines = lines(LogFormat.JOURNAL, entry(Level.ERROR, null, new IOException("broken")));
    assertTrue(lines.startsWith("<3>java.io.IOException: broken\n<3>\tat "), lines);
  }

  @Test
  void writerPutsOutWholeEntries() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    LineWriter writer = new LineWriter(LogFormat.JOURNAL, new PrintStream(bytes));
    writer.write(entry(Level.INFO, "21 °C", null));
    assertEquals("<6>21 °C\n", bytes.toString(StandardCharsets.UTF_8));
  }

  @Test
  void journalIsChosenOnlyWhenStandardErrorIsTheJournal(@TempDir Path directory)
      throws IOException {
    Path stream = Files.createFile(directory.resolve("stream"));
    Map<String, Object> ids = Files.readAttributes(stream, "unix:dev,ino");
    String journal = ids.get("dev") + ":" + ids.get("ino");
    assertEquals(LogFormat.JOURNAL, LogFormat.fitting(Map.of("JOURNAL_STREAM", journal), stream));
    assertEquals(LogFormat.TERMINAL, LogFormat.fitting(Map.of("JOURNAL_STREAM", "8:1"), stream));
    assertEquals(LogFormat.TERMINAL, LogFormat.fitting(Map.of(), stream));
    assertFalse(Files.exists(directory.resolve("absent")));
    assertEquals(
        LogFormat.TERMINAL,
        LogFormat.fitting(Map.of("JOURNAL_STREAM", journal), directory.resolve("absent")));
  }

  private static String lines(LogFormat format, LogEntry entry) {
    return Layout.of(format, ZoneOffset.UTC).lines(entry);
  }

  private static LogEntry entry(
      Level level, @Nullable String message, @Nullable Throwable exception) {
    return entry(TIME, level, message, exception);
  }

  private static LogEntry entry(
      Instant time, Level level, @Nullable String message, @Nullable Throwable exception) {
    return new LogEntry(
        new FixedTime(time),
        Thread.currentThread(),
        Map.of(),
        "rackpulse.Sender",
        null,
        null,
        -1,
        null,
        level,
        message,
        exception);
  }

  private record FixedTime(Instant time) implements org.tinylog.runtime.Timestamp {
    @Override
    @SuppressWarnings("JavaUtilDate") // tinylog's interface
    public Date toDate() {
      return Date.from(time);
    }

    @Override
    public Instant toInstant() {
      return time;
    }

    @Override
    public Timestamp toSqlTimestamp() {
      return Timestamp.from(time);
    }

    @Override
    public long calcDifferenceInNanoseconds(org.tinylog.runtime.Timestamp other) {
      return java.time.Duration.between(other.toInstant(), time).toNanos();
    }
  }
}
