package rackpulse.tests.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Configuration;

/// How long `rackpulse check` takes for a large site: 1,000 devices on 50 lines.
final class CheckBench {
  private static final int BUSES = 50;
  private static final int DEVICES_PER_BUS = 20;
  private static final int RUNS = 7;

  private final Path directory;

  CheckBench(Path directory) {
    this.directory = directory;
  }

  void run(String[] arguments) throws Exception {
    String profile = arguments.length > 0 ? arguments[0] : "sdm630";
    Configuration configuration =
        new Configuration(directory, "bench", "mqtt://127.0.0.1:1883", "");
    for (int bus = 0; bus < BUSES; bus++) {
      configuration.line("b" + bus, Path.of("/dev/ttyUSB" + bus));
      for (int unit = 1; unit <= DEVICES_PER_BUS; unit++) {
        configuration.device("d" + bus + "-" + unit, "b" + bus, profile, unit, "60 s");
      }
    }
    Files.writeString(directory.resolve("rackpulse.toml"), configuration.toString());
    List<Double> seconds = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      long startNanos = System.nanoTime();
      try (AgentProcess agent =
          AgentProcess.start(directory, "check", "--config", "rackpulse.toml")) {
        int code = agent.exitCode();
        seconds.add((System.nanoTime() - startNanos) / 1e9);
        if (code != 0) {
          throw new IllegalStateException(agent.transcript());
        }
      }
    }
    Collections.sort(seconds);
    System.out.printf(
        Locale.ROOT,
        "check of %d devices (%s): median %.2f s, best %.2f s, worst %.2f s of %d runs%n",
        BUSES * DEVICES_PER_BUS,
        profile,
        seconds.get(RUNS / 2),
        seconds.getFirst(),
        seconds.getLast(),
        RUNS);
  }
}
