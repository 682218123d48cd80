package rackpulse.tests.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Random;
import rackpulse.tests.support.AgentProcess;

/// How many rows a second `rackpulse replay` takes, starting included: a reading every 10 s of a
/// channel with three inputs, in blocks of 5 minutes and as they are.
final class ReplayBench {
  private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");

  private final Path directory;

  ReplayBench(Path directory) {
    this.directory = directory;
  }

  void run(String[] arguments) throws Exception {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3_000_000;
    write(rows);
    measure(rows, "blocks of 5 min", "--period", "5m");
    measure(rows, "rows as they are", "--as-is");
  }

  private void write(int rows) throws IOException {
    Random random = new Random(1);
    double load = 0;
    try (BufferedWriter csv = Files.newBufferedWriter(directory.resolve("rows.csv"))) {
      csv.write("time,outlet,inlet,load,fan\n");
      for (int i = 0; i < rows; i++) {
        load += -load / 100 + 20 * random.nextGaussian();
        double inlet = 22 + Math.sin(i / 1375.0);
        double outlet = inlet + 10 + load / 500 + 0.05 * random.nextGaussian();
        csv.write(FIRST.plusSeconds(10L * i).toString());
        csv.write("," + tenths(outlet) + "," + tenths(inlet) + "," + tenths(3000 + load) + ",60\n");
      }
    }
  }

  private static double tenths(double value) {
    return Math.rint(10 * value) / 10;
  }

  private void measure(int rows, String what, String... options) throws Exception {
    String[] common = {
      "replay",
      "--csv",
      "rows.csv",
      "--time",
      "time",
      "--value",
      "outlet",
      "--input",
      "inlet",
      "--input",
      "load",
      "--input",
      "fan",
      "--out",
      "result.csv"
    };
    String[] command = new String[common.length + options.length];
    System.arraycopy(common, 0, command, 0, common.length);
    System.arraycopy(options, 0, command, common.length, options.length);
    long startNanos = System.nanoTime();
    try (AgentProcess agent = AgentProcess.start(directory, command)) {
      if (agent.exitCode() != 0) {
        throw new IllegalStateException(agent.transcript());
      }
    }
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    System.out.printf(
        Locale.ROOT, "%s: %d rows in %.1f s, %.0f rows/s%n", what, rows, seconds, rows / seconds);
  }
}
