package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.CountingSlave;
import rackpulse.tests.support.Account;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;

/// The agent is killed at random moments, with and without a broker, and its spool is damaged in
/// between: what was published and what is told as lost are all that was taken.
///
/// The long variant by hand: `tests/run -Dit.test=PowerCutIT -Drackpulse.kills=200`.
@Tag("long") // not run on the jar when there is a binary
class PowerCutIT {
  private static final int KILLS = Integer.getInteger("rackpulse.kills", 10);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// In flight, and acknowledged since the spool last heard of it.
  private static final int REPEATED_PER_KILL = 40;

  /// While the broker was away.
  private static final int FIRST_ZEROED = 7;

  /// Of the two devices, when all is well.
  private static final int UNDER_WAY = 2;

  private static final int BLOCK_BYTES = 512;

  /// A poll of both devices takes one.
  private static final int BLOCKS_BEHIND = 4;

  private final Random random = new Random(20_261_124);

  @TempDir private Path directory;

  @Test
  void everyPollIsPublishedOrToldAfterAnyKill() throws Exception {
    SiteProfile.write(directory);
    try (BrokerProcess broker = BrokerProcess.start(directory);
        CountingSlave slave = CountingSlave.tcp(2);
        Witness witness = Witness.subscribe(broker, directory, "#")) {
      Configuration configuration =
          new Configuration(directory, "cuts", broker)
              .table("spool", "backlog_rate = 2000")
              .tcpBus("gateway", "modbus-tcp", slave.port())
              .device("a", "gateway", SiteProfile.WORD, 1, "50 ms")
              .device("b", "gateway", SiteProfile.FIFTY, 2, "50 ms");
      for (int kill = 0; kill < KILLS; kill++) {
        killAtRandom(broker, slave, configuration, kill % 2 == 1);
        if (kill % 10 == 5) {
          editNewestSegment(bytes -> Arrays.copyOf(bytes, bytes.length - 100));
        } else if (kill % 10 == FIRST_ZEROED) {
          editNewestSegment(PowerCutIT::zeroABlock);
        }
      }
      settle(witness, slave, configuration);
    }
  }

  private void killAtRandom(
      BrokerProcess broker, CountingSlave slave, Configuration configuration, boolean alone)
      throws Exception {
    if (alone) {
      broker.process().signal("STOP");
    }
    try (AgentProcess agent = AgentProcess.run(directory, configuration)) {
      long target = slave.polls(2) + 5 + random.nextInt(30);
      Await.until(PATIENCE, "polls", () -> slave.polls(2) >= target, agent::transcript);
      Thread.sleep(random.nextInt(50));
      agent.kill();
    } finally {
      broker.process().signal("CONT");
    }
  }

  private void settle(Witness witness, CountingSlave slave, Configuration configuration)
      throws Exception {
    try (AgentProcess agent = AgentProcess.run(directory, configuration)) {
      witness.blame(agent);
      long target = slave.polls(2) + 20;
      Await.until(PATIENCE, "polls", () -> slave.polls(2) >= target, agent::transcript);
      Await.until(
          PATIENCE,
          "both devices of every run",
          () -> account(witness).lanes().size() == 2 * (KILLS + 1),
          () -> account(witness).lanes() + agent.transcript());
      // what earlier runs said of themselves came before the readings of this one
      int heard = witness.messages("/health").size();
      witness.await("/health", heard, PowerCutIT::isSettled);
      Await.until(
          PATIENCE,
          "a balanced account",
          () -> account(witness).missing().isEmpty(),
          () -> account(witness) + agent.transcript());
      Account account = account(witness);
      assertTrue(account.lost() > 0 || KILLS <= FIRST_ZEROED, "damage is told");
      assertTrue(account.repeated() <= (long) REPEATED_PER_KILL * KILLS, account::toString);
      System.out.println(
          KILLS + " kills: " + account + ", " + account.repeated() + " more than once");
    }
  }

  /// Whether all that earlier runs have left in the spool is published or told.
  private static boolean isSettled(Witness.Message health) {
    return health.json().text("delivery.spool.state").equals("working")
        && health.json().integer("delivery.spool.messages") <= UNDER_WAY;
  }

  private static Account account(Witness witness) {
    return new Account().add(witness.messages());
  }

  /// A block that was never written, in the midst of what the last run has stored: only a few polls
  /// of each device follow, and nothing of it was published.
  private static byte[] zeroABlock(byte[] bytes) {
    int block = (bytes.length / BLOCK_BYTES - BLOCKS_BEHIND) * BLOCK_BYTES;
    Arrays.fill(bytes, block, block + BLOCK_BYTES, (byte) 0);
    return bytes;
  }

  private interface Edit {
    byte[] of(byte[] bytes);
  }

  private void editNewestSegment(Edit edit) throws IOException {
    List<Path> segments;
    try (Stream<Path> files = Files.list(directory.resolve("state/spool"))) {
      segments =
          files
              .filter(file -> file.toString().endsWith(".segment"))
              .filter(file -> file.toFile().length() > BLOCKS_BEHIND * BLOCK_BYTES)
              .sorted(Comparator.comparing(Path::toString))
              .toList();
    }
    if (!segments.isEmpty()) {
      Path newest = segments.getLast();
      Files.write(newest, edit.of(Files.readAllBytes(newest)));
    }
  }
}
