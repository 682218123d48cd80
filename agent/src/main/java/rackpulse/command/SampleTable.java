package rackpulse.command;

import java.util.ArrayList;
import java.util.List;
import rackpulse.json.JsonWriter;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.terminal.Display;
import rackpulse.terminal.Table;
import rackpulse.terminal.Table.Cell;
import rackpulse.terminal.Terminal;
import rackpulse.terminal.Terminal.Style;

/// Samples of one poll, for people or for scripts.
final class SampleTable {
  private final List<Row> rows = new ArrayList<>();

  /// @param reason why the device as a whole could not be read; empty when it could
  void add(List<Sample> samples, String reason) {
    samples.forEach(sample -> rows.add(new Row(sample, reason)));
  }

  /// @return whether there is any gap
  boolean hasGaps() {
    return rows.stream().anyMatch(row -> row.sample instanceof Gap);
  }

  void print(Terminal terminal) {
    Table table =
        new Table(
            Table.left("device"), Table.left("channel"), Table.right("value"), Table.left("why"));
    for (Row row : rows) {
      Cell device = new Cell(row.sample.channel().device(), null);
      Cell channel = new Cell(row.sample.channel().name(), null);
      switch (row.sample) {
        case Reading reading -> {
          String value = Display.of(reading.channel().quantity(), reading.value());
          table.row(List.of(device, channel, new Cell(value, null), new Cell("", null)));
        }
        case Gap gap -> {
          Cell cause = new Cell(gap.cause().id(), Style.RED);
          table.row(List.of(device, channel, cause, new Cell(row.reason, null)));
        }
      }
    }
    table.print(terminal);
  }

  /// One JSON document: `{"samples":[{"device":…,"channel":…,"value":…,"unit":…}]}`, with `gap`
  /// instead of `value` where there is none.
  String json() {
    JsonWriter json = new JsonWriter().beginObject().beginArray("samples");
    for (Row row : rows) {
      json.beginObject()
          .text("device", row.sample.channel().device())
          .text("channel", row.sample.channel().name())
          .text("unit", row.sample.channel().quantity().ucum())
          .time("ts", row.sample.stamp().at());
      switch (row.sample) {
        case Reading reading -> value(json, reading);
        case Gap gap -> json.text("gap", gap.cause().id()).text("reason", row.reason);
      }
      json.end();
    }
    return json.end().end().text();
  }

  private static void value(JsonWriter json, Reading reading) {
    if (reading.channel().quantity().integer()) {
      json.integer("value", (long) reading.value());
    } else {
      json.decimal("value", reading.value());
    }
  }

  private record Row(Sample sample, String reason) {}
}
