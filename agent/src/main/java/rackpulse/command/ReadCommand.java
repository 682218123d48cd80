package rackpulse.command;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rackpulse.bus.Bus;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings;
import rackpulse.bus.I2cBus;
import rackpulse.bus.WireCounters;
import rackpulse.config.Configuration;
import rackpulse.engine.BusOpener.OpenedBus;
import rackpulse.json.JsonWriter;
import rackpulse.recorder.Tape;
import rackpulse.sensor.Causes;
import rackpulse.sensor.ChannelProfile;
import rackpulse.sensor.DeviceSettings;
import rackpulse.sensor.Drivers;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;
import rackpulse.terminal.Display;
import rackpulse.terminal.Table;
import rackpulse.terminal.Table.Cell;
import rackpulse.terminal.Terminal;
import rackpulse.terminal.Terminal.Style;
import rackpulse.verdict.Medium;
import rackpulse.verdict.Verdicts;

/// `rackpulse read`: one poll of the configured devices, as a table.
@Command(
    name = "read",
    description = "Polls each device once and prints what it says. Exits 1 when there are gaps.")
final class ReadCommand implements Callable<Integer> {
  private final Services services;

  @Mixin private ConfigurationOptions options;

  @Parameters(paramLabel = "DEVICE", arity = "0..*", description = "only these (default: all)")
  private List<String> only = List.of();

  @Option(names = "--json", description = "print JSON")
  private boolean json;

  ReadCommand(Services services) {
    this.services = services;
  }

  @Override
  public Integer call() throws Exception {
    Configuration configuration = options.load(services);
    List<DeviceSettings> devices =
        configuration.devices().stream()
            .filter(device -> only.isEmpty() || only.contains(device.name()))
            .toList();
    for (String name : only) {
      if (devices.stream().noneMatch(device -> device.name().equals(name))) {
        services.err().println("rackpulse: no device \"" + name + "\" in " + options.file());
        return ExitCode.USAGE;
      }
    }
    SampleTable table = new SampleTable();
    for (BusSettings bus : configuration.buses()) {
      read(bus, devices.stream().filter(d -> d.bus().equals(bus.name())).toList(), table);
    }
    if (json) {
      services.terminal().line(table.json());
    } else {
      table.print(services.terminal());
    }
    return table.hasGaps() ? ExitCode.GAPS : ExitCode.OK;
  }

  private void read(BusSettings settings, List<DeviceSettings> devices, SampleTable table) {
    if (devices.isEmpty()) {
      return;
    }
    WireCounters counters = new WireCounters();
    try (OpenedBus opened = services.opener().open(settings, counters, Tape.OFF)) {
      int silent = 0;
      for (DeviceSettings device : devices) {
        silent += read(device, opened.bus(), table) ? 0 : 1;
      }
      if (silent == devices.size()) {
        explain(settings, opened.bus(), counters);
      }
    } catch (BusException e) {
      devices.forEach(device -> table.add(gaps(device, e), e.getMessage()));
    }
  }

  private void explain(BusSettings settings, Bus bus, WireCounters counters) {
    Medium.Kind kind = bus instanceof I2cBus ? Medium.Kind.I2C : Medium.Kind.LINE;
    String verdict = Verdicts.atFirstSight(Medium.of(settings, kind), counters.seen());
    if (!verdict.isEmpty()) {
      services.err().println("bus " + settings.name() + ": " + verdict);
    }
  }

  /// Whether the device answered.
  private boolean read(DeviceSettings device, Bus trunk, SampleTable table) {
    try {
      Bus bus =
          device.mux().isPresent() && trunk instanceof I2cBus i2c
              ? services.opener().behind(i2c, device.mux().get())
              : trunk;
      table.add(Drivers.open(device, bus).read(now()), "");
      return true;
    } catch (BusException e) {
      table.add(gaps(device, e), e.getMessage());
      return false;
    }
  }

  private static List<Sample> gaps(DeviceSettings device, BusException failure) {
    Stamp stamp = now();
    List<Sample> gaps = new ArrayList<>();
    for (ChannelProfile channel : device.profile().channels()) {
      if (device.channels().isEmpty() || device.channels().contains(channel.name())) {
        Channel of = new Channel(device.name(), channel.name(), channel.quantity());
        gaps.add(new Gap(of, stamp, Causes.of(failure)));
      }
    }
    return gaps;
  }

  private static Stamp now() {
    return new Stamp(Instant.now(), System.nanoTime(), true);
  }

  /// Samples of one poll, for people or for scripts.
  private static final class SampleTable {
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
}
