package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rackpulse.tests.support.RunningProcess;

/// What systemd's own judge says of the unit and of the examples for changing it.
@Tag("long") // of no interest to ask for the jar and for the binary
class UnitIT {
  private static final Path SHIPPED = Path.of("../systemd").toAbsolutePath().normalize();
  private static final String UNIT = "rackpulse.service";

  /// 1.5, in tenths: the most exposure that a security officer accepts.
  private static final int MOST_EXPOSURE = 15;

  /// For what has no better place to say it: the clock needs 1.7.
  private static final int MOST_EXPOSURE_WITH_A_DROP_IN = 17;

  @TempDir private Path directory;

  @BeforeAll
  static void needsSystemd() throws Exception {
    boolean there =
        new ProcessBuilder("sh", "-c", "command -v systemd-analyze").start().waitFor() == 0;
    if (!there) {
      System.err.println("UNIT SKIPPED: no systemd-analyze");
    }
    assumeTrue(there);
  }

  static List<Path> dropIns() throws IOException {
    try (Stream<Path> files = Files.list(SHIPPED.resolve("drop-in"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void isCorrect() throws Exception {
    assertCorrect();
  }

  @Test
  void exposesLittle() throws Exception {
    assertExposesAtMost(MOST_EXPOSURE);
  }

  /// Whoever loosens the unit to make something work must see it here.
  @Test
  void keepsWhatTheAgentRestsOn() throws IOException {
    List<String> lines = Files.readAllLines(SHIPPED.resolve(UNIT));
    for (String needed :
        List.of(
            "Type=notify",
            "WatchdogSec=30",
            "Restart=on-failure",
            "RestartSec=5",
            "StartLimitIntervalSec=0",
            "RestartPreventExitStatus=78",
            "DevicePolicy=closed",
            "ProtectSystem=strict",
            "CapabilityBoundingSet=",
            "MemoryDenyWriteExecute=yes",
            "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6")) {
      assertTrue(lines.contains(needed), needed);
    }
  }

  @ParameterizedTest
  @MethodSource("dropIns")
  void staysCorrectWithADropIn(Path dropIn) throws Exception {
    String text = Files.readString(dropIn);
    boolean known = version() >= 254 || !dropIn.endsWith("systemd-254.conf");
    if (!known) {
      System.err.println(dropIn.getFileName() + " SKIPPED: systemd " + version() + " is older");
    }
    assumeTrue(known);
    Path folder = Files.createDirectory(directory.resolve(UNIT + ".d"));
    Files.writeString(folder.resolve(dropIn.getFileName()), runnable(text));
    assertCorrect();
    assertExposesAtMost(MOST_EXPOSURE_WITH_A_DROP_IN);
  }

  private void assertCorrect() throws Exception {
    RunningProcess verify = analyze("verify", "--man=no", "./" + UNIT);
    assertEquals(0, verify.exitCode(), verify::transcript);
    assertEquals(List.of(), verify.err(), verify::transcript);
  }

  private void assertExposesAtMost(int tenths) throws Exception {
    RunningProcess security =
        analyze("security", "--offline=true", "--no-pager", "--threshold=" + tenths, "./" + UNIT);
    assertEquals(0, security.exitCode(), security::transcript);
    assertTrue(
        security.out().stream().anyMatch(line -> line.contains("Overall exposure level")),
        security::transcript);
  }

  private int version() throws Exception {
    RunningProcess process = analyze("--version");
    assertEquals(0, process.exitCode(), process::transcript);
    return Integer.parseInt(process.out().getFirst().split(" ", -1)[1]);
  }

  private RunningProcess analyze(String... arguments) throws IOException {
    Files.writeString(directory.resolve(UNIT), runnable(Files.readString(SHIPPED.resolve(UNIT))));
    List<String> command =
        Stream.concat(Stream.of("systemd-analyze"), Stream.of(arguments)).toList();
    return new RunningProcess(command, directory, Map.of("LC_ALL", "C.UTF-8"));
  }

  /// With a program that is there: the agent need not be installed.
  private static String runnable(String unit) {
    return unit.replace("/usr/bin/rackpulse", "/bin/sh");
  }
}
