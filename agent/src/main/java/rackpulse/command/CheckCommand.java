package rackpulse.command;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rackpulse.bus.BusSettings;
import rackpulse.config.Configuration;
import rackpulse.json.JsonWriter;
import rackpulse.mqtt.MqttSession;
import rackpulse.reload.Plan;
import rackpulse.schedule.BusBudget;
import rackpulse.schedule.BusBudget.Budget;
import rackpulse.terminal.Display;
import rackpulse.terminal.Table;
import rackpulse.terminal.Terminal;

/// `rackpulse check`: whether the configuration can be used, and what it asks of each bus.
@Command(
    name = "check",
    description = {
      "Checks the configuration and predicts how busy each bus will be.",
      "Also how old values can become. Touches no bus and no broker.",
      "Exits 78 when something is wrong."
    })
final class CheckCommand implements Callable<Integer> {
  /// So many rows fit a terminal, and are shown without being asked for.
  private static final int FEW_DEVICES = 40;

  private final Services services;

  @Mixin private ConfigurationOptions options;

  @Option(
      names = "--against",
      paramLabel = "RUNNING",
      description = "also tell what a reload changes in an agent that runs this configuration")
  private @Nullable Path against;

  @Option(names = "--devices", description = "one row for each device, however many there are")
  private boolean devices;

  @Option(names = "--json", description = "print JSON")
  private boolean json;

  CheckCommand(Services services) {
    this.services = services;
  }

  @Override
  public Integer call() throws Exception {
    Configuration configuration = options.load(services);
    Optional<String> objection = MqttSession.objection(configuration.mqtt());
    if (objection.isPresent()) {
      services.err().println(options.file() + ": [mqtt] " + objection.get());
      return ExitCode.CONFIGURATION;
    }
    List<Budget> budgets = new ArrayList<>();
    for (BusSettings bus : configuration.buses()) {
      budgets.add(
          BusBudget.of(
              bus,
              configuration.devices().stream()
                  .filter(device -> device.bus().equals(bus.name()))
                  .toList()));
    }
    Plan plan =
        against == null ? null : Plan.of(options.loadOther(against, services), configuration);
    if (json) {
      services.terminal().line(json(budgets, plan));
    } else {
      print(budgets, services.terminal());
      if (plan != null) {
        plan.lines().forEach(services.terminal()::line);
        services.terminal().line("");
      }
      services.terminal().line(summary(configuration));
    }
    return ExitCode.OK;
  }

  private String summary(Configuration configuration) {
    return options.file()
        + ": "
        + configuration.buses().size()
        + " buses, "
        + configuration.devices().size()
        + " devices, "
        + configuration.derived().size()
        + " derived: ok";
  }

  private void print(List<Budget> budgets, Terminal terminal) {
    Table buses =
        new Table(
            Table.left("bus"),
            Table.right("devices"),
            Table.right("cycle"),
            Table.right("busy"),
            Table.right("oldest value"));
    for (Budget budget : budgets) {
      buses.row(
          budget.bus(),
          Integer.toString(budget.devices().size()),
          budget.cycle().isZero() ? "" : Display.of(budget.cycle()),
          budget.cycle().isZero() ? "" : percent(budget.utilisation()),
          budget.devices().stream()
              .map(Budget.Row::worstAge)
              .max(Comparator.naturalOrder())
              .map(Display::of)
              .orElse(""));
    }
    buses.print(terminal);
    terminal.line("");
    if (devices || budgets.stream().mapToInt(b -> b.devices().size()).sum() <= FEW_DEVICES) {
      deviceTable(budgets).print(terminal);
      terminal.line("");
    }
  }

  private static Table deviceTable(List<Budget> budgets) {
    Table table =
        new Table(
            Table.left("device"),
            Table.left("bus"),
            Table.right("every"),
            Table.right("requests"),
            Table.right("poll"),
            Table.right("busy"),
            Table.right("oldest value"),
            Table.right("when dead"));
    for (Budget budget : budgets) {
      for (Budget.Row row : budget.devices()) {
        table.row(
            row.device(),
            budget.bus(),
            Display.of(row.every()),
            Integer.toString(row.requests()),
            Display.of(row.poll()),
            percent(row.utilisation()),
            Display.of(row.worstAge()),
            Display.of(row.deadCost()));
      }
    }
    return table;
  }

  private static String percent(double share) {
    return "%.1f %%".formatted(100 * share);
  }

  private static String json(List<Budget> budgets, @Nullable Plan plan) {
    JsonWriter json = new JsonWriter().beginObject().beginArray("buses");
    for (Budget budget : budgets) {
      json.beginObject()
          .text("bus", budget.bus())
          .decimal("utilisation", budget.utilisation())
          .decimal("cycle_seconds", seconds(budget.cycle()))
          .beginArray("devices");
      for (Budget.Row row : budget.devices()) {
        json.beginObject()
            .text("device", row.device())
            .decimal("every_seconds", seconds(row.every()))
            .integer("requests", row.requests())
            .decimal("poll_seconds", seconds(row.poll()))
            .decimal("utilisation", row.utilisation())
            .decimal("worst_age_seconds", seconds(row.worstAge()))
            .decimal("dead_cost_seconds", seconds(row.deadCost()))
            .end();
      }
      json.end().end();
    }
    json.end();
    if (plan != null) {
      json(json.beginObject("plan"), plan);
      json.end();
    }
    return json.end().text();
  }

  private static void json(JsonWriter json, Plan plan) {
    changes(json, "buses", plan.buses());
    changes(json, "devices", plan.devices());
    json.flag("session", plan.session()).flag("analysis", plan.analysis()).beginArray("later");
    plan.later().forEach(json::text);
    json.end();
  }

  private static void changes(JsonWriter json, String key, List<Plan.Change> changes) {
    json.beginArray(key);
    for (Plan.Change change : changes) {
      json.beginObject()
          .text("name", change.name())
          .text("fate", change.fate().word())
          .text("what", change.what())
          .end();
    }
    json.end();
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
