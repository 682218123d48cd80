package rackpulse.tests.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;

/// `tests/bench NAME [ARGUMENTS]`.
public final class Bench {
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
        case "check" -> new CheckBench(directory).run(rest);
        case "spool" -> new SpoolBench(directory).run(rest);
        case "soak" -> Soak.run(directory, rest);
        case "replay" -> new ReplayBench(directory).run(rest);
        default -> {
          System.err.print(
              """
              usage: tests/bench rtu [SECONDS] | tcp [SECONDS [BUSES]] | check | replay [ROWS]
                     tests/bench spool [SECONDS] | model [SAMPLES] | faults [TRIALS]
                     tests/soak [--minutes N] [--seed S]
              """);
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
