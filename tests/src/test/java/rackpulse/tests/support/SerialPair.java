package rackpulse.tests.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Two pseudo-terminals joined by socat: a serial line without a wire.
public final class SerialPair implements AutoCloseable {
  private final RunningProcess process;
  private final Path agentEnd;
  private final Path slaveEnd;

  private SerialPair(RunningProcess process, Path agentEnd, Path slaveEnd) {
    this.process = process;
    this.agentEnd = agentEnd;
    this.slaveEnd = slaveEnd;
  }

  /// Makes a pair whose ends are links in `directory`.
  public static SerialPair open(Path directory) throws IOException, InterruptedException {
    Path agentEnd = directory.resolve("tty-agent");
    Path slaveEnd = directory.resolve("tty-slave");
    RunningProcess process =
        new RunningProcess(List.of("socat", end(agentEnd), end(slaveEnd)), directory, Map.of());
    Await.until(
        Duration.ofSeconds(10),
        "socat's pseudo-terminals",
        () -> Files.exists(agentEnd) && Files.exists(slaveEnd),
        process::transcript);
    return new SerialPair(process, agentEnd, slaveEnd);
  }

  private static String end(Path link) {
    return "pty,raw,echo=0,link=" + link;
  }

  /// The end for `device` in the agent's configuration.
  public Path agentEnd() {
    return agentEnd;
  }

  /// The end for the slave.
  public Path slaveEnd() {
    return slaveEnd;
  }

  /// Pulls the adapter out: its device file goes, too.
  @Override
  public void close() throws IOException {
    process.close();
    Files.deleteIfExists(agentEnd);
    Files.deleteIfExists(slaveEnd);
  }
}
