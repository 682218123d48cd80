package rackpulse.tests.support;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// An independent subscriber (mosquitto_sub) that sees what an operator's tools would see.
public final class Witness implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// As many messages as a person reads.
  private static final int EVIDENCE = 20;

  private static final String FORMAT = "%r|%q|%E|%F|%C|%t|%p";

  private final RunningProcess process;
  private final List<Message> messages = new ArrayList<>();
  private int linesRead;
  private volatile RunningProcess blamed;

  private Witness(RunningProcess process) {
    this.process = process;
    blamed = process;
  }

  /// Subscribes to `filter` and returns once the broker has granted it.
  public static Witness subscribe(
      BrokerProcess broker, Path directory, String filter, String... more)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                // by itself it keeps to a pipe what it prints until the first message
                "stdbuf",
                "-oL",
                "mosquitto_sub",
                "-V",
                "mqttv5",
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(broker.port()),
                "-q",
                "1",
                "-d",
                "-t",
                filter,
                "-F",
                FORMAT));
    command.addAll(List.of(more));
    RunningProcess process = new RunningProcess(command, directory, Map.of());
    process.awaitOut("SUBACK", line -> line.startsWith("Subscribed"));
    return new Witness(process);
  }

  /// Everything seen so far, in order.
  public synchronized List<Message> messages() {
    List<String> lines = process.out(linesRead);
    linesRead += lines.size();
    for (String line : lines) {
      String[] parts = line.split("\\|", 7);
      if (parts.length == 7 && parts[0].length() == 1) {
        boolean retained = parts[0].equals("1");
        messages.add(
            new Message(parts[5], parts[6], retained, parts[1], parts[2], parts[3], parts[4]));
      }
    }
    return List.copyOf(messages);
  }

  /// The messages whose topic ends with `suffix`.
  public List<Message> messages(String suffix) {
    return messages().stream().filter(message -> message.topic().endsWith(suffix)).toList();
  }

  /// Every poll of `device`; those that could not be sent in time are on another topic.
  public List<Message> polls(String device) {
    return messages().stream()
        .filter(message ->
            message.topic().endsWith("/" + device + "/readings")
                || message.topic().endsWith("/" + device + "/backlog"))
        .toList();
  }

  /// Waits for a message on a topic ending with `suffix` that `matches`.
  public Message await(String suffix, Predicate<Message> matches) throws InterruptedException {
    return await(suffix, 0, matches);
  }

  /// Waits for one that `matches` among those from the one at `from` on, counted from 0.
  public Message await(String suffix, int from, Predicate<Message> matches)
      throws InterruptedException {
    Await.until(
        PATIENCE,
        "a message on " + suffix,
        () -> messages(suffix).stream().skip(from).anyMatch(matches),
        () -> evidence(suffix));
    return messages(suffix).stream().skip(from).filter(matches).findFirst().orElseThrow();
  }

  /// Waits for any message on a topic ending with `suffix`.
  public Message await(String suffix) throws InterruptedException {
    return await(suffix, _ -> true);
  }

  /// Shows what `process` printed whenever this witness waited in vain.
  public void blame(RunningProcess process) {
    blamed = process;
  }

  /// What was seen on topics ending with `suffix`, for failure messages.
  public String evidence(String suffix) {
    List<Message> there = messages(suffix);
    String seen =
        there.stream()
            .skip(Math.max(0, there.size() - EVIDENCE))
            .map(message -> message.topic() + " " + message.payload())
            .collect(Collectors.joining("\n"));
    return "seen there:\n" + seen + "\n" + blamed.transcript();
  }

  @Override
  public void close() {
    process.close();
  }

  /// @param retained whether the broker sent it from its store
  /// @param expiry remaining message expiry in seconds; empty when there is none
  /// @param textual payload format indicator: `1` says that the payload is UTF-8
  /// @param type content type
  public record Message(
      String topic,
      String payload,
      boolean retained,
      String qos,
      String expiry,
      String textual,
      String type) {
    public Json json() {
      return Json.parse(payload);
    }
  }
}
