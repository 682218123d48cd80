package rackpulse.command;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The manual page of all commands, written from what picocli knows of them (man(7) macros).
final class ManualPage {
  /// What no command knows of itself.
  private static final String REST =
      """
      .SH SIGNALS
      .TP
      .B SIGTERM, SIGINT
      ends the agent in order: what is under way reaches the broker or the spool
      .TP
      .B SIGHUP
      reads the configuration again
      .TP
      .B SIGUSR1
      writes the latest traffic of each bus to files, as \\fBrackpulse record\\fR does
      .SH FILES
      .TP
      .I /etc/rackpulse/rackpulse.toml
      the configuration; every key is explained in it, with its unit and default
      .TP
      .I /etc/rackpulse/profiles/
      profiles of parts that are not shipped, one TOML file for each
      .TP
      .I /etc/credstore/rackpulse.password, rackpulse.crt, rackpulse.key
      what the unit hands to the agent in \\fI$CREDENTIALS_DIRECTORY\\fR
      .TP
      .I /var/lib/rackpulse/
      the spool, recordings, and what the models have learned
      .TP
      .I /run/rackpulse/status.json
      how the rack does, replaced every 5 s
      .SH SEE ALSO
      .BR systemctl (1),
      .BR journalctl (1),
      .BR systemd.exec (5)
      """;

  private final StringBuilder page = new StringBuilder();

  private ManualPage() {}

  /// The page as troff source.
  static String of(CommandLine line, String version) {
    ManualPage manual = new ManualPage();
    CommandSpec spec = line.getCommandSpec();
    manual.macro(".TH RACKPULSE 1 \"\" \"rackpulse " + version + "\"");
    manual.macro(".SH NAME");
    manual.text("rackpulse - polls the sensors of a rack and publishes over MQTT");
    manual.macro(".SH SYNOPSIS");
    manual.synopsis(line);
    manual.macro(".SH DESCRIPTION");
    manual.lines(spec.usageMessage().description());
    manual.macro(".SH OPTIONS");
    manual.text("Every command has them.");
    List<OptionSpec> common = spec.options();
    common.forEach(manual::argument);
    manual.macro(".SH COMMANDS");
    line.getSubcommands().values().forEach(command -> manual.command(command, common));
    manual.macro(".SH EXIT STATUS");
    spec.usageMessage().exitCodeList().forEach(manual::item);
    return manual.page.append(REST).toString();
  }

  private void command(CommandLine line, List<OptionSpec> common) {
    CommandSpec spec = line.getCommandSpec();
    macro(".SS " + spec.name());
    synopsis(line);
    macro(".PP");
    lines(spec.usageMessage().description());
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      argument(parameter);
    }
    for (OptionSpec option : spec.options()) {
      boolean isCommon =
          common.stream().anyMatch(other -> other.longestName().equals(option.longestName()));
      if (!isCommon && !option.hidden()) {
        argument(option);
      }
    }
  }

  private void synopsis(CommandLine line) {
    String synopsis = line.getHelp().synopsis(0).strip().replaceAll("\\s+", " ");
    macro(".nh");
    text(synopsis.replaceAll(" \\[(-hV|--log-\\w+=\\w+)\\]", ""));
    macro(".hy");
  }

  private void argument(ArgSpec argument) {
    List<String> names = new ArrayList<>();
    if (argument instanceof OptionSpec option) {
      names.addAll(List.of(option.names()));
    }
    String label = argument.arity().max() > 0 || names.isEmpty() ? argument.paramLabel() : "";
    String separator = names.isEmpty() || label.isEmpty() ? "" : " ";
    item(String.join(", ", names) + separator + label, argument.description());
  }

  private void item(String term, String... description) {
    macro(".TP");
    page.append(".B ");
    text(term);
    lines(description);
  }

  private void lines(String... description) {
    for (String line : description) {
      text(Help.Ansi.OFF.string(line.replace("%n", " ").replace("%%", "%")));
    }
  }

  private void macro(String line) {
    page.append(line).append('\n');
  }

  /// Text as it is: no macro at its beginning, no hyphen in place of a minus.
  private void text(String text) {
    String escaped = text.replace("\\", "\\e").replace("-", "\\-");
    boolean looksLikeMacro = escaped.startsWith(".") || escaped.startsWith("'");
    page.append(looksLikeMacro ? "\\&" : "").append(escaped).append('\n');
  }
}
