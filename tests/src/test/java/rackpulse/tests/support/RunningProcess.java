package rackpulse.tests.support;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A process that a test started, with every line it printed; killed when the test ends.
public class RunningProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Process process;
  private final List<String> out = new ArrayList<>();
  private final List<String> err = new ArrayList<>();
  private final List<Thread> readers;

  /// Starts `command` in `directory`, with `environment` added to the test's own.
  public RunningProcess(List<String> command, Path directory, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().putAll(environment);
    process = builder.start();
    process.getOutputStream().close();
    readers = List.of(reader(process.getInputStream(), out), reader(process.getErrorStream(), err));
  }

  private static Thread reader(InputStream stream, List<String> lines) {
    return Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (BufferedReader reader =
              new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
              synchronized (lines) {
                lines.add(line);
              }
            }
          } catch (IOException e) {
            return; // killed
          }
        });
  }

  /// What it printed to standard output so far.
  public List<String> out() {
    return copy(out);
  }

  /// What it printed to standard output from its line `from` on, counted from 0.
  public List<String> out(int from) {
    synchronized (out) {
      return List.copyOf(out.subList(from, out.size()));
    }
  }

  /// What it printed to standard error so far.
  public List<String> err() {
    return copy(err);
  }

  private static List<String> copy(List<String> lines) {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  /// Waits until standard output has a line that `matches`, and returns it.
  public String awaitOut(String what, Predicate<String> matches) throws InterruptedException {
    return await(out, what, matches);
  }

  /// Waits until standard error has a line that `matches`, and returns it.
  public String awaitErr(String what, Predicate<String> matches) throws InterruptedException {
    return await(err, what, matches);
  }

  private String await(List<String> lines, String what, Predicate<String> matches)
      throws InterruptedException {
    Await.until(PATIENCE, what, () -> copy(lines).stream().anyMatch(matches), this::transcript);
    return copy(lines).stream().filter(matches).findFirst().orElseThrow();
  }

  /// Everything it printed, for failure messages.
  public String transcript() {
    return "out:\n" + String.join("\n", out()) + "\nerr:\n" + String.join("\n", err());
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /// Sends a signal such as `TERM`, `STOP`, `CONT`.
  public void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
    if (kill.waitFor() != 0) {
      fail("kill -" + name + " " + pid() + " failed");
    }
  }

  /// Waits for its end and returns its exit code.
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      fail("still running after " + PATIENCE + "\n" + transcript());
    }
    for (Thread reader : readers) {
      reader.join(PATIENCE);
    }
    return process.exitValue();
  }

  /// Ends it without asking.
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
