package rackpulse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings;
import rackpulse.bus.I2cBus;
import rackpulse.bus.MuxChannel;
import rackpulse.bus.WireCounters;
import rackpulse.config.Configuration;
import rackpulse.engine.BusOpener;
import rackpulse.recorder.Tape;
import rackpulse.reload.Reloading;
import rackpulse.terminal.Terminal;

class CommandLineTest {
  private static final String TOML =
      """
      [agent]
      site = "fra1"
      rack = "a12"
      [bus.front]
      kind = "i2c"
      device = "/dev/i2c-1"
      [device.inlet]
      bus = "front"
      profile = "sht4x"
      address = 0x44
      """;

  @TempDir Path directory;

  private final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
  private final FakeBuses buses = new FakeBuses();
  private final FakeRunner runner = new FakeRunner();

  @Test
  void runGivesTheRunnerTheConfigurationAndReturnsItsExitCode() throws IOException {
    runner.exitCode = ExitCode.INTERNAL;
    assertEquals(ExitCode.INTERNAL, execute(new RunCommand(services()), "-c", file(TOML)));
    assertEquals("a12", runner.rack);
  }

  @Test
  void readShowsValuesAndExitsWithOneWhenThereAreGaps() throws IOException {
    buses.reply = new byte[] {0x66, 0x66, (byte) 0x93, 0x72, (byte) 0xB0, (byte) 0xDC};
    assertEquals(ExitCode.OK, execute(new ReadCommand(services()), "-c", file(TOML)));
    assertTrue(out().contains("inlet   temperature  25.00 °C"), out());
    buses.reply = new byte[0];
    assertEquals(ExitCode.GAPS, execute(new ReadCommand(services()), "-c", file(TOML)));
    assertTrue(out().contains("no-answer  nobody at 0x44"), out());
  }

  @Test
  void runAndCheckRefuseAConfigurationThatPollsNothing() throws IOException {
    String empty = file("[agent]\n");
    assertEquals(ExitCode.CONFIGURATION, execute(new RunCommand(services()), "-c", empty));
    assertEquals(ExitCode.CONFIGURATION, execute(new CheckCommand(services()), "-c", empty));
    assertTrue(err().contains("rackpulse.toml: no device is configured"), err());
    assertEquals("", runner.rack);
  }

  @Test
  void checkTellsWhatAReloadChanges() throws IOException {
    Path running = Files.writeString(directory.resolve("running.toml"), TOML);
    String wanted = file(TOML.replace("0x44", "0x45").replace("i2c-1", "i2c-2"));
    String[] arguments = {"-c", wanted, "--against", running.toString()};
    assertEquals(ExitCode.OK, execute(new CheckCommand(services()), arguments));
    assertTrue(out().contains("bus front: changed, restarts (its own keys, its devices)"), out());
    assertTrue(out().contains("device inlet: changed, on front"), out());
    outBytes.reset();
    String[] json = {"-c", wanted, "--against", running.toString(), "--json"};
    assertEquals(ExitCode.OK, execute(new CheckCommand(services()), json));
    String device = "\"devices\":[{\"name\":\"inlet\",\"fate\":\"changed\",\"what\":\"front\"}]";
    assertTrue(out().contains(device), out());
    Files.writeString(running, "[agent\n");
    assertEquals(ExitCode.CONFIGURATION, execute(new CheckCommand(services()), arguments));
  }

  @Test
  void readShowsWhatIsComputed() throws IOException {
    buses.reply = new byte[] {0x66, 0x66, (byte) 0x93, 0x72, (byte) 0xB0, (byte) 0xDC};
    String toml =
        TOML
            + """
            [derived.copy]
            sum = ["inlet.temperature"]
            """;
    int code = execute(new ReadCommand(services()), "-c", file(toml));
    assertEquals(ExitCode.OK, code, () -> out() + err());
    assertTrue(out().contains("dew-point"), out());
    assertTrue(out().contains("copy"), out());
    String alone = "copy";
    outBytes.reset();
    assertEquals(ExitCode.OK, execute(new ReadCommand(services()), "-c", file(toml), alone));
    assertTrue(out().contains("copy") && !out().contains("inlet"), out());
    outBytes.reset();
    buses.reply = new byte[0];
    assertEquals(ExitCode.GAPS, execute(new ReadCommand(services()), "-c", file(toml), alone));
    assertTrue(out().contains("an input has no value"), out());
  }

  @Test
  void readOfABusThatCannotBeOpenedIsAllGaps() throws IOException {
    buses.down = "no such adapter";
    assertEquals(ExitCode.GAPS, execute(new ReadCommand(services()), "-c", file(TOML), "--json"));
    assertTrue(out().contains("\"gap\":\"bus-down\",\"reason\":\"no such adapter\""), out());
  }

