package rackpulse.command;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class ManualPageTest {
  private final CommandLine line = RackpulseCommand.line(PackageText.services("1.2.3"));
  private final String page = ManualPage.of(line, "1.2.3");

  @Test
  void namesEveryCommandAndOption() {
    for (CommandLine command : line.getSubcommands().values()) {
      assertTrue(page.contains("\n.SS " + command.getCommandName() + "\n"), page);
      for (OptionSpec option : command.getCommandSpec().options()) {
        assertTrue(page.contains(option.longestName().replace("-", "\\-")), option::longestName);
      }
    }
  }

  @Test
  void fillsInDefaultsAndLeavesNoMarkup() {
    assertTrue(page.contains("(default: /etc/rackpulse/rackpulse.toml)"), page);
    assertFalse(page.contains("${"), page);
    assertFalse(page.contains("@|"), page);
    assertFalse(page.contains("%n"), page);
  }

  @Test
  void commonOptionsStandThereOnce() {
    String first = page.substring(page.indexOf(".SH OPTIONS"), page.indexOf(".SH COMMANDS"));
    String rest = page.substring(page.indexOf(".SH COMMANDS"));
    assertTrue(first.contains("\\-\\-log\\-level LEVEL"), first);
    assertFalse(rest.contains("\\-\\-log\\-level"), rest);
  }
}
