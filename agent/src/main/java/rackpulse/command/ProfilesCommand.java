package rackpulse.command;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rackpulse.json.JsonWriter;
import rackpulse.sensor.ChannelProfile;
import rackpulse.sensor.I2cProfile;
import rackpulse.sensor.ModbusProfile;
import rackpulse.sensor.Profile;
import rackpulse.terminal.Table;
import rackpulse.terminal.Table.Cell;
import rackpulse.terminal.Terminal;
import rackpulse.terminal.Terminal.Style;

/// `rackpulse profiles`: the parts that are known.
@Command(
    name = "profiles",
    description = "Lists the parts that are known, or what is known of some.")
final class ProfilesCommand implements Callable<Integer> {
  private final Services services;

  @Mixin private ProfileOptions options;

  @Parameters(paramLabel = "PROFILE", arity = "0..*", description = "show its channels and source")
  private List<String> ids = List.of();

  @Option(names = "--json", description = "print JSON")
  private boolean json;

  ProfilesCommand(Services services) {
    this.services = services;
  }

  @Override
  public Integer call() throws Exception {
    List<Profile> profiles = ids.isEmpty() ? options.all() : options.named(ids);
    if (json) {
      services.terminal().line(json(profiles));
    } else if (ids.isEmpty()) {
      list(profiles, services.terminal());
    } else {
      profiles.forEach(profile -> show(profile, services.terminal()));
    }
    return ExitCode.OK;
  }

  private static void list(List<Profile> profiles, Terminal terminal) {
    Table table =
        new Table(
            Table.left("profile"),
            Table.left("bus"),
            Table.right("channels"),
            Table.left("status"),
            Table.left("part"));
    for (Profile profile : profiles) {
      boolean proven = profile.header().proven();
      table.row(
          List.of(
              new Cell(profile.header().id(), null),
              new Cell(bus(profile), null),
              new Cell(Integer.toString(profile.channels().size()), null),
              new Cell(status(profile), proven ? Style.GREEN : Style.YELLOW),
              new Cell(profile.header().part(), null)));
    }
    table.print(terminal);
  }

  private static void show(Profile profile, Terminal terminal) {
    terminal.line(
        terminal.styled(Style.BOLD, profile.header().id()) + "  " + profile.header().part());
    terminal.line("bus:    " + bus(profile) + where(profile));
    terminal.line("status: " + status(profile));
    terminal.line("source: " + profile.header().source());
    Table table =
        new Table(
            Table.left("channel"),
            Table.left("quantity"),
            Table.left("unit"),
            Table.right("lowest"),
            Table.right("highest"));
    for (ChannelProfile channel : profile.channels()) {
      table.row(
          channel.name(),
          channel.quantity().id(),
          channel.quantity().display(),
          edge(channel.low()),
          edge(channel.high()));
    }
    table.print(terminal);
    terminal.line("");
  }

  private static String edge(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "";
  }

  private static String bus(Profile profile) {
    return switch (profile) {
      case I2cProfile _ -> "i2c";
      case ModbusProfile _ -> "modbus";
    };
  }

  private static String where(Profile profile) {
    return switch (profile) {
      case I2cProfile i2c -> {
        StringBuilder text = new StringBuilder(", address");
        i2c.addresses().forEach(address -> text.append(" 0x").append(Integer.toHexString(address)));
        yield text.toString();
      }
      case ModbusProfile _ -> "";
    };
  }

  private static String status(Profile profile) {
    return profile.header().proven() ? "proven" : "unproven";
  }

  private static String json(List<Profile> profiles) {
    JsonWriter json = new JsonWriter().beginObject().beginArray("profiles");
    for (Profile profile : profiles) {
      json.beginObject()
          .text("id", profile.header().id())
          .text("part", profile.header().part())
          .text("bus", bus(profile))
          .text("status", status(profile))
          .text("source", profile.header().source())
          .beginArray("channels");
      for (ChannelProfile channel : profile.channels()) {
        json.beginObject()
            .text("name", channel.name())
            .text("quantity", channel.quantity().id())
            .text("unit", channel.quantity().ucum())
            .end();
      }
      json.end().end();
    }
    return json.end().end().text();
  }
}