  @Test
  void readOfAnUnknownDeviceIsAUsageError() throws IOException {
    assertEquals(ExitCode.USAGE, execute(new ReadCommand(services()), "-c", file(TOML), "outlet"));
    assertTrue(err().contains("no device \"outlet\""), err());
  }

  @Test
  void checkPredictsAndRefusesWhatRunWouldRefuse() throws IOException {
    assertEquals(ExitCode.OK, execute(new CheckCommand(services()), "-c", file(TOML)));
    assertTrue(out().contains("1 buses, 1 devices, 0 derived: ok"), out());
    assertTrue(out().contains("oldest value"), out());
    String absent = TOML + "[mqtt]\nusername = \"a\"\npassword_file = \"/nowhere/password\"\n";
    assertEquals(ExitCode.CONFIGURATION, execute(new CheckCommand(services()), "-c", file(absent)));
    assertTrue(err().contains("[mqtt] /nowhere/password: no such file"), err());
  }

  @Test
  void scanRefusesNonsense() {
    ScanCommand scan = new ScanCommand(services());
    assertEquals(ExitCode.USAGE, execute(scan, "/dev/ttyUSB0", "--format", "9X7"));
    assertEquals(ExitCode.USAGE, execute(scan, "127.0.0.1", "--units", "1-300"));
    assertEquals(ExitCode.USAGE, execute(scan, "127.0.0.1:70000"));
    assertTrue(err().contains("not a character format: \"9X7\""), err());
    assertEquals(ExitCode.USAGE, execute(scan, "/dev/ttyUSB0", "--baud", "9600,0"));
    assertTrue(err().contains("not a baud rate: 0"), err());
    assertEquals(ExitCode.USAGE, execute(new ScanCommand(services()), "127.0.0.1", "--timeout=-5"));
  }

  @Test
  void scanOfALostBusSaysWhy() {
    buses.down = "no such adapter";
    assertEquals(ExitCode.GAPS, execute(new ScanCommand(services()), "/dev/i2c-99"));
    assertTrue(err().contains("no such adapter"), err());
  }

  @Test
  void aFaultOfTheProgramIsNotMistakenForGaps() {
    Exception fault = new IllegalStateException("broken");
    assertEquals(ExitCode.INTERNAL, RackpulseCommand.explain(fault, services()));
    assertTrue(err().contains("broken"), err());
  }

  @Test
  void profilesShowsOneWithItsSource() {
    assertEquals(ExitCode.OK, execute(new ProfilesCommand(services()), "tmp117"));
    assertTrue(out().contains("source: "), out());
  }

  @Test
  void statusOfAFreshFileIsShownAndAnOldOneIsCalledOld() throws IOException {
    Path file = directory.resolve("status.json");
    String status =
        """
        {"ts":"%s","agent":"rc","since":"2026-01-01T00:00:00Z","broker":{"connected":true},
        "devices":[{"name":"inlet","state":"online","ts":"%1$s","samples":[
        {"channel":"temperature","quantity":"temperature","value":21.5}]}]}
        """;
    Files.writeString(file, status.formatted(Instant.now()));
    StatusCommand command = new StatusCommand(services());
    assertEquals(ExitCode.OK, execute(command, "--file", file.toString()));
    assertTrue(out().contains("inlet   online  temperature  21.50 °C"), out());
    Files.writeString(file, status.formatted(Instant.now().minus(Duration.ofMinutes(3))));
    assertEquals(ExitCode.GAPS, execute(command, "--file", file.toString()));
    assertTrue(out().contains("is it running?"), out());
  }

  @Test
  void statusWithoutAgentSaysSo() {
    StatusCommand command = new StatusCommand(services());
    String missing = directory.resolve("none.json").toString();
    assertEquals(ExitCode.GAPS, execute(command, "--file", missing));
    assertTrue(err().contains("the agent does not run"), err());
  }

  @Test
  void replayPrintsARowForEachBlock() throws IOException {
    String csv = recording("t,v\n0,20\n300,x\n600,22\n");
    ReplayCommand replay = new ReplayCommand(services());
    assertEquals(ExitCode.GAPS, execute(replay, "--csv", csv, "--time", "t", "--value", "v"));
    assertTrue(out().startsWith("time,value,state,alarm,severity,kind,expected,low"), out());
    assertTrue(out().contains("\n1970-01-01T00:10:00Z,22,learning,0,0,,"), out());
    assertTrue(err().contains(csv + ": line 3: \"x\" is no number"), err());
  }

