package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.RunningProcess;

/// `replay` and `evaluate` on files as people have them, and on what is none.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RecordingsIT {
  private static final String[] COLUMNS = {"--time", "time", "--value", "inlet"};

  @TempDir private Path directory;

  /// A day and a half of an inlet that gets stuck and then too warm, with a load beside it.
  @BeforeEach
  void record() throws IOException {
    Random random = new Random(6);
    StringBuilder csv = new StringBuilder("time,inlet,\"load, W\"\n");
    double stuck = 0;
    for (int i = 0; i < 4320; i++) {
      double value = 22 + Math.sin(i / 450.0) + 0.1 * random.nextGaussian();
      stuck = i < 2000 ? value : stuck;
      value = i >= 2000 && i < 2200 ? stuck : value;
      value += i < 3000 ? 0 : Math.min(12, 0.05 * (i - 3000));
      csv.append(
          String.format(
              Locale.ROOT,
              "2026-01-0%d %02d:%02d:%02d,%.2f,%.0f%n",
              1 + i / 2880,
              i % 2880 / 120,
              i / 2 % 60,
              i % 2 * 30,
              value,
              3000 + 100 * random.nextGaussian()));
    }
    Files.writeString(directory.resolve("inlet.csv"), csv);
  }

  @Test
  void replayTellsFaultsAndLimits() throws Exception {
    List<String> rows =
        replay(0, "--quantity", "temperature", "--limit", "warn_high=27", "--limit", "delay=1 min");
    assertEquals(
        "time,value,state,alarm,severity,kind,expected,low,high,shares,text", rows.getFirst());
    assertEquals(433, rows.size());
    assertTrue(rows.stream().anyMatch(row -> row.contains(",sensor-stuck,")), rows::toString);
    String limit = rows.stream().filter(row -> row.contains(",limit,")).findFirst().orElse("");
    assertTrue(limit.contains("above the warning limit 27.0 °C"), limit);
    assertTrue(rows.stream().noneMatch(row -> row.contains("alarm limit")), rows::toString);
  }

  @Test
  void replayTakesChannelsFromTheConfiguration() throws Exception {
    String configuration =
        new Configuration(directory, "replay", "mqtt://127.0.0.1:1883", "")
            .table("bus.front", "kind = \"i2c\"\ndevice = \"/dev/null\"")
            .table("device.top", "bus = \"front\"\nprofile = \"sht4x\"\naddress = 0x44")
            .table("limit.top.temperature", "alarm_high = 30.0")
            .toString();
    Files.writeString(directory.resolve("rackpulse.toml"), configuration);
    List<String> rows =
        replay(0, "-c", "rackpulse.toml", "--channel", "inlet=top.temperature", "--out", "o.csv");
    assertTrue(rows.getFirst().startsWith("4320 rows (0 unusable), 432 samples, "), rows::toString);
    String text = Files.readString(directory.resolve("o.csv"));
    assertTrue(text.contains("top temperature is "), text);
    assertTrue(text.contains("above the alarm limit 30.0 °C"), text);
    String[] unnamed = with(COLUMNS, "-c", "rackpulse.toml");
    AgentProcess unknown = run(2, "replay", "--csv", "inlet.csv", unnamed);
    assertTrue(unknown.err().getFirst().contains("\"inlet\" is no polled channel of"));
  }

  @Test
  void replayTakesRowsAsTheyAre() throws Exception {
    List<String> rows = replay(0, "--as-is");
    assertEquals(4321, rows.size());
    assertTrue(rows.get(2).startsWith("2026-01-01T00:00:30Z,"), rows.get(2));
    assertTrue(rows.stream().noneMatch(row -> row.contains("sensor-")), "said of the sensor");
  }

  @Test
  void replayEndsWithItsReader() throws Exception {
    String command =
        System.getProperty("agent.command")
            + " replay --csv inlet.csv --time time --value inlet --as-is";
    String[] shell = {"bash", "-c", command + " | head -n 2; echo ${PIPESTATUS[0]}"};
    try (RunningProcess process = new RunningProcess(List.of(shell), directory, Map.of())) {
      assertEquals(0, process.exitCode(), process::transcript);
      assertEquals(3, process.out().size(), process::transcript);
      assertEquals("0", process.out().getLast());
      assertEquals(List.of(), process.err());
    }
  }

  @Test
  void replayReadsItsInputAndEndsWhenInterrupted() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    String shell = "exec 3<> pipe; head -n 900 inlet.csv > pipe; sleep 60";
    try (RunningProcess writer =
            new RunningProcess(List.of("bash", "-c", shell), directory, Map.of());
        AgentProcess replay =
            AgentProcess.start(
                directory, "replay", "--csv", "pipe", "--time", "time", "--value", "inlet")) {
      assertTrue(writer.alive());
      Await.until(
          Duration.ofSeconds(30), "it reads", () -> hasOpen(replay, pipe), replay::transcript);
      replay.signal("INT");
      assertEquals(130, replay.exitCode(), replay::transcript);
    }
    AgentProcess evaluate = run(2, "evaluate", "--csv", "pipe", COLUMNS);
    assertTrue(evaluate.err().getFirst().contains("which only a file can be"));
  }

  @Test
  void evaluatePrintsATableAndDraws() throws Exception {
    String[] options = {
      "--input", "load, W", "--quantity", "temperature", "--passes", "1", "--plot", "plot.svg"
    };
    AgentProcess evaluate = run(0, "evaluate", "--csv", "inlet.csv", with(COLUMNS, options));
    assertEquals(7, evaluate.out().size(), evaluate::transcript);
    assertTrue(evaluate.out().getFirst().contains("ratio to persistence"));
    assertTrue(evaluate.out().getLast().startsWith("   1  test    60 min"), evaluate::transcript);
    Path plot = directory.resolve("plot.svg");
    assertEquals(
        "svg",
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(plot.toFile())
            .getDocumentElement()
            .getTagName());
    String svg = Files.readString(plot);
    assertTrue(svg.contains(">inlet, °C</text>") && svg.contains(">sensor-stuck</text>"));
    assertFalse(svg.contains("NaN"));
  }

  @Test
  void saysWhatIsWrongWithAFile() throws Exception {
    assertProblem("empty.csv", "", 2, "empty.csv: the file is empty");
    assertProblem("other.csv", "time;inlet\n", 2, "separate the columns by commas");
    assertProblem("columns.csv", "time,outlet\n", 2, "no column \"inlet\" in its first line");
    assertProblem("time.csv", "time,inlet\nnow,1\n", 1, "time.csv: line 2: \"now\" is no time");
    assertProblem("inf.csv", "time,inlet\n0,inf\n", 1, "line 2: \"inf\" is no number");
    assertProblem("back.csv", "time,inlet\n900,1\n0,1\n", 1, "line 3: its time 1970-01-01T00:00");
    assertProblem("long.csv", "time,inlet\n0," + "1".repeat(1 << 21) + "\n9,1\n", 1, "longer than");
    assertTrue(run(2, "replay", "--csv", ".", COLUMNS).err().getFirst().contains("is a directory"));
    assertTrue(
        run(2, "replay", "--csv", "inlet.csv", with(COLUMNS, "--out", "inlet.csv"))
            .err()
            .getFirst()
            .contains("is the recording itself"));
    assertTrue(
        run(2, "evaluate", "--csv", "inlet.csv", with(COLUMNS, "--plot", "no/plot.svg"))
            .err()
            .getFirst()
            .contains("there is no directory"));
  }

  private void assertProblem(String file, String csv, int exitCode, String problem)
      throws Exception {
    Files.writeString(directory.resolve(file), csv);
    AgentProcess replay = run(exitCode, "replay", "--csv", file, COLUMNS);
    assertTrue(replay.err().getFirst().contains(problem), replay::transcript);
  }

  private static boolean hasOpen(AgentProcess process, Path file) {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      return descriptors.anyMatch(descriptor -> isSame(descriptor, file));
    } catch (IOException _) {
      return false;
    }
  }

  private static boolean isSame(Path descriptor, Path file) {
    try {
      return Files.readSymbolicLink(descriptor).endsWith(file.getFileName());
    } catch (IOException _) {
      return false; // closed meanwhile
    }
  }

  private List<String> replay(int exitCode, String... options) throws Exception {
    return run(exitCode, "replay", "--csv", "inlet.csv", with(COLUMNS, options)).out();
  }

  private static String[] with(String[] first, String... second) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(second));
    return all.toArray(String[]::new);
  }

  private AgentProcess run(int exitCode, String command, String option, String file, String... more)
      throws Exception {
    String[] arguments = with(new String[] {command, option, file}, more);
    try (AgentProcess process = AgentProcess.start(directory, arguments)) {
      assertEquals(exitCode, process.exitCode(), process::transcript);
      return process;
    }
  }
}
