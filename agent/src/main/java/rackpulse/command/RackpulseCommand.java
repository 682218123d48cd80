package rackpulse.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tinylog.Level;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import rackpulse.config.ConfigurationException;
import rackpulse.log.LogFormat;
import rackpulse.log.Logging;

/// `rackpulse`: the command that holds all others.
@Command(
    name = "rackpulse",
    description = "Polls the sensors of a rack over I2C and Modbus and publishes over MQTT 5.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:done, with gaps or nothing found",
      "2:the command line was not understood",
      "70:the program itself is at fault",
      "78:the configuration cannot be used"
    },
    synopsisSubcommandLabel = "COMMAND")
public final class RackpulseCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      scope = ScopeType.INHERIT,
      description = "terminal, journal or json (default: journal under systemd, else terminal)")
  private @Nullable LogFormat logFormat;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      scope = ScopeType.INHERIT,
      description = "debug, info, warn or error (default: info; error in the demo)")
  private @Nullable Level logLevel;

  /// Runs the command that `arguments` name and returns its exit code.
  public static int execute(Services services, String... arguments) {
    return line(services).execute(arguments);
  }

  static CommandLine line(Services services) {
    RackpulseCommand root = new RackpulseCommand();
    CommandLine line =
        new CommandLine(root)
            .addSubcommand(new RunCommand(services))
            .addSubcommand(new StatusCommand(services))
            .addSubcommand(new RecordCommand(services))
            .addSubcommand(new CheckCommand(services))
            .addSubcommand(new ReadCommand(services))
            .addSubcommand(new ScanCommand(services))
            .addSubcommand(new ProfilesCommand(services))
            .addSubcommand(new ReplayCommand(services))
            .addSubcommand(new EvaluateCommand(services))
            .addSubcommand(new DemoCommand(services))
            .addSubcommand("completion", new GenerateCompletion());
    line.getCommandSpec().version("rackpulse " + services.version());
    line.setOut(new PrintWriter(services.terminal().out(), true, UTF_8));
    line.setErr(new PrintWriter(services.err(), true, UTF_8));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionStrategy(result -> root.start(result, services));
    line.setExecutionExceptionHandler((failure, _, _) -> explain(failure, services));
    return line;
  }

  private int start(ParseResult result, Services services) {
    boolean demo =
        result.hasSubcommand() && result.subcommand().commandSpec().name().equals("demo");
    Logging.start(
        Objects.requireNonNullElseGet(logFormat, () -> LogFormat.fitting(services.environment())),
        Objects.requireNonNullElse(logLevel, demo ? Level.ERROR : Level.INFO));
    return new RunLast().execute(result);
  }

  /// Without a command there is nothing to do but to say which there are.
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  /// A problem of the operator's is told in words; anything else is one of the program's own.
  static int explain(Exception failure, Services services) {
    if (failure instanceof ConfigurationException configuration) {
      configuration.problems().forEach(services.err()::println);
      return ExitCode.CONFIGURATION;
    }
    failure.printStackTrace(services.err());
    return ExitCode.INTERNAL;
  }
}
