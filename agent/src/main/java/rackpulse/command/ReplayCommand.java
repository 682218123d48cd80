package rackpulse.command;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import rackpulse.config.Amounts;
import rackpulse.history.RecordingSettings;
import rackpulse.history.Replay;
import rackpulse.history.UnusableRecording;
import rackpulse.model.RackModel;
import rackpulse.terminal.ProgressBar;
import rackpulse.terminal.Terminal;

/// `rackpulse replay`: what the models would have said of a recording.
@Command(
    name = "replay",
    description =
        "Runs the models over a CSV file and prints one row for each block of it, as CSV. Column"
            + " alarm is the score of a novelty less its threshold, plus one; else 0. Exits 1 when"
            + " rows could not be used.")
final class ReplayCommand implements Callable<Integer> {
  private final Services services;

  @Mixin private RecordingOptions options;

  @Option(
      names = "--as-is",
      description = "take each row as one sample: no blocks, and gaps do not matter")
  private boolean asIs;

  @Option(names = "--out", paramLabel = "FILE", description = "write there (default: print)")
  private @Nullable Path out;

  ReplayCommand(Services services) {
    this.services = services;
  }

  @Override
  public Integer call() {
    RecordingSettings settings = options.settings(asIs);
    try (Progress progress = new Progress(services, "replay", out != null)) {
      Replay.Summary summary = replay(settings, progress);
      progress.clear();
      if (out != null) {
        services.terminal().line(told(summary) + ": " + out);
      }
      return summary.bad() > 0 ? ExitCode.GAPS : ExitCode.OK;
    } catch (UnusableRecording e) {
      services.err().println("rackpulse: " + e.getMessage());
      return ExitCode.USAGE;
    } catch (IOException e) {
      services.err().println("rackpulse: this could not be read or written: " + e.getMessage());
      return ExitCode.USAGE;
    }
  }

  private Replay.Summary replay(RecordingSettings settings, Progress progress)
      throws IOException, UnusableRecording {
    if (out == null) {
      return Replay.run(settings, services.terminal().out(), progress::problem, progress::show);
    }
    try (OutputStream rows = Files.newOutputStream(out)) {
      return Replay.run(settings, rows, progress::problem, progress::show);
    }
  }

  private static String told(Replay.Summary summary) {
    return "%d rows (%d unusable), %d samples, %d of them abnormal"
        .formatted(summary.rows(), summary.bad(), summary.samples(), summary.alarms());
  }

  /// Which recording, and which of its columns.
  static final class RecordingOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
        names = "--csv",
        required = true,
        paramLabel = "FILE",
        description = "comma-separated values; the first line names the columns")
    private Path csv;

    @Option(
        names = "--time",
        required = true,
        paramLabel = "COLUMN",
        description =
            "RFC 3339, \"2026-11-23 18:00:00\" (UTC), or seconds or milliseconds since 1970")
    private String time;

    @Option(
        names = "--value",
        required = true,
        paramLabel = "COLUMN",
        description = "what is judged or forecast")
    private String value;

    @Option(
        names = "--input",
        paramLabel = "COLUMN",
        description = "what may explain it; up to 7 times")
    private List<String> inputs = List.of();

    @Option(
        names = "--period",
        paramLabel = "DURATION",
        defaultValue = "5m",
        description = "length of the blocks that are averaged (default: ${DEFAULT-VALUE})")
    private String period;

    RecordingSettings settings(boolean asIs) {
      if (inputs.size() > RackModel.MAX_INPUTS) {
        throw wrong("--input: at most " + RackModel.MAX_INPUTS + " inputs");
      }
      long periodMillis = asIs ? 0 : millis("--period", period);
      return new RecordingSettings(csv, time, value, inputs, periodMillis);
    }

    /// @return at least one second
    long millis(String option, String text) {
      // minutes are also written as they are on the command lines of other programs
      String written = text.endsWith("m") ? text + "in" : text;
      Optional<Duration> duration = Amounts.duration(written);
      long millis = duration.map(Duration::toMillis).orElse(0L);
      if (millis < 1000) {
        throw wrong(
            option + ": \"" + text + "\" is not " + Amounts.DURATION_FORM + ", at least 1 s");
      }
      return millis;
    }

    ParameterException wrong(String message) {
      return new ParameterException(command.commandLine(), message);
    }
  }

  /// A bar in per mille, and problems above it.
  static final class Progress implements AutoCloseable {
    private static final int STEPS = 1000;

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
        bar.show((int) (STEPS * share), "‰");
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
