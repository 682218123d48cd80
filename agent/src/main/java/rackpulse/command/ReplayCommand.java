package rackpulse.command;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import rackpulse.analysis.LimitSettings;
import rackpulse.command.EvaluateCommand.Progress;
import rackpulse.config.Amounts;
import rackpulse.config.Configuration;
import rackpulse.config.ConfigurationException;
import rackpulse.config.ConfigurationFile;
import rackpulse.config.Profiles;
import rackpulse.config.Suggestion;
import rackpulse.history.RecordingSettings;
import rackpulse.history.Replay;
import rackpulse.history.Subject;
import rackpulse.history.UnusableRecording;
import rackpulse.model.RackModel;
import rackpulse.sensor.DeviceSettings;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Stamp;

/// `rackpulse replay`: what the models would have said of a recording.
@Command(
    name = "replay",
    description =
        "Says of a recording what the running agent would have said: reads a CSV file and prints"
            + " a row for each block of it, as CSV, with the most severe anomaly that was raised"
            + " in it. Column alarm is the score of a novelty less its threshold, plus one; else"
            + " 0. Exits 1 when rows could not be used.")
final class ReplayCommand implements Callable<Integer> {
  private final Services services;

  @Mixin private RecordingOptions options;

  @Option(names = "--out", paramLabel = "FILE", description = "write there (default: print)")
  private @Nullable Path out;

  ReplayCommand(Services services) {
    this.services = services;
  }

  @Override
  public Integer call() throws ConfigurationException {
    RecordingSettings settings = options.settings(services);
    Path file = out;
    if (file != null) {
      options.checkResult("--out", file);
    }
    try (Progress progress = new Progress(services, "replay", file != null)) {
      Replay.Summary summary = replay(settings, progress);
      progress.clear();
      if (file != null) {
        services.terminal().line(told(summary) + ": " + file);
      }
      return summary.bad() > 0 ? ExitCode.GAPS : ExitCode.OK;
    } catch (UnusableRecording e) {
      return failed(services, e.getMessage());
    } catch (IOException e) {
      // whoever reads the rows has seen enough, as `head` has
      boolean isEnough = file == null && String.valueOf(e.getMessage()).contains("Broken pipe");
      return isEnough ? ExitCode.OK : failed(services, cause(e, settings, file));
    }
  }

  private Replay.Summary replay(RecordingSettings settings, Progress progress)
      throws IOException, UnusableRecording {
    if (out == null) {
      OutputStream rows = services.terminal().bytes();
      return Replay.run(settings, rows, progress::problem, progress::show);
    }
    try (OutputStream rows = Files.newOutputStream(out)) {
      return Replay.run(settings, rows, progress::problem, progress::show);
    }
  }

  /// Says why there is no result, or no whole one.
  static int failed(Services services, @Nullable String why) {
    services.err().println("rackpulse: " + why);
    return ExitCode.USAGE;
  }

  /// What went wrong with the recording or with the result, null for standard output.
  static String cause(IOException failure, RecordingSettings settings, @Nullable Path result) {
    return "reading "
        + settings.file()
        + " or writing "
        + (result == null ? "standard output" : result)
        + " failed: "
        + (failure instanceof NoSuchFileException ? "no such directory, " : "")
        + failure.getMessage();
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
        description = "comma-separated values, the first line names the columns; - for input")
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

    @ArgGroup private Pace pace = new Pace();

    @Mixin private SubjectOptions subject;

    /// How rows become samples.
    static final class Pace {
      @Option(
          names = "--period",
          paramLabel = "DURATION",
          defaultValue = "5m",
          description = "length of the blocks that are averaged (default: ${DEFAULT-VALUE})")
      private String period = "5m";

      @Option(
          names = "--as-is",
          description =
              "take each row as one sample of the models: no blocks, gaps do not matter, and"
                  + " nothing is said of the sensor")
      private boolean asIs;
    }

    RecordingSettings settings(Services services) throws ConfigurationException {
      if (inputs.size() > RackModel.MAX_INPUTS) {
        throw wrong("--input: at most " + RackModel.MAX_INPUTS + " inputs");
      }
      Set<String> columns = new HashSet<>(inputs);
      if (columns.size() < inputs.size() || columns.contains(value)) {
        throw wrong("--input: a column may be named once, as the value or as an input");
      }
      long periodMillis = pace.asIs ? 0 : millis("--period", pace.period);
      Subject of = subject.of(services, value, inputs, command);
      return new RecordingSettings(csv, time, value, inputs, periodMillis, of);
    }

    /// That a result can be written there is better known before hours of work than after.
    void checkResult(String option, Path file) {
      Path parent = file.toAbsolutePath().getParent();
      if (Files.isDirectory(file)) {
        throw wrong(option + ": " + file + " is a directory: name a file in it");
      }
      if (parent == null || !Files.isDirectory(parent)) {
        throw wrong(option + ": there is no directory " + parent + ": create it");
      }
      if (!Files.isWritable(Files.exists(file) ? file : parent)) {
        throw wrong(option + ": no permission to write " + file);
      }
      if (isRecording(file)) {
        throw wrong(option + ": " + file + " is the recording itself: name another file");
      }
    }

