package rackpulse.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rackpulse.telemetry.Quantity;

class ReplayTest {
  private static final int TIME = 0;
  private static final int VALUE = 1;
  private static final int STATE = 2;
  private static final int ALARM = 3;
  private static final int KIND = 5;
  private static final int EXPECTED = 6;
  private static final int SHARES = 9;
  private static final int TEXT = 10;

  @TempDir private Path directory;

  private final List<String> problems = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(strings = {"daily-inlet", "power-bursts", "quantised-with-gaps", "step-and-drift"})
  void raisesTheAlarmsOfTheReferenceAsIs(String name) throws Exception {
    Path file = directory.resolve(name + ".csv");
    try (InputStream in = ReplayTest.class.getResourceAsStream("/model-vectors/" + name + ".csv")) {
      Files.copy(Objects.requireNonNull(in), file);
    }
    List<List<String>> rows = replay(settings(file, "t", "x", List.of(), 0));
    List<String> vectors = Files.readAllLines(file);
    assertEquals(vectors.size(), rows.size() + 1);
    for (int i = 0; i < rows.size(); i++) {
      double right = Double.parseDouble(vectors.get(i + 1).split(",", -1)[2]);
      assertEquals(right, Double.parseDouble(rows.get(i).get(ALARM)), 1e-6, "row " + i);
    }
  }

  @Test
  void averagesRowsToBlocksOfTheClock() throws Exception {
    Path file = write("t,v\n2026-11-23 18:04:00,1\n2026-11-23 18:05:00,3\n2026-11-23 18:09:59,4\n");
    List<List<String>> rows = replay(settings(file, "t", "v", List.of(), 300_000));
    assertEquals(2, rows.size());
    assertEquals("2026-11-23T18:00:00Z", rows.get(0).get(TIME));
    assertEquals("1", rows.get(0).get(VALUE));
    assertEquals("2026-11-23T18:05:00Z", rows.get(1).get(TIME));
    assertEquals("3.5", rows.get(1).get(VALUE));
    assertEquals("learning", rows.get(1).get(STATE));
  }

  @Test
  void tellsBadRowsWithTheirLines() throws Exception {
    Path file = write("t,v\n0,1\nsoon,2\n10,x\n20\n\n30,\n\"40\"x,1\n50,7\n5,7\n1000,7\n400,3\n");
    List<List<String>> rows = replay(settings(file, "t", "v", List.of(), 300_000));
    String lines = String.join("\n", problems).replace(file + ": ", "");
    assertEquals(
        """
        line 3: "soon" is no time: 2026-11-23T18:00:00Z, 2026-11-23 18:00:00, or seconds or \
        milliseconds since 1970
        line 4: "x" is no number
        line 5: 1 fields, where the first line has 2
        line 8: something stands between a closing quote and the comma
        line 10: its time 1970-01-01T00:00:05Z lies before that of the row above, \
        1970-01-01T00:00:50Z
        line 12: its time 1970-01-01T00:06:40Z lies before that of the row above, \
        1970-01-01T00:16:40Z\
        """,
        lines);
    assertEquals("4", rows.get(0).get(VALUE), "the mean of 1 and 7: others are out");
  }

  @Test
  void stopsTellingAfterTwentyBadRows() throws Exception {
    Path file = write("t,v\n" + "x,1\n".repeat(1000));
    Replay.Summary summary =
        Replay.run(
            settings(file, "t", "v", List.of(), 300_000),
            new ByteArrayOutputStream(),
            problems::add,
            _ -> {});
    assertEquals(Recording.MAX_TOLD + 1, problems.size());
    assertEquals(1000, summary.bad());
    assertEquals(0, summary.samples());
  }

  @Test
  void saysWhichColumnsThereAre() throws Exception {
    Path file = write("time,value\n0,1\n");
    UnusableRecording problem =
        assertThrows(UnusableRecording.class, () -> replay(settings(file, "t", "v", List.of(), 0)));
    assertEquals(
        file + ": there is no column \"t\" in its first line, but time, value",
        problem.getMessage());
    Path missing = directory.resolve("missing.csv");
    assertThrows(UnusableRecording.class, () -> replay(settings(missing, "t", "v", List.of(), 0)));
  }

