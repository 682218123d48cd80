package rackpulse.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import picocli.AutoComplete;
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

/// Writes what a package says of the program: manual page, completion for bash, change log. Run by
/// the build of the package, so that the program need not carry it.
final class PackageText {
  private PackageText() {}

  /// @param arguments the directory to write to, the version, the change log
  public static void main(String[] arguments) throws IOException {
    Path directory = Files.createDirectories(Path.of(arguments[0]));
    String version = arguments[1];
    byte[] changes = Files.readAllBytes(Path.of(arguments[2]));
    CommandLine line = RackpulseCommand.line(services(version));
    byte[] manual = ManualPage.of(line, version).getBytes(UTF_8);
    Files.write(directory.resolve("rackpulse.1.gz"), zipped(manual));
    Files.write(directory.resolve("completion"), completion(line).getBytes(UTF_8));
    Files.write(directory.resolve("changelog.gz"), zipped(changes));
  }

  /// Read by the shell, not run: the first line, `#!`, has no meaning.
  private static String completion(CommandLine line) {
    String script = AutoComplete.bash("rackpulse", line);
    return script.substring(script.indexOf('\n') + 1);
  }

  /// Services of which commands know themselves, but cannot do anything.
  static Services services(String version) {
    Nothing nothing = new Nothing();
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    return new Services(version, Terminal.plain(out), out, Map.of(), nothing, nothing, nothing);
  }

  /// The byte XFL of RFC 1952 in which the best compression is noted, and its value.
  private static final int EXTRA_FLAGS = 8;

  private static final byte BEST = 2;

  /// As `gzip -9n` does: no name, no time.
  private static byte[] zipped(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip =
        new GZIPOutputStream(bytes) {
          {
            def.setLevel(Deflater.BEST_COMPRESSION);
          }
        }) {
      zip.write(content);
    }
    byte[] zipped = bytes.toByteArray();
    zipped[EXTRA_FLAGS] = BEST;
    return zipped;
  }

  private static final class Nothing implements BusOpener, Services.Runner {
    @Override
    public OpenedBus open(BusSettings settings, WireCounters counters, Tape tape)
        throws BusException {
      throw new BusException.Down("no bus here");
    }

    @Override
    public I2cBus behind(I2cBus bus, MuxChannel channel) {
      return bus;
    }

    @Override
    public int run(Configuration configuration, Reloading.Source source, BusOpener opener) {
      return ExitCode.INTERNAL;
    }

    @Override
    public void stop() {}
  }
}
