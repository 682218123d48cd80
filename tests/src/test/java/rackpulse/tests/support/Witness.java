package rackpulse.tests.support;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// An independent subscriber (mosquitto_sub) that sees what an operator's tools would see.
public final class Witness implements AutoCloseable {
  private static final String FORMAT = "%r|%q|%E|%C|%t|%p";

  private final RunningProcess process;

  private Witness(RunningProcess process) {
    this.process = process;
  }

  /// Subscribes to `filter` and returns once the broker has granted it.
  public static Witness subscribe(
      BrokerProcess broker, Path directory, String filter, String... more)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
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
  public List<Message> messages() {
    List<Message> messages = new ArrayList<>();
    for (String line : process.out()) {
      String[] parts = line.split("\\|", 6);
      if (parts.length == 6 && parts[0].length() == 1) {
        messages.add(
            new Message(parts[4], parts[5], parts[0].equals("1"), parts[1], parts[2], parts[3]));
      }
    }
    return messages;
  }

  /// The messages whose topic ends with `suffix`.
  public List<Message> messages(String suffix) {
    return messages().stream().filter(message -> message.topic().endsWith(suffix)).toList();
  }

  /// Waits for a message on a topic ending with `suffix` that `matches`.
  public Message await(String suffix, Predicate<Message> matches) throws InterruptedException {
    Await.until(
        Duration.ofSeconds(30),
        "a message on " + suffix,
        () -> messages(suffix).stream().anyMatch(matches),
        process::transcript);
    return messages(suffix).stream().filter(matches).findFirst().orElseThrow();
  }

  /// Waits for any message on a topic ending with `suffix`.
  public Message await(String suffix) throws InterruptedException {
    return await(suffix, _ -> true);
  }

  @Override
  public void close() {
    process.close();
  }

  /// @param retained whether the broker sent it from its store
  /// @param expiry remaining message expiry in seconds; empty when there is none
  public record Message(
      String topic, String payload, boolean retained, String qos, String expiry, String type) {
    public Json json() {
      return Json.parse(payload);
    }
  }
}