  @Test
  void replayWritesToAFileAndSaysHowMuch() throws IOException {
    String csv = recording("t,v\n0,20\n10,21\n");
    Path rows = directory.resolve("rows.csv");
    String[] arguments = {
      "--csv", csv, "--time", "t", "--value", "v", "--as-is", "--out", rows.toString()
    };
    assertEquals(ExitCode.OK, execute(new ReplayCommand(services()), arguments));
    assertEquals(3, Files.readAllLines(rows).size());
    assertTrue(out().contains("2 rows (0 unusable), 2 samples, 0 of them abnormal"), out());
  }

  @Test
  void evaluatePrintsATableAndDraws() throws IOException {
    StringBuilder csv = new StringBuilder("t,v\n");
    for (int i = 0; i < 1000; i++) {
      csv.append(300 * i).append(',').append(20 + Math.sin(i / 40.0)).append('\n');
    }
    Path plot = directory.resolve("plot.svg");
    String[] arguments = {
      "--csv",
      recording(csv.toString()),
      "--time",
      "t",
      "--value",
      "v",
      "--horizon",
      "15m",
      "--passes",
      "1",
      "--plot",
      plot.toString()
    };
    assertEquals(ExitCode.OK, execute(new EvaluateCommand(services()), arguments));
    assertTrue(out().contains("pass  part   horizon  forecasts"), out());
    assertTrue(out().contains("   1  test    15 min        300"), out());
    assertTrue(Files.readString(plot).endsWith("</svg>\n"));
  }

  @Test
  void recordingsThatCannotBeUsedAreUsageErrors() throws IOException {
    String csv = recording("t,v\n0,20\n");
    ReplayCommand replay = new ReplayCommand(services());
    assertEquals(ExitCode.USAGE, execute(replay, "--csv", csv, "--time", "t", "--value", "w"));
    assertTrue(err().contains("there is no column \"w\""), err());
    EvaluateCommand evaluate = new EvaluateCommand(services());
    String[] arguments = {"--csv", csv, "--time", "t", "--value", "v", "--horizon", "7m"};
    assertEquals(ExitCode.USAGE, execute(evaluate, arguments));
    assertTrue(err().contains("--horizon: 420 s is not 1 to 2016 times the 300 s from"), err());
    String[] nonsense = {"--csv", csv, "--time", "t", "--value", "v", "--train", "100%"};
    assertEquals(ExitCode.USAGE, execute(new EvaluateCommand(services()), nonsense));
  }

  private String recording(String csv) throws IOException {
    return Files.writeString(directory.resolve("recording.csv"), csv).toString();
  }

  private int execute(Object command, String... arguments) {
    PrintStream err = new PrintStream(errBytes, true, StandardCharsets.UTF_8);
    return new CommandLine(command)
        .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
        .setExecutionExceptionHandler((e, _, _) -> RackpulseCommand.explain(e, services()))
        .execute(arguments);
  }

  private String file(String toml) throws IOException {
    Path file = directory.resolve("rackpulse.toml");
    Files.writeString(file, toml);
    return file.toString();
  }

  private Services services() {
    PrintStream out = new PrintStream(outBytes, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(errBytes, true, StandardCharsets.UTF_8);
    return new Services("1.2.3", Terminal.plain(out), err, Map.of(), buses, buses, runner);
  }

  private String out() {
    return outBytes.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return errBytes.toString(StandardCharsets.UTF_8);
  }

  /// One I2C bus on which every address answers `reply`, or nobody does.
  private static final class FakeBuses implements BusOpener, I2cBus {
    private byte[] reply = {};
    private String down = "";

    @Override
    public OpenedBus open(BusSettings settings, WireCounters counters, Tape tape)
        throws BusException {
      if (!down.isEmpty()) {
        throw new BusException.Down(down);
      }
      return new Open(this);
    }

    @Override
    public I2cBus behind(I2cBus bus, MuxChannel channel) {
      return bus;
    }

    @Override
    public void transfer(int address, byte[] write, byte[] read) throws BusException {
      if (reply.length == 0) {
        throw new BusException.NoAnswer("nobody at 0x" + Integer.toHexString(address));
      }
      System.arraycopy(reply, 0, read, 0, Math.min(read.length, reply.length));
    }

    @Override
    public void pause(Duration atLeast) {}

    private record Open(I2cBus bus) implements OpenedBus {
      @Override
      public void close() {}
    }
  }

  private static final class FakeRunner implements Services.Runner {
    private int exitCode;
    private String rack = "";

    @Override
    public int run(Configuration configuration, Reloading.Source source, BusOpener opener) {
      rack = configuration.agent().rack();
      return exitCode;
    }

    @Override
    public void stop() {}
  }
}
