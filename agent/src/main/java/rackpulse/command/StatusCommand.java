package rackpulse.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rackpulse.json.JsonException;
import rackpulse.json.JsonReader;
import rackpulse.json.JsonValue;
import rackpulse.json.JsonValue.JsonObject;
import rackpulse.json.JsonValue.Text;
import rackpulse.json.JsonValue.Whole;
import rackpulse.telemetry.Quantity;
import rackpulse.terminal.Display;
import rackpulse.terminal.Table;
import rackpulse.terminal.Table.Cell;
import rackpulse.terminal.Terminal;
import rackpulse.terminal.Terminal.Style;

/// `rackpulse status`: how the running agent does, from the file that it replaces every 5 s.
@Command(
    name = "status",
    description = {
      "Shows the rack as the running agent sees it, also while the broker is away.",
      "Exits 1 when the agent does not run or a value is missing."
    })
final class StatusCommand implements Callable<Integer> {
  /// Three times the period in which the agent replaces the file.
  private static final Duration STALE = Duration.ofSeconds(15);

  private final Services services;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      defaultValue = "/run/rackpulse/status.json",
      description = "agent.status_file of the configuration (default: ${DEFAULT-VALUE})")
  private Path file;

  @Option(names = "--json", description = "print the file as it is")
  private boolean json;

  StatusCommand(Services services) {
    this.services = services;
  }

  @Override
  public Integer call() {
    try {
      byte[] bytes = Files.readAllBytes(file);
      JsonObject status = JsonReader.readObject(bytes);
      if (json) {
        services.terminal().line(new String(bytes, StandardCharsets.UTF_8));
      } else {
        show(status);
      }
      return fresh(status) && !hasGaps(status) ? ExitCode.OK : ExitCode.GAPS;
    } catch (NoSuchFileException e) {
      services.err().println("rackpulse: no " + file + ": the agent does not run");
    } catch (IOException e) {
      services.err().println("rackpulse: cannot read " + file + ": " + e);
    } catch (JsonException e) {
      services.err().println("rackpulse: " + file + " is not a status file: " + e.getMessage());
    }
    return ExitCode.GAPS;
  }

  private void show(JsonObject status) {
    Terminal terminal = services.terminal();
    terminal.line(
        terminal.styled(Style.BOLD, status.text("agent").orElse("?"))
            + "  rackpulse "
            + status.text("version").orElse("?")
            + ", up "
            + age(status, "since"));
    if (!fresh(status)) {
      terminal.line(
          terminal.styled(
              Style.RED, "the agent's last word is " + age(status, "ts") + " old: is it running?"));
    }
    terminal.line(broker(status.object("broker")));
    notes(new JsonObject(new LinkedHashMap<>(status.object("broker"))));
    spool(new JsonObject(new LinkedHashMap<>(status.object("spool"))));
    reload(new JsonObject(new LinkedHashMap<>(status.object("reload"))));
    terminal.line("");
    buses(status).print(terminal);
    verdicts(status);
    models(status);
    terminal.line("");
    devices(status).print(terminal);
  }

  /// A file from the future was written before the clock was set back, by an agent that is gone.
  private static boolean fresh(JsonObject status) {
    return since(status, "ts").filter(age -> age.abs().compareTo(STALE) <= 0).isPresent();
  }

  private static boolean hasGaps(JsonObject status) {
    return objects(status, "devices").stream()
        .flatMap(device -> objects(device, "samples").stream())
        .anyMatch(sample -> sample.text("gap").isPresent());
  }

  private static String broker(Map<String, JsonValue> members) {
    JsonObject broker = new JsonObject(new LinkedHashMap<>(members));
    boolean connected = broker.flag("connected").orElse(false);
    StringBuilder line =
        new StringBuilder(connected ? "broker connected" : "broker away: ")
            .append(connected ? "" : broker.text("reason").orElse("?"))
            .append(", ")
            .append(broker.integer("waiting_messages").orElse(0))
            .append(" messages waiting");
    broker
        .object("lost")
        .forEach((cause, count) ->
            line.append(", lost by ")
                .append(cause)
                .append(' ')
                .append(count instanceof Whole(long number) ? number : 0));
    return line.toString();
  }

  /// What works, but not for long.
  private void notes(JsonObject broker) {
    for (JsonValue note : broker.array("notes")) {
      if (note instanceof Text(String text)) {
        services.terminal().line(services.terminal().styled(Style.YELLOW, text));
      }
    }
  }

  private void spool(JsonObject spool) {
    Terminal terminal = services.terminal();
    String state = spool.text("state").orElse("?");
    String line =
        "spool: "
            + state
            + ", "
            + spool.integer("messages").orElse(0)
            + " messages, "
            + spool.integer("bytes").orElse(0) / 1024
            + " KiB on disk";
    terminal.line(state.equals("working") ? line : terminal.styled(Style.RED, line));
  }

  /// What came of the latest reload, if there was one.
  private void reload(JsonObject reload) {
    Optional<String> text = reload.text("text");
    if (text.isPresent()) {
      String outcome = reload.text("outcome").orElse("?");
      String line = "reload " + age(reload, "ts") + " ago, " + outcome + ": " + text.get();
      Terminal terminal = services.terminal();
      terminal.line(outcome.equals("applied") ? line : terminal.styled(Style.RED, line));
    }
  }

  /// How many models are in which state, and what there is to know of those that are not ready.
  private void models(JsonObject status) {
    Terminal terminal = services.terminal();
    StringJoiner counts = new StringJoiner(", ", "models: ", "");
    counts.setEmptyValue("models: none");
    status
        .object("models")
        .forEach(
            (state, count) -> counts.add((count instanceof Whole(long n) ? n : 0) + " " + state));
    terminal.line(counts.toString());
    for (JsonObject model : objects(status, "model_states")) {
      String note = model.text("note").orElse("");
      terminal.line(
          "  %s %s: %s %.0f %%%s"
              .formatted(
                  model.text("model").orElse("?"),
                  model.text("channel").orElse("?"),
                  model.text("state").orElse("?"),
                  100 * model.number("progress").orElse(0),
                  note.isEmpty() ? "" : " (" + note + ")"));
    }
  }

  private static Table buses(JsonObject status) {
    Table table =
        new Table(
            Table.left("bus"),
            Table.left("state"),
            Table.right("devices"),
            Table.right("busy"),
            Table.right("latest by"),
            Table.right("polls"),
            Table.right("missed"),
            Table.left("errors"));
    for (JsonObject bus : objects(status, "buses")) {
      String state = bus.text("state").orElse("?");
      String reason = bus.text("reason").orElse("");
      StringJoiner errors = new StringJoiner(", ");
      bus.object("errors")
          .forEach(
              (name, count) -> errors.add(name + " " + (count instanceof Whole(long n) ? n : 0)));
      table.row(
          List.of(
              new Cell(bus.text("name").orElse("?"), null),
              new Cell(reason.isEmpty() ? state : state + ": " + reason, styleOf(state)),
              new Cell(Long.toString(bus.integer("devices").orElse(0)), null),
              new Cell("%.1f %%".formatted(100 * bus.number("utilisation").orElse(0)), null),
              new Cell("%.1f ms".formatted(bus.number("lateness_max_ms").orElse(0)), null),
              new Cell(Long.toString(bus.integer("polls").orElse(0)), null),
              new Cell(Long.toString(bus.integer("missed").orElse(0)), null),
              new Cell(errors.toString(), null)));
    }
    return table;
  }

  /// What is wrong and what to do: of each bus, then of the devices where it is another thing.
  private void verdicts(JsonObject status) {
    for (JsonObject bus : objects(status, "buses")) {
      String verdict = bus.text("verdict").orElse("");
      verdict(bus, verdict);
      for (JsonObject device : objects(bus, "troubled")) {
        String own = device.text("verdict").orElse("");
        verdict(device, verdict.endsWith(own) ? "" : own);
      }
    }
  }

  private void verdict(JsonObject of, String verdict) {
    if (!verdict.isEmpty()) {
      Terminal terminal = services.terminal();
      terminal.line(terminal.styled(Style.RED, of.text("name").orElse("?") + ": " + verdict));
    }
  }

  private static Style styleOf(String busState) {
    return switch (busState) {
      case "up" -> Style.GREEN;
      case "waiting" -> Style.YELLOW;
      default -> Style.RED;
    };
  }

  private static Table devices(JsonObject status) {
    Table table =
        new Table(
            Table.left("device"),
            Table.left("state"),
            Table.left("channel"),
            Table.right("value"),
            Table.right("age"));
    for (JsonObject device : objects(status, "devices")) {
      String state = device.text("state").orElse("not yet polled");
      String reason = device.text("reason").orElse("");
      Cell stateCell =
          new Cell(
              reason.isEmpty() ? state : state + ": " + reason,
              state.equals("online") ? Style.GREEN : Style.RED);
      Cell name = new Cell(device.text("name").orElse("?"), null);
      for (JsonObject sample : objects(device, "samples")) {
        table.row(
            List.of(
                name,
                stateCell,
                new Cell(sample.text("channel").orElse("?"), null),
                value(sample),
                new Cell(age(device, "ts"), null)));
      }
      if (objects(device, "samples").isEmpty()) {
        Cell nothing = new Cell("", null);
        table.row(List.of(name, stateCell, nothing, nothing, nothing));
      }
    }
    return table;
  }

  private static Cell value(JsonObject sample) {
    Optional<String> gap = sample.text("gap");
    if (gap.isPresent()) {
      return new Cell(gap.get(), Style.RED);
    }
    Quantity quantity = sample.text("quantity").flatMap(Quantity::byId).orElse(Quantity.NUMBER);
    return new Cell(Display.of(quantity, sample.number("value").orElse(0)), null);
  }

  private static List<JsonObject> objects(JsonObject parent, String key) {
    List<JsonObject> objects = new ArrayList<>();
    for (JsonValue value : parent.array(key)) {
      if (value instanceof JsonObject object) {
        objects.add(object);
      }
    }
    return objects;
  }

  private static String age(JsonObject object, String key) {
    return since(object, key).map(Display::of).orElse("?");
  }

  private static Optional<Duration> since(JsonObject object, String key) {
    try {
      return object.text(key).map(text -> Duration.between(Instant.parse(text), Instant.now()));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
