package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.Witness;
import rackpulse.tests.support.Witness.Message;

/// What a subscriber sees of the demonstration, in its order, as fast as the machine can play it.
@Tag("long") // not run on the jar when there is a binary
class DemoIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final String SILENT = "/feed-b/anomaly/voltage-l1.missing";
  private static final String APPROACHING = "/outlet-top/anomaly/temperature.approaching-limit";
  private static final String LIMIT = "/outlet-top/anomaly/temperature.limit";
  private static final String UNEXPLAINED = "/outlet-top/anomaly/temperature.rack-model";
  private static final String STUCK = "/rear-middle/anomaly/temperature.sensor-stuck";

  @TempDir private Path directory;

  @Test
  void faultsAreToldExplainedAndOverInTheOrderOfTheStory() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        Witness witness = Witness.subscribe(broker, directory, "+/+/+/+/+/anomaly/#");
        AgentProcess demo =
            AgentProcess.start(directory, "demo", "--broker", broker.url(), "--pace", "3600")) {
      witness.blame(demo);
      demo.awaitOut("what was learned", line -> line.startsWith("learned from 7 days"));
      demo.awaitOut("readings", line -> line.contains("inlet-top 2"));
      awaitTold(witness, STUCK, "cleared");
      demo.signal("INT");
      assertEquals(0, demo.exitCode(), demo::transcript);
      inOrder(witness, SILENT, "raised", SILENT, "cleared", UNEXPLAINED, "raised");
      inOrder(witness, SILENT, "cleared", APPROACHING, "raised", LIMIT, "raised");
      inOrder(witness, LIMIT, "raised", LIMIT, "cleared", UNEXPLAINED, "cleared");
      inOrder(witness, UNEXPLAINED, "cleared", STUCK, "raised", STUCK, "cleared");
      isExplained(at(witness, UNEXPLAINED, "raised"));
      assertTrue(at(witness, APPROACHING, "raised").number("forecast.minutes") > 0);
    }
  }

  private static void isExplained(Json anomaly) {
    double observed = anomaly.number("observed");
    assertTrue(observed > anomaly.number("high"), anomaly::toString);
    assertEquals(observed - anomaly.number("expected"), anomaly.number("unexplained"), 0.01);
    for (int i = 0; i < 3; i++) {
      assertTrue(Math.abs(anomaly.number("shares." + i + ".amount")) < 5, anomaly::toString);
    }
    assertTrue(anomaly.text("text").contains("feed-a power"), anomaly.text("text"));
  }

  private static void awaitTold(Witness witness, String topic, String state)
      throws InterruptedException {
    Await.until(
        PATIENCE,
        state + " on " + topic,
        () -> indexOf(witness.messages(), topic, state) >= 0,
        () -> witness.evidence(""));
  }

  private static Json at(Witness witness, String topic, String state) {
    List<Message> messages = witness.messages();
    return messages.get(indexOf(messages, topic, state)).json();
  }

  /// Pairs of topic and state, each told for the first time after the one before.
  private static void inOrder(Witness witness, String... wanted) {
    List<Message> messages = witness.messages();
    int last = -1;
    for (int i = 0; i < wanted.length; i += 2) {
      int first = indexOf(messages, wanted[i], wanted[i + 1]);
      String what = wanted[i + 1] + " on " + wanted[i];
      assertTrue(first > last, () -> what + " came too early or never: " + witness.evidence(""));
      last = first;
    }
  }

  private static int indexOf(List<Message> messages, String topic, String state) {
    for (int i = 0; i < messages.size(); i++) {
      Message message = messages.get(i);
      if (message.topic().endsWith(topic)
          && !message.payload().isEmpty()
          && message.json().text("state").equals(state)) {
        return i;
      }
    }
    return -1;
  }
}
