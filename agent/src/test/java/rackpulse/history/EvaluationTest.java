package rackpulse.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import rackpulse.history.Evaluation.Row;
import rackpulse.plot.Plot;
import rackpulse.plot.SvgPlot;
import rackpulse.telemetry.Quantity;

class EvaluationTest {
  private static final int SAMPLES = 8000;
  private static final List<Long> HORIZONS = List.of(900_000L, 3_600_000L);

  @TempDir private Path directory;

  @Test
  void printsEachPassHorizonAndPart() throws Exception {
    Evaluation.Result result = evaluate(wave(), 0.7, 2);
    assertEquals(SAMPLES, result.samples());
    assertEquals(8, result.rows().size());
    Row first = result.rows().getFirst();
    assertEquals(1, first.pass());
    assertTrue(first.train());
    assertEquals(900_000, first.horizonMillis());
    assertTrue(first.count() > 5000 && first.count() < 5600, () -> first.count() + " forecasts");
    Row test = result.rows().get(2);
    assertFalse(test.train());
    assertEquals(2400.0, (double) test.count(), 5);
  }

  @Test
  void beatsPersistenceOnARegularDay() throws Exception {
    for (Row row : evaluate(wave(), 0.7, 2).rows()) {
      if (!row.train()) {
        assertTrue(row.ratio() < 0.85, () -> "ratio " + row.ratio());
        assertEquals(0.9, row.coverage(), 0.1);
        assertEquals(Math.sqrt(row.mse()), row.mae(), row.mae());
      }
    }
  }

  @Test
  void testPartIsNotLearnedFromInLaterPasses() throws Exception {
    List<Row> rows = evaluate(halves(1, 1), 0.5, 3).rows();
    List<Row> others = evaluate(halves(1, 100), 0.5, 3).rows();
    for (int i = 0; i < rows.size(); i++) {
      assertEquals(rows.get(i).train(), rows.get(i).equals(others.get(i)), "row " + i);
    }
  }

  /// Noise of one size in the first half and of another in the second.
  private static String halves(double first, double second) {
    StringBuilder csv = new StringBuilder("t,v\n");
    Random random = new Random(5);
    for (int i = 0; i < SAMPLES; i++) {
      double size = i < SAMPLES / 2 ? first : second;
      csv.append(300L * i).append(',').append(size * random.nextGaussian()).append('\n');
    }
    return csv.toString();
  }

  @Test
  void drawsAnImageThatParses() throws Exception {
    Evaluation.Result result = evaluate(wave(), 0.7, 1);
    String svg = SvgPlot.draw(result.plot());
    Document image =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    assertEquals("svg", image.getDocumentElement().getTagName());
    assertTrue(svg.contains("v in recording.csv"), svg);
    assertTrue(svg.contains("forecast 900000"));
    assertTrue(svg.contains("learned from"));
    assertTrue(svg.contains(">near</text>") && !svg.contains(">far</text>"));
    assertFalse(svg.contains("NaN") || svg.contains("Infinity"));
    assertTrue(svg.length() < 300_000, () -> svg.length() + " characters");
  }

  @Test
  void drawsEvenASingleRow() throws Exception {
    Evaluation.Result result = evaluate("t,v\n0,5\n", 0.7, 1);
    String svg = SvgPlot.draw(result.plot());
    assertFalse(svg.contains("NaN"));
  }

  @Test
  void refusesAnEmptyRecording() {
    assertThrows(UnusableRecording.class, () -> evaluate("t,v\n", 0.7, 1));
  }

  private static String wave() {
    StringBuilder csv = new StringBuilder("t,v\n");
    Random random = new Random(2);
    for (int i = 0; i < SAMPLES; i++) {
      double value = 22 + 3 * Math.sin(2 * Math.PI * i / 288) + 0.1 * random.nextGaussian();
      csv.append(String.format(Locale.ROOT, "%d,%.3f%n", 300L * i, value));
    }
    return csv.toString();
  }

  private static Plot.Labels labels(long aheadMillis) {
    return new Plot.Labels(
        "v in recording.csv",
        "v, °C",
        "forecast " + aheadMillis,
        "novelty",
        List.of(new Plot.Limit("near", 26), new Plot.Limit("far", 260)));
  }

  private Evaluation.Result evaluate(String csv, double trainShare, int passes)
      throws IOException, UnusableRecording {
    Path file = Files.writeString(directory.resolve("recording.csv"), csv);
    Subject subject = Subject.of(Quantity.TEMPERATURE, "v", List.of());
    RecordingSettings settings = new RecordingSettings(file, "t", "v", List.of(), 300_000, subject);
    return Evaluation.run(
        new Evaluation.Settings(settings, HORIZONS, trainShare, passes),
        EvaluationTest::labels,
        _ -> {},
        _ -> {});
  }
}
