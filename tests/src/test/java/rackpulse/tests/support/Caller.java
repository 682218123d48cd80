package rackpulse.tests.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// An operator's tool (mosquitto_rr, mosquitto_pub) that asks an agent to do something.
public final class Caller {
  private final BrokerProcess broker;
  private final Path directory;
  private final String agent;
  private int calls;

  /// @param rack of the agent
  public Caller(BrokerProcess broker, Path directory, String rack) {
    this.broker = broker;
    this.directory = directory;
    agent = "dc/v1/test/" + rack + "/agent/agent";
  }

  /// Where it asks.
  public String topic() {
    return agent + "/cmd";
  }

  /// Where the agent answers.
  public String replies() {
    return agent + "/reply";
  }

  /// Asks with a message expiry of 20 s and waits for the answer, which must carry the correlation
  /// data of the request.
  public Json ask(String payload) throws Exception {
    return ask(payload, "-D", "PUBLISH", "message-expiry-interval", "20");
  }

  /// The same, with other options of mosquitto_rr in place of the expiry.
  public Json ask(String payload, String... options) throws Exception {
    String correlation = "call-" + ++calls;
    List<String> command = new ArrayList<>(client("mosquitto_rr"));
    command.addAll(List.of("-e", replies() + "/" + correlation, "-W", "30", "-F", "%D|%p"));
    command.addAll(List.of("-D", "PUBLISH", "correlation-data", correlation, "-m", payload));
    command.addAll(List.of(options));
    try (RunningProcess process = new RunningProcess(command, directory, Map.of())) {
      int exitCode = process.exitCode();
      if (exitCode != 0 || process.out().isEmpty()) {
        fail("no answer to " + payload + "\n" + process.transcript());
      }
      String[] answer = process.out().getFirst().split("\\|", 2);
      assertEquals(correlation, answer[0]);
      return Json.parse(answer[1]);
    }
  }

  /// Publishes a request as `options` say, and waits for no answer.
  public void tell(String payload, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(client("mosquitto_pub"));
    Path file = Files.writeString(directory.resolve("request"), payload);
    command.addAll(List.of("-q", "1", "-f", file.toString())); // no argument may be so long
    command.addAll(List.of(options));
    try (RunningProcess process = new RunningProcess(command, directory, Map.of())) {
      assertEquals(0, process.exitCode(), process::transcript);
    }
  }

  /// Publishes `payload` again and again, as fast as the broker takes it.
  public RunningProcess flood(String payload, int times) throws IOException {
    String publish =
        String.join(" ", client("mosquitto_pub"))
            + " -l -D PUBLISH response-topic "
            + replies()
            + "/flood";
    String shell = "yes '" + payload + "' | head -n " + times + " | " + publish;
    return new RunningProcess(List.of("sh", "-c", shell), directory, Map.of());
  }

  private List<String> client(String name) {
    String port = Integer.toString(broker.port());
    return List.of(name, "-V", "mqttv5", "-h", "127.0.0.1", "-p", port, "-t", topic());
  }
}
