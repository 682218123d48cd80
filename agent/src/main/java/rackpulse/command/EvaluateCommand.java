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
import rackpulse.analysis.LimitSettings;
import rackpulse.command.ReplayCommand.RecordingOptions;
import rackpulse.config.Amounts;
import rackpulse.config.ConfigurationException;
import rackpulse.history.Evaluation;
import rackpulse.history.RecordingSettings;
import rackpulse.history.Subject;
import rackpulse.history.UnusableRecording;
import rackpulse.plot.Plot;
import rackpulse.plot.SvgPlot;
import rackpulse.terminal.Display;
import rackpulse.terminal.ProgressBar;
import rackpulse.terminal.Table;
import rackpulse.terminal.Terminal;

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

  private final Services services;

  @Mixin private RecordingOptions options;

  @Option(
      names = "--horizon",
      paramLabel = "DURATION",
      description =
          "how far ahead; several times for several (default: 3, 6 and 12 samples: 15, 30 and 60"
              + " minutes in blocks of 5)")
  private List<String> horizons = List.of();

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
  public Integer call() throws ConfigurationException {
    Evaluation.Settings settings = settings();
    Path file = plot;
    if (file != null) {
      options.checkResult("--plot", file);
    }
    try (Progress progress = new Progress(services, "evaluate", true)) {
      Evaluation.Result result =
          Evaluation.run(
              settings, ahead -> labels(settings, ahead), progress::problem, progress::show);
      progress.clear();
      print(result);
      if (file != null) {
        Files.writeString(file, SvgPlot.draw(result.plot()));
      }
      return result.bad() > 0 ? ExitCode.GAPS : ExitCode.OK;
    } catch (UnusableRecording e) {
      return ReplayCommand.failed(services, e.getMessage());
    } catch (IOException e) {
      return ReplayCommand.failed(services, ReplayCommand.cause(e, settings.recording(), file));
    }
  }

  private static Plot.Labels labels(Evaluation.Settings settings, long aheadMillis) {
    RecordingSettings recording = settings.recording();
    String unit = recording.subject().channels().getFirst().channel().quantity().display();
    String value = recording.value() + (unit.isEmpty() ? "" : ", " + unit);
    String title = recording.value() + " in " + recording.file().getFileName();
    String forecast = "forecast, " + ahead(aheadMillis) + " ahead";
    return new Plot.Labels(title, value, forecast, "novelty", limits(recording.subject()));
  }

  private static List<Plot.Limit> limits(Subject subject) {
    List<Plot.Limit> limits = new ArrayList<>();
    for (LimitSettings of : subject.limits()) {
      if (of.channel().equals(subject.channels().getFirst().channel())) {
        of.alarmLow().ifPresent(value -> limits.add(new Plot.Limit("alarm limit", value)));
        of.warnLow().ifPresent(value -> limits.add(new Plot.Limit("warning limit", value)));
        of.warnHigh().ifPresent(value -> limits.add(new Plot.Limit("warning limit", value)));
        of.alarmHigh().ifPresent(value -> limits.add(new Plot.Limit("alarm limit", value)));
      }
    }
    return limits;
  }

  private Evaluation.Settings settings() throws ConfigurationException {
    RecordingSettings recording = options.settings(services);
    List<Long> aheadMillis = new ArrayList<>();
    for (String horizon : horizons) {
      aheadMillis.add(options.millis("--horizon", horizon));
    }
    double share = Amounts.share(train).orElse(0.0);
    if (!(share > 0 && share < 1)) {
      throw options.wrong(
          "--train: \"" + train + "\" is not " + Amounts.SHARE_FORM + ", below 100");
    }
    if (passes < 1 || passes > MOST_PASSES) {
      throw options.wrong("--passes: 1 to " + MOST_PASSES);
    }
    return new Evaluation.Settings(recording, aheadMillis, share, passes);
  }

  private void print(Evaluation.Result result) {
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
          ahead(row.horizonMillis()),
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

  /// A bar in per cent, and problems above it.
  static final class Progress implements AutoCloseable {
    private static final int STEPS = 100;

    private final Services services;
    private final ProgressBar bar;
    private final boolean shown;

    /// @param shown whether the terminal is free for a bar
    Progress(Services services, String label, boolean shown) {
      this.services = services;
      this.shown = shown;
      Terminal terminal = services.terminal();
      bar = new ProgressBar(terminal, label, STEPS, System::nanoTime);
    }

    void show(double share) {
      if (shown) {
        bar.show((int) (STEPS * share), "%");
      }
    }

    void problem(String text) {
      clear();
      services.err().println("rackpulse: " + text);
    }

    /// Takes the bar away.
    void clear() {
      bar.close();
    }

    @Override
    public void close() {
      clear();
    }
  }
}
