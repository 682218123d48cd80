package rackpulse.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import rackpulse.telemetry.Quantity;

class TerminalTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private long nowNanos = 5_000_000_000L;

  @Test
  void alignsColumnsAndLeavesNoTrailingBlanks() {
    Table table = new Table(Table.left("device"), Table.right("value"), Table.left("note"));
    table.row("inlet-top", "21.4", "").row("pdu", "3150.25", "ok");
    assertEquals(
        List.of("device       value  note", "inlet-top     21.4", "pdu        3150.25  ok"),
        table.lines(Terminal.plain(out)));
  }

  @Test
  void coloursDoNotShiftColumns() {
    Terminal colourful = new Terminal(out, true, true, 80);
    Table table = new Table(Table.left("a"), Table.left("b"));
    table.row(
        List.of(
            new Table.Cell("x", Terminal.Style.RED), new Table.Cell("y", Terminal.Style.GREEN)));
    String row = table.lines(colourful).get(1);
    assertEquals("\u001b[31mx\u001b[0m  \u001b[32my\u001b[0m", row);
  }

  @Test
  void progressBarIsSilentWithoutTerminal() {
    try (ProgressBar bar = new ProgressBar(Terminal.plain(out), "scan", 10, () -> nowNanos)) {
      bar.show(5, "unit 5");
    }
    assertEquals(0, bytes.size());
  }

  @Test
  void progressBarRedrawsAtMostTenTimesASecondAndErasesItself() {
    Terminal terminal = new Terminal(out, true, false, 80);
    try (ProgressBar bar = new ProgressBar(terminal, "scan", 10, () -> nowNanos)) {
      bar.show(5, "unit 5");
      int drawn = bytes.size();
      bar.show(6, "unit 6");
      assertEquals(drawn, bytes.size());
      nowNanos += 100_000_000L;
      bar.show(7, "unit 7");
      assertTrue(bytes.size() > drawn);
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("scan [████████████············] 5/10 unit 5"), text);
    assertTrue(text.endsWith(" \r"), text);
  }

  @Test
  void sparklineSpansLowestToHighest() {
    assertEquals("▁▃▅█", Sparkline.of(new double[] {0, 2.5, 5, 10}, 1));
  }

  @Test
  void sparklineKeepsNoiseFlatAndShowsHoles() {
    String line = Sparkline.of(new double[] {20.00, 20.01, Double.NaN, 20.00}, 1);
    assertEquals("▄▅ ▄", line);
    assertEquals("  ", Sparkline.of(new double[] {Double.NaN, Double.NaN}, 1));
  }

  @Test
  void valuesCarryAUnitOfFittingSize() {
    assertEquals("21.46 °C", Display.of(Quantity.TEMPERATURE, 21.4612));
    assertEquals("3.42 kW", Display.of(Quantity.POWER, 3421));
    assertEquals("-12.0 W", Display.of(Quantity.POWER, -12));
    assertEquals("812.40 kWh", Display.of(Quantity.ENERGY, 812.4 * 3.6e6));
    assertEquals("0.97", Display.of(Quantity.POWER_FACTOR, 0.97));
    assertEquals("3", Display.of(Quantity.STATE, 3));
  }

  @Test
  void durationsReadInOneUnit() {
    assertEquals("2.50 ms", Display.of(Duration.ofNanos(2_500_000)));
    assertEquals("340 ms", Display.of(Duration.ofMillis(340)));
    assertEquals("2.5 s", Display.of(Duration.ofMillis(2500)));
    assertEquals("4 min", Display.of(Duration.ofMinutes(4)));
    assertEquals("3.0 h", Display.of(Duration.ofHours(3)));
  }

  @Test
  void dumbTerminalsAreNotDrawnUpon() {
    Terminal terminal = Terminal.of(out, java.util.Map.of("TERM", "dumb", "COLUMNS", "12"));
    assertFalse(terminal.interactive());
    assertEquals(40, terminal.columns());
  }
}
