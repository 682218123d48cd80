package rackpulse.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rackpulse.command.ReplayCommand.Progress;
import rackpulse.command.ReplayCommand.RecordingOptions;
import rackpulse.config.Amounts;
import rackpulse.history.Evaluation;
import rackpulse.history.RecordingSettings;
import rackpulse.history.SvgPlot;
import rackpulse.history.UnusableRecording;
import rackpulse.terminal.Display;
import rackpulse.terminal.Table;

/// `rackpulse evaluate`: how well forecasts of a recording come true.
@Command(
    name = "evaluate",
    description =
        "Forecasts a column of a CSV file and prints how well that comes true, on the part that is"
            + " learned from and on the rest. A ratio below 1 beats the forecast that nothing"
            + " changes; nine of ten values ought to be in the band. Exits 1 when rows could not be"
            + " used.")
final class EvaluateCommand implements Callable<Integer> {
  private static final int MOST_PASSES = 100;

  /// A week of blocks of five minutes.
  private static final long MOST_STEPS = 2016;

  private final Services services;

  @Mixin private RecordingOptions options;

  @Option(
      names = "--horizon",
      paramLabel = "DURATION",
      description = "how far ahead; several times for several (default: 15m, 30m and 60m)")
  private List<String> horizons = List.of("15m", "30m", "60m");

  @Option(
      names = "--train",
      paramLabel = "SHARE",
      defaultValue = "70%",
      description = "the part that is learned from (default: ${DEFAULT-VALUE})")
  private String train;

  @Option(
      names = "--passes",
      paramLabel = "COUNT",
      defaultValue = "2",
      description = "how often that part is learned from (default: ${DEFAULT-VALUE})")
  private int passes;

  @Option(names = "--plot", paramLabel = "FILE", description = "draw the last pass there, as SVG")
  private @Nullable Path plot;

  EvaluateCommand(Services services) {
    this.services = services;
  }

  @Override
  public Integer call() {
    Evaluation.Settings settings = settings();
    try (Progress progress = new Progress(services, "evaluate", true)) {
      Evaluation.Result result = Evaluation.run(settings, progress::problem, progress::show);
      progress.clear();
      print(result, settings.recording().periodMillis());
      if (plot != null) {
        long aheadMillis = settings.horizons().getFirst() * settings.recording().periodMillis();
        String name = "forecast, " + ahead(aheadMillis) + " ahead";
        Files.writeString(plot, SvgPlot.draw(result.plot(), name));
      }
      return result.bad() > 0 ? ExitCode.GAPS : ExitCode.OK;
    } catch (UnusableRecording e) {
      services.err().println("rackpulse: " + e.getMessage());
      return ExitCode.USAGE;
    } catch (IOException e) {
      services.err().println("rackpulse: this could not be read or written: " + e.getMessage());
      return ExitCode.USAGE;
    }
  }

  private Evaluation.Settings settings() {
    RecordingSettings recording = options.settings(false);
    List<Integer> steps = new ArrayList<>();
    for (String horizon : horizons) {
      long millis = options.millis("--horizon", horizon);
      long step = millis / recording.periodMillis();
      if (step * recording.periodMillis() != millis || step > MOST_STEPS) {
        throw options.wrong(
            "--horizon: \"%s\" is not 1 to %d times the period of %s"
                .formatted(horizon, MOST_STEPS, ahead(recording.periodMillis())));
      }
      steps.add((int) step);
    }
    double share = Amounts.share(train).orElse(0.0);
    if (!(share > 0 && share < 1)) {
      throw options.wrong(
          "--train: \"" + train + "\" is not " + Amounts.SHARE_FORM + ", below 100");
    }
    if (passes < 1 || passes > MOST_PASSES) {
      throw options.wrong("--passes: 1 to " + MOST_PASSES);
    }
    return new Evaluation.Settings(recording, steps, share, passes);
  }

  private void print(Evaluation.Result result, long periodMillis) {
    Table table =
        new Table(
            Table.right("pass"),
            Table.left("part"),
            Table.right("horizon"),
            Table.right("forecasts"),
            Table.right("MSE"),
            Table.right("MAE"),
            Table.right("ratio to persistence"),
            Table.right("in band"));
    for (Evaluation.Row row : result.rows()) {
      table.row(
          Integer.toString(row.pass()),
          row.train() ? "train" : "test",
          ahead(row.horizon() * periodMillis),
          Long.toString(row.count()),
          number("%.5g", row.mse()),
          number("%.5g", row.mae()),
          number("%.3f", row.ratio()),
          number("%.1f %%", 100 * row.coverage()));
    }
    table.print(services.terminal());
  }

  private static String number(String form, double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, form, value);
  }

  private static String ahead(long millis) {
    return Display.of(Duration.ofMillis(millis));
  }
}
