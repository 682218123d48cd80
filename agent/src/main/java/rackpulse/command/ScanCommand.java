package rackpulse.command;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings;
import rackpulse.bus.BusSettings.I2cSettings;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.ModbusTcpSettings;
import rackpulse.bus.BusSettings.Parity;
import rackpulse.bus.BusSettings.SerialFormat;
import rackpulse.bus.I2cBus;
import rackpulse.bus.ModbusBus;
import rackpulse.bus.WireCounters;
import rackpulse.config.ConfigurationException;
import rackpulse.engine.BusOpener.OpenedBus;
import rackpulse.i2c.KernelDrivers;
import rackpulse.recorder.Tape;
import rackpulse.scan.Found;
import rackpulse.scan.FoundTable;
import rackpulse.scan.I2cScan;
import rackpulse.scan.ModbusScan;
import rackpulse.terminal.ProgressBar;

/// `rackpulse scan`: what hangs on a bus. Only reads; never runs beside an agent on one line.
@Command(
    name = "scan",
    description = {
      "Finds the devices on a bus. Only reads.",
      "An I2C adapter: each address that acknowledges, and which parts it could be.",
      "A serial line or TCP gateway: each unit id that answers, with its identification."
    })
final class ScanCommand implements Callable<Integer> {
  private static final int DEFAULT_TCP_PORT = 502;
  private static final int I2C_HERTZ = 100_000;

  private final Services services;

  @Spec private CommandSpec spec;

  @Mixin private ProfileOptions profiles;

  @Parameters(
      paramLabel = "BUS",
      description = "/dev/i2c-N, a serial line such as /dev/ttyUSB0, or HOST[:PORT]")
  private String target;

  @Option(
      names = "--units",
      paramLabel = "FROM-TO",
      defaultValue = "1-247",
      description = "Modbus unit ids to ask (default: ${DEFAULT-VALUE})")
  private String units;

  @Option(
      names = "--baud",
      paramLabel = "RATE",
      split = ",",
      defaultValue = "9600,19200,115200",
      description = "serial: rates to try (default: ${DEFAULT-VALUE})")
  private List<Integer> bauds;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      split = ",",
      defaultValue = "8N1,8E1",
      description = "serial: character formats to try (default: ${DEFAULT-VALUE})")
  private List<String> formats;

  @Option(
      names = "--timeout",
      paramLabel = "MS",
      defaultValue = "200",
      description = "milliseconds to wait for each unit id (default: ${DEFAULT-VALUE})")
  private int timeoutMillis;

  @Option(names = "--rtu-over-tcp", description = "HOST speaks RTU frames, not Modbus TCP")
  private boolean rtuOverTcp;

  @Option(names = "--force", description = "I2C: also ask addresses that a kernel driver owns")
  private boolean force;

  @Option(names = "--json", description = "print JSON")
  private boolean json;

  ScanCommand(Services services) {
    this.services = services;
  }

  @Override
  public Integer call() throws Exception {
    List<Found> found = new ArrayList<>();
    Units asked = units();
    try {
      for (BusSettings settings : attempts()) {
        found.addAll(scan(settings, asked));
      }
    } catch (BusException.Down e) {
      services.err().println("rackpulse: " + e.getMessage());
      return ExitCode.GAPS;
    }
    if (json) {
      services.terminal().line(FoundTable.json(found, target));
    } else {
      FoundTable.print(found, target, services.terminal());
    }
    return found.isEmpty() ? ExitCode.GAPS : ExitCode.OK;
  }

  private List<BusSettings> attempts() {
    if (target.startsWith("/dev/i2c-")) {
      return List.of(new I2cSettings("scan", Path.of(target), I2C_HERTZ));
    }
    if (timeoutMillis < 1) {
      throw usage("--timeout is at least 1 ms, not " + timeoutMillis);
    }
    Duration timeout = Duration.ofMillis(timeoutMillis);
    if (!target.startsWith("/")) {
      return List.of(tcp(timeout));
    }
    List<BusSettings> attempts = new ArrayList<>();
    for (int baud : bauds) {
      if (baud < 1) {
        throw usage("not a baud rate: " + baud + "; write for example 9600");
      }
      for (String format : formats) {
        attempts.add(
            new ModbusRtuSettings(
                "scan", Path.of(target), baud, format(format), timeout, Duration.ZERO, false));
      }
    }
    return attempts;
  }

  private ModbusTcpSettings tcp(Duration timeout) {
    int colon = target.lastIndexOf(':');
    boolean hasPort = colon > 0 && target.indexOf(':') == colon;
    String host = hasPort ? target.substring(0, colon) : target;
    int port = hasPort ? number(target.substring(colon + 1), 1, 65535) : DEFAULT_TCP_PORT;
    return new ModbusTcpSettings("scan", host, port, timeout, rtuOverTcp, Duration.ZERO, 0);
  }

  private SerialFormat format(String text) {
    if (!text.matches("[78][NEO][12]")) {
      throw usage("not a character format: \"" + text + "\"; write for example 8E1");
    }
    Parity parity =
        switch (text.charAt(1)) {
          case 'E' -> Parity.EVEN;
          case 'O' -> Parity.ODD;
          default -> Parity.NONE;
        };
    return new SerialFormat(text.charAt(0) - '0', parity, text.charAt(2) - '0');
  }

  private List<Found> scan(BusSettings settings, Units asked)
      throws BusException, ConfigurationException {
    try (OpenedBus opened = services.bareOpener().open(settings, new WireCounters(), Tape.OFF)) {
      return switch (opened.bus()) {
        case I2cBus bus -> scanI2c(bus);
        case ModbusBus bus -> scanModbus(bus, settings, asked);
      };
    }
  }

  private List<Found> scanI2c(I2cBus bus) throws BusException, ConfigurationException {
    I2cScan scan = new I2cScan(bus, profiles.i2c());
    Map<Integer, String> owned = force ? Map.of() : owners();
    try (ProgressBar bar = progress("addresses", I2cScan.ADDRESSES)) {
      return scan.run(owned, bar);
    }
  }

  private Map<Integer, String> owners() {
    OptionalInt number = KernelDrivers.busNumber(Path.of(target));
    return number.isPresent()
        ? KernelDrivers.owners(KernelDrivers.I2C_DEVICES, number.getAsInt())
        : Map.of();
  }

  private List<Found> scanModbus(ModbusBus bus, BusSettings settings, Units asked)
      throws BusException, ConfigurationException {
    String line =
        settings instanceof ModbusRtuSettings serial ? serial.baud() + " " + serial.format() : "";
    ModbusScan scan = new ModbusScan(bus, line, profiles.modbus());
    try (ProgressBar bar =
        progress(line.isEmpty() ? "unit ids" : line, asked.to - asked.from + 1)) {
      return scan.run(asked.from, asked.to, bar);
    }
  }

  private Units units() {
    int dash = units.indexOf('-');
    int from = number(dash < 0 ? units : units.substring(0, dash), 0, 255);
    return new Units(from, dash < 0 ? from : number(units.substring(dash + 1), from, 255));
  }

  private record Units(int from, int to) {}

  private ProgressBar progress(String label, int total) {
    return new ProgressBar(services.terminal(), label, total, System::nanoTime);
  }

  private int number(String text, int low, int high) {
    try {
      int value = Integer.parseInt(text.strip());
      if (value >= low && value <= high) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw usage("not a number from " + low + " to " + high + ": \"" + text + "\"");
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
