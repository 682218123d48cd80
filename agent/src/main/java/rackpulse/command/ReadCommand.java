package rackpulse.command;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rackpulse.analysis.DerivedSettings;
import rackpulse.analysis.Detector;
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
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;
import rackpulse.terminal.Display;
import rackpulse.terminal.Table;
import rackpulse.terminal.Table.Cell;
import rackpulse.terminal.Terminal;
import rackpulse.terminal.Terminal.Style;
import rackpulse.verdict.Medium;
import rackpulse.verdict.Verdicts;

/// `rackpulse read`: one poll of the configured devices, and what is computed from it, as a table.
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

  /// What one round over the buses gathers.
  ///
  /// @param detector adds what is computed
  /// @param shown names of devices; empty for all
  private record Round(SampleTable table, Detector detector, Set<String> shown) {
    /// @param reason why the device as a whole could not be read; empty when it could
    void add(DeviceSettings device, List<Sample> samples, String reason) {
      Poll poll = new Poll(device.name(), now(), 1, samples);
      List<Report> reports = new ArrayList<>();
      detector.observe(poll, reports);
      for (Report report : reports) {
        if (report instanceof Poll told && (shown.isEmpty() || shown.contains(told.device()))) {
          boolean isComputed = !told.device().equals(device.name());
          table.add(told.samples(), isComputed ? "an input has no value" : reason);
        }
      }
    }
  }

  ReadCommand(Services services) {
    this.services = services;
  }

  @Override
  public Integer call() throws Exception {
    Configuration configuration = options.load(services);
    for (String name : only) {
      if (names(configuration).noneMatch(name::equals)) {
        services.err().println("rackpulse: no device \"" + name + "\" in " + options.file());
        return ExitCode.USAGE;
      }
    }
    Stamp now = now();
    Detector detector =
        new Detector(
            configuration.devices().stream().map(device -> device.description(now)).toList(),
            configuration.derived(),
            List.of(),
            _ -> 1);
    Round round = new Round(new SampleTable(), detector, Set.copyOf(only));
    Set<String> needed = needed(configuration);
    List<DeviceSettings> devices =
        configuration.devices().stream()
            .filter(device -> only.isEmpty() || needed.contains(device.name()))
            .toList();
    for (BusSettings bus : configuration.buses()) {
      read(bus, devices.stream().filter(d -> d.bus().equals(bus.name())).toList(), round);
    }
    if (json) {
      services.terminal().line(round.table.json());
    } else {
      round.table.print(services.terminal());
    }
    return round.table.hasGaps() ? ExitCode.GAPS : ExitCode.OK;
  }

  private static Stream<String> names(Configuration configuration) {
    return Stream.concat(
        configuration.devices().stream().map(DeviceSettings::name),
        configuration.derived().stream().map(DerivedSettings::name));
  }

  /// The devices asked for, and those from which they are computed.
  private Set<String> needed(Configuration configuration) {
    Set<String> needed = new HashSet<>(only);
    boolean grows = true;
    while (grows) { // ends: there are only so many names
      grows = false;
      for (DerivedSettings derived : configuration.derived()) {
        if (needed.contains(derived.name())) {
          for (Channel input : derived.plus()) {
            grows |= needed.add(input.device());
          }
          for (Channel input : derived.minus()) {
            grows |= needed.add(input.device());
          }
        }
      }
    }
    return needed;
  }

  private void read(BusSettings settings, List<DeviceSettings> devices, Round round) {
    if (devices.isEmpty()) {
      return;
    }
    WireCounters counters = new WireCounters();
    try (OpenedBus opened = services.opener().open(settings, counters, Tape.OFF)) {
      int silent = 0;
      for (DeviceSettings device : devices) {
        silent += read(device, opened.bus(), round) ? 0 : 1;
      }
      if (silent == devices.size()) {
        explain(settings, opened.bus(), counters);
      }
    } catch (BusException e) {
      devices.forEach(device -> round.add(device, gaps(device, e), String.valueOf(e.getMessage())));
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
  private boolean read(DeviceSettings device, Bus trunk, Round round) {
    try {
      Bus bus =
          device.mux().isPresent() && trunk instanceof I2cBus i2c
              ? services.opener().behind(i2c, device.mux().get())
              : trunk;
      round.add(device, Drivers.open(device, bus).read(now()), "");
      return true;
    } catch (BusException e) {
      round.add(device, gaps(device, e), String.valueOf(e.getMessage()));
      return false;
    }
  }

  private static List<Sample> gaps(DeviceSettings device, BusException failure) {
    Stamp stamp = now();
    List<Sample> gaps = new ArrayList<>();
    for (ChannelProfile channel : device.profile().channels()) {
      if (device.wants(channel.name())) {
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
