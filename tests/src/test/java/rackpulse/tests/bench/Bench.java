package rackpulse.tests.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;

/// `tests/bench NAME [ARGUMENTS]`.
public final class Bench {
  /// Seen from the tests' folder, where the script starts this.
  private static final Path BUILT = Path.of("../agent/target").toAbsolutePath().normalize();

  private static final String USAGE =
      """
      usage: tests/bench NAME
        rtu [SECONDS]
        tcp [SECONDS [BUSES]]
        check
        replay [ROWS]
        spool [SECONDS]
        model [SAMPLES]
        approach [TRIALS]
        faults [TRIALS]
        native [SECONDS [NAME=COMMAND]...]
      or: tests/soak [--minutes N] [--seed S]
      """;

  private Bench() {}

  public static void main(String[] arguments) throws Exception {
    String name = arguments.length == 0 ? "" : arguments[0];
    String[] rest =
        arguments.length == 0 ? arguments : Arrays.copyOfRange(arguments, 1, arguments.length);
    Path directory = Files.createTempDirectory("rackpulse-bench");
    try {
      switch (name) {
        case "rtu" -> new RtuBench(directory).run(rest);
        case "tcp" -> new TcpBench(directory).run(rest);
        case "native" -> new NativeBench(directory, BUILT).run(rest);
        case "check" -> new CheckBench(directory).run(rest);
        case "spool" -> new SpoolBench(directory).run(rest);
        case "soak" -> Soak.run(directory, rest);
        case "replay" -> new ReplayBench(directory).run(rest);
        default -> {
          System.err.print(USAGE);
          System.exit(2);
        }
      }
    } finally {
      delete(directory);
    }
    System.exit(0); // a slave's threads may still run
  }

  static void delete(Path directory) throws Exception {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
