package rackpulse.scan;

import java.util.List;
import rackpulse.json.JsonWriter;
import rackpulse.terminal.Table;
import rackpulse.terminal.Terminal;

/// Prints what a scan found, for people or for scripts.
public final class FoundTable {
  private FoundTable() {}

  /// Prints a table, or a line that says that there is nothing.
  public static void print(List<Found> found, String target, Terminal terminal) {
    if (found.isEmpty()) {
      terminal.line("nothing answers on " + target);
      return;
    }
    Table table =
        new Table(
            Table.left("line"), Table.left("address"), Table.left("says"), Table.left("profile"));
    for (Found one : found) {
      table.row(one.line(), address(one), one.evidence(), profiles(one));
    }
    table.print(terminal);
  }

  /// One JSON document: `{"target":…,"found":[{"line":…,"address":…,…}]}`.
  public static String json(List<Found> found, String target) {
    JsonWriter json = new JsonWriter().beginObject().text("target", target).beginArray("found");
    for (Found one : found) {
      json.beginObject()
          .text("line", one.line())
          .integer("address", one.address())
          .text("evidence", one.evidence())
          .flag("certain", one.certain())
          .beginArray("profiles");
      one.profiles().forEach(json::text);
      json.end().end();
    }
    return json.end().end().text();
  }

  private static String address(Found found) {
    return found.i2c() ? "0x%02x".formatted(found.address()) : "unit " + found.address();
  }

  private static String profiles(Found found) {
    String ids = String.join(", ", found.profiles());
    if (found.certain() || ids.isEmpty()) {
      return ids;
    }
    return "perhaps " + ids;
  }
}
