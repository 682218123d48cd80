package rackpulse.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rackpulse.json.JsonException;
import rackpulse.json.JsonReader;
import rackpulse.json.JsonValue;
import rackpulse.json.JsonValue.JsonObject;

/// `rackpulse record`: has the running agent write the latest traffic of its buses to files.
@Command(
    name = "record",
    description = {
      "Has the running agent write the latest traffic of each bus to a file, and names the files.",
      "A bus with kind = \"transcript\" plays such a file."
    })
final class RecordCommand implements Callable<Integer> {
  /// The agent looks after its status file at least every 5 s.
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

  private final Services services;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      defaultValue = "/run/rackpulse/status.json",
      description = "agent.status_file of the configuration (default: ${DEFAULT-VALUE})")
  private Path file;

  RecordCommand(Services services) {
    this.services = services;
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      JsonObject before = status();
      long pid = before.integer("pid").orElse(0);
      String objection = objection(pid);
      if (!objection.isEmpty()) {
        return failed(objection);
      }
      return await(number(before));
    } catch (NoSuchFileException e) {
      return failed("no " + file + ": the agent does not run");
    } catch (IOException e) {
      return failed("cannot do it: " + e);
    } catch (JsonException e) {
      return failed(file + " is not a status file: " + e.getMessage());
    }
  }

  private JsonObject status() throws IOException, JsonException {
    return JsonReader.readObject(Files.readAllBytes(file));
  }

  /// Asks the process `pid`, after making sure that it is an agent: to others the signal means
  /// their end.
  ///
  /// @return why that cannot be done; empty when it is done
  private static String objection(long pid) throws IOException, InterruptedException {
    Path commandLine = Path.of("/proc", Long.toString(pid), "cmdline");
    if (pid <= 0 || !Files.exists(commandLine)) {
      return "the agent that wrote the status file does not run any more";
    }
    if (!Files.readString(commandLine).contains("rackpulse")) {
      return "process " + pid + " is no agent: is the status file of another machine or container?";
    }
    // the shell has its own kill; its argument is a number
    Process kill =
        new ProcessBuilder("sh", "-c", "kill -USR1 \"$0\"", Long.toString(pid))
            .redirectErrorStream(true)
            .start();
    String said = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return kill.waitFor() == 0
        ? ""
        : "may not signal the agent (" + said + "): run this as root or as its user";
  }

  private int await(long numberBefore) throws IOException, JsonException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - deadlineNanos < 0) {
      JsonObject now = status();
      if (number(now) > numberBefore) {
        return tell(now);
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
    return failed("the agent was asked and has not answered: see its log");
  }

  private int tell(JsonObject status) {
    JsonObject recording = recording(status);
    List<String> files = new ArrayList<>();
    for (JsonValue value : recording.array("files")) {
      if (value instanceof JsonValue.Text(String path)) {
        files.add(path);
      }
    }
    files.forEach(services.terminal()::line);
    String problem = recording.text("problem").orElse("");
    if (!problem.isEmpty()) {
      return failed(problem);
    }
    return files.isEmpty() ? failed("there has been no traffic yet") : ExitCode.OK;
  }

  private static long number(JsonObject status) {
    return recording(status).integer("number").orElse(0);
  }

  private static JsonObject recording(JsonObject status) {
    return new JsonObject(new LinkedHashMap<>(status.object("recording")));
  }

  private int failed(String why) {
    services.err().println("rackpulse: " + why);
    return ExitCode.GAPS;
  }
}
