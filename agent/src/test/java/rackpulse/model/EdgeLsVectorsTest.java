package rackpulse.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The same alarms, with the same scores, as the reference made from synthetic series.
class EdgeLsVectorsTest {
  private static final double TOLERANCE = 1e-6;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "constant",
        "daily-inlet",
        "goes-quiet",
        "power-bursts",
        "quantised-with-gaps",
        "random-walk",
        "step-and-drift"
      })
  void raisesTheAlarmsOfTheReference(String name) throws IOException {
    EdgeLs model = new EdgeLs(0);
    int line = 1;
    for (String row : rows(name)) {
      line++;
      String[] cells = row.split(",", -1);
      long wallMillis = Long.parseLong(cells[0]) * 1000;
      Novelty novelty = model.observe(wallMillis, 1, Double.parseDouble(cells[1]));
      double score = novelty == null ? 0 : novelty.score();
      assertEquals(Double.parseDouble(cells[2]), score, TOLERANCE, name + ".csv:" + line);
    }
  }

  private static Iterable<String> rows(String name) throws IOException {
    String path = "/model-vectors/" + name + ".csv";
    try (InputStream in = EdgeLsVectorsTest.class.getResourceAsStream(path)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().skip(1).toList();
    }
  }
}