    private boolean isRecording(Path file) {
      try {
        return Files.exists(file) && Files.exists(csv) && Files.isSameFile(file, csv);
      } catch (IOException _) {
        return false;
      }
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

  /// What the columns are, in the words of a configuration or on the command line.
  static final class SubjectOptions {
    private static final List<String> LIMITS =
        List.of("alarm_low", "warn_low", "warn_high", "alarm_high");

    @Option(
        names = {"-c", "--config"},
        paramLabel = "FILE",
        description = "configuration of which the columns are channels, for units and limits")
    private @Nullable Path config;

    @Mixin private ProfileOptions profiles;

    @Option(
        names = "--channel",
        paramLabel = "COLUMN=DEVICE.CHANNEL",
        description = "which channel of it a column is, where it is not called so itself")
    private Map<String, String> names = Map.of();

    @Option(
        names = "--quantity",
        paramLabel = "QUANTITY",
        description =
            "without a configuration, what the value measures, such as temperature or power:"
                + " without it, no jumps, noise or approaching limits are looked for")
    private @Nullable String quantity;

    @Option(
        names = "--limit",
        paramLabel = "KEY=VALUE",
        description =
            "a limit of the value in the words of [limit.*]: alarm_low, warn_low, warn_high,"
                + " alarm_high, delay or hysteresis")
    private Map<String, String> limits = Map.of();

    Subject of(Services services, String value, List<String> inputs, CommandSpec command)
        throws ConfigurationException {
      if (config == null && !names.isEmpty() || config != null && quantity != null) {
        throw wrong(
            command,
            config == null
                ? "--channel needs a configuration: -c FILE"
                : "--quantity: the configuration says it: leave it out");
      }
      Subject subject =
          config == null
              ? Subject.of(quantity(command), value, inputs)
              : configured(services, config, value, inputs, command);
      Channel channel = subject.channels().getFirst().channel();
      return limits.isEmpty() ? subject : subject.with(limit(channel, command));
    }

    private Quantity quantity(CommandSpec command) {
      if (quantity == null) {
        return Quantity.NUMBER;
      }
      List<String> known = Arrays.stream(Quantity.values()).map(Quantity::id).toList();
      return Quantity.byId(quantity)
          .orElseThrow(() ->
              wrong(
                  command,
                  "--quantity: \"" + quantity + "\" is none of " + String.join(", ", known)));
    }

    private Subject configured(
        Services services, Path file, String value, List<String> inputs, CommandSpec command)
        throws ConfigurationException {
      Profiles known = new Profiles(profiles.directories());
      Configuration configuration = ConfigurationFile.load(file, known, services.environment());
      Map<String, ChannelDescription> channels = new LinkedHashMap<>();
      Stamp stamp = new Stamp(Instant.EPOCH, 0, true);
      for (DeviceSettings device : configuration.devices()) {
        for (ChannelDescription channel : device.description(stamp).channels()) {
          channels.put(channel.channel().path(), channel);
        }
      }
      List<ChannelDescription> described = new ArrayList<>();
      List<String> columns = new ArrayList<>(inputs);
      columns.addFirst(value);
      for (String column : columns) {
        String path = names.getOrDefault(column, column);
        ChannelDescription channel = channels.get(path);
        if (channel == null || described.contains(channel)) {
          String near = Suggestion.didYouMean(path, channels.keySet());
          throw wrong(
              command,
              channel != null
                  ? "--channel: two columns are " + path
                  : "\"%s\" is no polled channel of %s%s: --channel \"%s=DEVICE.CHANNEL\""
                      .formatted(path, file, near, column));
        }
        described.add(channel);
      }
      return new Subject(
          described,
          configuration.limits(),
          configuration.watch().inlets(),
          configuration.watch().outlets());
    }

    private LimitSettings limit(Channel channel, CommandSpec command) {
      Map<String, String> left = new HashMap<>(limits);
      OptionalDouble[] values = new OptionalDouble[LIMITS.size()];
      double last = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < values.length; i++) {
        values[i] = number(left.remove(LIMITS.get(i)), command);
        if (values[i].isPresent() && values[i].getAsDouble() <= last) {
          throw wrong(command, "--limit: they must ascend: " + String.join(", ", LIMITS));
        }
        last = values[i].orElse(last);
      }
      String delay = left.getOrDefault("delay", "30 s");
      left.remove("delay");
      Duration after =
          Amounts.duration(delay)
              .orElseThrow(() ->
                  wrong(command, "--limit: delay is not " + Amounts.DURATION_FORM + ": " + delay));
      double hysteresis = number(left.remove("hysteresis"), command).orElse(0);
      if (!left.isEmpty() || hysteresis < 0) {
        throw wrong(
            command,
            left.isEmpty()
                ? "--limit: hysteresis is at least 0"
                : "--limit: \"%s\" is none of %s, delay and hysteresis"
                    .formatted(left.keySet().iterator().next(), String.join(", ", LIMITS)));
      }
      return new LimitSettings(
          channel, values[0], values[1], values[2], values[3], after, hysteresis);
    }

    private static OptionalDouble number(@Nullable String text, CommandSpec command) {
      try {
        double number = text == null ? 0 : Double.parseDouble(text);
        if (Double.isFinite(number)) {
          return text == null ? OptionalDouble.empty() : OptionalDouble.of(number);
        }
      } catch (NumberFormatException _) {
        // told below
      }
      throw wrong(command, "--limit: \"" + text + "\" is no number");
    }

    private static ParameterException wrong(CommandSpec command, String message) {
      return new ParameterException(command.commandLine(), message);
    }
  }
}
