package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.broker.FaultBroker;
import rackpulse.tests.broker.FaultBroker.Script;
import rackpulse.tests.broker.PolledRack;
import rackpulse.tests.broker.Scripts;
import rackpulse.tests.support.Account;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.Resources;

/// Connections end in every way, again and again: no file descriptor and no thread stays behind.
///
/// `-Dreconnects=10000` for the long run by hand; each takes about 0.4 s, four agents share them.
@Tag("long") // not run on the jar when there is a binary
class ReconnectsIT {
  private static final int RECONNECTS = Integer.getInteger("reconnects", 200);
  private static final int AGENTS = 4;

  /// A garbled length is waited for until the time-out, about once in twenty connections.
  private static final Duration PATIENCE = Duration.ofSeconds(60 + RECONNECTS);

  /// Each kind of end has occurred: whatever is opened once is open.
  private static final int WARM_UP = 12;

  @TempDir private Path directory;

  @Test
  void leaveNothingBehind() throws Exception {
    List<Subject> subjects = new ArrayList<>();
    try {
      for (int i = 0; i < AGENTS; i++) {
        Path place = Files.createDirectory(directory.resolve("agent-" + i));
        subjects.add(Subject.start(place, i));
      }
      for (Subject subject : subjects) {
        subject.awaitConnections(WARM_UP);
        subject.calm();
      }
      List<Resources> before = new ArrayList<>();
      for (Subject subject : subjects) {
        before.add(subject.awaitBalance());
        subject.ending.set(true);
        subject.broker.hangUp();
      }
      for (Subject subject : subjects) {
        subject.awaitConnections(WARM_UP + RECONNECTS / AGENTS);
        subject.calm();
      }
      for (int i = 0; i < AGENTS; i++) {
        Resources after = subjects.get(i).awaitBalance();
        System.out.println(
            subjects.get(i).broker.connections() + " connections: " + before.get(i) + ", " + after);
        subjects.get(i).assertNoMoreThan(before.get(i));
      }
    } finally {
      for (Subject subject : subjects) {
        subject.close();
      }
    }
  }

  /// An agent and its broker, which ends every connection until it is told to be calm.
  private record Subject(FaultBroker broker, PolledRack rack, AtomicBoolean ending)
      implements AutoCloseable {
    static Subject start(Path directory, long seed) throws Exception {
      Random random = new Random(seed);
      AtomicBoolean ending = new AtomicBoolean(true);
      List<Script> ends =
          List.of(
              Scripts.breaking(2, false),
              Scripts.refusing(0x88),
              Scripts.kicking(3, 0x98),
              Scripts.closing(),
              Scripts.breaking(1, true),
              Scripts.garbageFirst(random),
              Scripts.garbageAfter(2, random),
              Scripts.breaking(0, false));
      Script good = Scripts.good();
      FaultBroker broker =
          FaultBroker.start(
              peer -> (ending.get() ? ends.get(peer.number() % ends.size()) : good).serve(peer));
      String timeouts = "connect_timeout = \"1 s\"\nack_timeout = \"1 s\"\n";
      return new Subject(
          broker, PolledRack.start(directory, "reconnects", broker, timeouts), ending);
    }

    void awaitConnections(int count) throws InterruptedException {
      Await.until(
          PATIENCE,
          count + " connections",
          () -> broker.connections() >= count,
          rack.agent()::transcript);
    }

    void calm() {
      ending.set(false);
    }

    /// What the agent uses when it has nothing to catch up on.
    Resources awaitBalance() throws Exception {
      Account account = rack.awaitBalance();
      assertEquals(0, account.lost(), account::toString);
      return Resources.of(rack.agent().pid());
    }

    /// Threads need a moment to end.
    void assertNoMoreThan(Resources before) throws Exception {
      Await.until(
          Duration.ofSeconds(10),
          "no more than " + before,
          () -> Resources.of(rack.agent().pid()).atMost(before),
          () -> Resources.of(rack.agent().pid()).threads() + "\n" + rack.agent().transcript());
    }

    @Override
    public void close() throws IOException {
      rack.close();
      broker.close();
    }
  }
}
