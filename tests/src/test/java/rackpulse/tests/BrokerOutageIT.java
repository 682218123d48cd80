package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rackpulse.tests.slaves.CountingSlave;
import rackpulse.tests.support.Account;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;

/// Mosquitto is killed, restarted, frozen: the agent polls on and the account balances.
///
/// `-Doutage.seconds=1,10,60` for the long run by hand.
@Execution(ExecutionMode.CONCURRENT)
@Tag("long") // not run on the jar when there is a binary
class BrokerOutageIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int POLLS_PER_SECOND = 10;

  @TempDir private Path directory;

  private final List<Witness> witnesses = new ArrayList<>();
  private BrokerProcess broker;
  private CountingSlave slave;
  private AgentProcess agent;

  static Stream<Integer> seconds() {
    return Stream.of(System.getProperty("outage.seconds", "1,3").split(",", -1))
        .map(Integer::valueOf);
  }

  @BeforeEach
  void start() throws Exception {
    SiteProfile.write(directory);
    broker = BrokerProcess.start(directory);
    slave = CountingSlave.tcp(2);
    String timeouts =
        """
        connect_timeout = "1 s"
        ack_timeout = "1 s"
        reconnect_floor = "10 ms"
        reconnect_ceiling = "200 ms"
        """;
    Configuration configuration =
        new Configuration(directory, "outage", broker.url(), timeouts)
            .table("spool", "backlog_rate = 1000")
            .tcpBus("gateway", "modbus-tcp", slave.port())
            .device("a", "gateway", SiteProfile.WORD, 1, "100 ms")
            .device("b", "gateway", SiteProfile.FIFTY, 2, "100 ms");
    watch();
    agent = AgentProcess.run(directory, configuration);
    awaitPolls(5);
    witnesses.getFirst().await("/b/readings"); // it is connected
  }

  @AfterEach
  void stop() {
    agent.close();
    slave.close();
    witnesses.forEach(Witness::close);
    broker.close();
  }

  @ParameterizedTest
  @MethodSource("seconds")
  void whatIsMeasuredWhileTheBrokerIsAwayArrivesLater(int seconds) throws Exception {
    int polls = seconds * POLLS_PER_SECOND;
    kill();
    awaitPolls(polls);
    restart();
    Account account = awaitBalance();
    assertEquals(0, account.lost(), account::toString);
    assertTrue(account.backlog("a").size() >= polls - 2, account::toString);
    assertInOrder(account.backlog("a"));
    assertInOrder(account.backlog("b"));
  }

  @Test
  void aBrokerThatRestartsTimeAndAgainCostsNothing() throws Exception {
    for (int round = 0; round < 3; round++) {
      kill();
      awaitPolls(3 + 4 * round);
      restart();
      awaitPolls(5);
    }
    assertEquals(0, awaitBalance().lost());
  }

  @ParameterizedTest
  @MethodSource("seconds")
  void aFrozenBrokerCostsNothing(int seconds) throws Exception {
    broker.process().signal("STOP");
    awaitPolls(seconds * POLLS_PER_SECOND);
    broker.process().signal("CONT");
    Account account = awaitBalance();
    assertEquals(0, account.lost(), account::toString);
  }

  @Test
  void aBrokerThatIsFrozenAndThenKilledCostsNothing() throws Exception {
    broker.process().signal("STOP");
    agent.awaitErr("the end of patience", line -> line.contains("no acknowledgement for 1000 ms"));
    awaitPolls(5); // the agent connects to a broker that does not answer
    restart();
    assertEquals(0, awaitBalance().lost());
  }

  /// What the broker acknowledged must have reached the witness before the broker dies, or the
  /// account would blame the agent: it is frozen until nothing moves.
  private void kill() throws Exception {
    agent.signal("STOP");
    Witness last = witnesses.getLast();
    int seen = -1;
    while (seen != last.messages().size()) {
      seen = last.messages().size();
      watch(); // by then the broker has dealt with what came before
    }
    broker.kill();
    agent.signal("CONT");
  }

  /// The witness must have subscribed before the agent is there.
  private void restart() throws Exception {
    agent.signal("STOP");
    broker.restart();
    watch();
    agent.signal("CONT");
  }

  private void watch() throws Exception {
    witnesses.add(Witness.subscribe(broker, directory, "#"));
  }

  private void awaitPolls(int more) throws InterruptedException {
    long a = slave.polls(1) + more;
    long b = slave.polls(2) + more;
    Duration within = PATIENCE.plusSeconds(2L * more / POLLS_PER_SECOND);
    Await.until(
        within,
        more + " polls",
        () -> slave.polls(1) >= a && slave.polls(2) >= b,
        agent::transcript);
  }

  private Account awaitBalance() throws InterruptedException {
    long a = slave.polls(1) + 2;
    long b = slave.polls(2) + 2;
    Await.until(
        PATIENCE,
        "a balanced account",
        () -> {
          Account account = account();
          return account.missing().isEmpty() && account.last("a") >= a && account.last("b") >= b;
        },
        () -> account() + "\n" + agent.transcript());
    return account();
  }

  private Account account() {
    Account account = new Account();
    witnesses.forEach(witness -> account.add(witness.messages()));
    return account;
  }

  private static void assertInOrder(List<Long> numbers) {
    assertEquals(numbers.stream().sorted().toList(), numbers);
  }
}