  @Test
  void explainsAFaultByItsInputs() throws Exception {
    Random random = new Random(1);
    StringBuilder csv = new StringBuilder("t,outlet,inlet,\"load, W\"\n");
    double load = 0;
    for (int i = 0; i < 4000; i++) {
      load += -load / 20 + 30 * random.nextGaussian();
      double inlet = 22 + Math.sin(i / 45.0);
      double fault = i >= 3000 ? 4 : 0;
      double outlet = 12 + inlet + 0.004 * load + fault + 0.03 * random.nextGaussian();
      csv.append(
          String.format(Locale.ROOT, "%d,%.3f,%.3f,%.1f%n", 300L * i, outlet, inlet, 3000 + load));
    }
    List<List<String>> rows =
        replay(
            settings(write(csv.toString()), "t", "outlet", List.of("inlet", "load, W"), 300_000));
    List<String> abnormal = rows.get(3300);
    assertEquals("rack-model", abnormal.get(KIND));
    assertEquals("suspended", abnormal.get(STATE));
    assertEquals(
        4,
        Double.parseDouble(abnormal.get(VALUE)) - Double.parseDouble(abnormal.get(EXPECTED)),
        0.4);
    assertTrue(abnormal.get(TEXT).startsWith("outlet is "), abnormal.get(TEXT));
    assertTrue(abnormal.get(TEXT).endsWith(" from inlet and load-W"), abnormal.get(TEXT));
    assertTrue(abnormal.get(SHARES).contains("load-W"), abnormal.get(SHARES));
    assertEquals("ready", rows.get(2900).get(STATE));
  }

  /// Times that jump, stand still and go back; values that no sensor has.
  @Test
  void survivesAnyRows() throws Exception {
    String[] values = {"", "nan", "1e300", "-1e15", "0", "22.5", "22.6", "22.6", "x", "\"1\"\"2\""};
    long[] steps = {0, 1, 10, 10, 10, 300, 86_400, 31_536_000, -5, 3_000_000_000L};
    for (int run = 0; run < 60; run++) {
      Random random = new Random(run);
      StringBuilder csv = new StringBuilder("t,v,a,b\n");
      long seconds = 0;
      for (int i = 0; i < 1500; i++) {
        int most = random.nextInt(50) == 0 ? steps.length : 5;
        seconds = Math.clamp(seconds + steps[random.nextInt(most)], 0, 90_000_000_000L);
        csv.append(seconds);
        for (int column = 0; column < 3; column++) {
          int usual = random.nextInt(20) == 0 ? random.nextInt(values.length) : 5;
          csv.append(',').append(values[usual]);
        }
        csv.append('\n');
      }
      Path file = write(csv.toString());
      long periodMillis = List.of(0L, 1000L, 300_000L).get(run % 3);
      List<String> inputs = List.of("a", "b").subList(0, run % 2 * 2);
      RecordingSettings settings =
          new RecordingSettings(
              file,
              "t",
              "v",
              inputs,
              periodMillis,
              Subject.of(Quantity.values()[run % Quantity.values().length], "v", inputs));
      String before = "";
      for (List<String> row : replay(settings)) {
        assertEquals(11, row.size());
        String text = String.join(",", row.subList(1, 9));
        assertFalse(text.contains("NaN") || text.contains("Infinity"), text);
        // the years after 9999 are longer
        String time = "0".repeat(Math.max(0, 30 - row.get(TIME).length())) + row.get(TIME);
        assertTrue(periodMillis == 0 || time.compareTo(before) > 0, time + " after " + before);
        before = time;
      }
    }
  }

  @Test
  void sameRowsEachTime() throws Exception {
    StringBuilder csv = new StringBuilder("t,v\n");
    Random random = new Random(3);
    for (int i = 0; i < 3000; i++) {
      csv.append(300L * i).append(',').append(random.nextGaussian()).append('\n');
    }
    Path file = write(csv.toString());
    RecordingSettings settings = settings(file, "t", "v", List.of(), 300_000);
    assertEquals(replay(settings), replay(settings));
  }

  private static RecordingSettings settings(
      Path file, String time, String value, List<String> inputs, long periodMillis) {
    Subject subject = Subject.of(Quantity.NUMBER, value, inputs);
    return new RecordingSettings(file, time, value, inputs, periodMillis, subject);
  }

  private Path write(String csv) throws IOException {
    return Files.writeString(directory.resolve("recording.csv"), csv);
  }

  private List<List<String>> replay(RecordingSettings settings) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Replay.run(settings, out, problems::add, _ -> {});
    List<List<String>> rows = new ArrayList<>();
    Path result = Files.writeString(directory.resolve("result.csv"), out.toString(UTF_8));
    try (CsvReader csv = new CsvReader(Files.newInputStream(result))) {
      csv.next();
      while (csv.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 0; i < csv.fields(); i++) {
          row.add(csv.string(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }
}
