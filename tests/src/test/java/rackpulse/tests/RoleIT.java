package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.support.RunningProcess;

/// The Ansible role, as its own judges see it: no controller is touched.
@Tag("long") // of no interest to ask for the jar and for the binary
class RoleIT {
  private static final Path ROLE = Path.of("../systemd/ansible").toAbsolutePath().normalize();

  @TempDir private Path directory;

  @Test
  void isCorrect() throws Exception {
    needs("ansible-playbook");
    run("ansible-playbook", "--syntax-check", "-i", "inventory.example.yml", "site.yml");
  }

  @Test
  void satisfiesAnsibleLint() throws Exception {
    needs("ansible-lint");
    run("ansible-lint", "--offline", "--nocolor", "--strict");
  }

  /// Every default is a documented option; the secret of the example is one that the unit loads.
  @Test
  void speaksOfWhatThereIs() throws Exception {
    String options = Files.readString(ROLE.resolve("roles/rackpulse/meta/argument_specs.yml"));
    Path defaults = ROLE.resolve("roles/rackpulse/defaults/main.yml");
    for (String line : Files.readAllLines(defaults)) {
      if (line.startsWith("rackpulse_")) {
        String name = line.substring(0, line.indexOf(':'));
        assertTrue(options.contains("      " + name + ":\n"), name);
      }
    }
    String unit = Files.readString(ROLE.resolveSibling("rackpulse.service"));
    assertTrue(unit.contains("\nLoadCredential=rackpulse.password\n"));
    String inventory = Files.readString(ROLE.resolve("inventory.example.yml"));
    assertTrue(inventory.contains("\n      rackpulse.password: "));
  }

  private static void needs(String tool) throws Exception {
    Process look = new ProcessBuilder("sh", "-c", "command -v " + tool).start();
    boolean there = look.waitFor() == 0;
    if (!there) {
      System.err.println("ANSIBLE ROLE SKIPPED: no " + tool);
    }
    assumeTrue(there);
  }

  private void run(String... command) throws Exception {
    Map<String, String> environment =
        Map.of("HOME", directory.toString(), "LC_ALL", "C.UTF-8", "ANSIBLE_NOCOLOR", "1");
    RunningProcess process = new RunningProcess(List.of(command), ROLE, environment);
    assertEquals(0, process.exitCode(), process::transcript);
  }
}
