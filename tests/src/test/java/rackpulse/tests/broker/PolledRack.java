package rackpulse.tests.broker;

import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import rackpulse.tests.slaves.CountingSlave;
import rackpulse.tests.support.Account;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.SiteProfile;

/// An agent that polls two devices of j2mod ten times a second and tells a [FaultBroker]: `a` has
/// one register, `b` has fifty, about 600 bytes.
public final class PolledRack implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// A message from the agent about itself.
  public static final String STATUS = "/agent/agent/status";

  private final List<FaultBroker> brokers = new ArrayList<>();
  private final CountingSlave slave;
  private final AgentProcess agent;

  private PolledRack(FaultBroker broker, CountingSlave slave, AgentProcess agent) {
    brokers.add(broker);
    this.slave = slave;
    this.agent = agent;
  }

  /// Starts the agent in `directory`.
  ///
  /// @param mqtt further lines of `[mqtt]`; the pauses between connections are short already
  public static PolledRack start(Path directory, String rack, FaultBroker broker, String mqtt)
      throws Exception {
    SiteProfile.write(directory);
    CountingSlave slave = CountingSlave.tcp(2);
    String pauses = "reconnect_floor = \"10 ms\"\nreconnect_ceiling = \"100 ms\"\n";
    Configuration configuration =
        new Configuration(directory, rack, broker.url(), pauses + mqtt)
            .table("spool", "backlog_rate = 1000")
            .tcpBus("gateway", "modbus-tcp", slave.port())
            .device("a", "gateway", SiteProfile.WORD, 1, "100 ms")
            .device("b", "gateway", SiteProfile.FIFTY, 2, "100 ms");
    return new PolledRack(broker, slave, AgentProcess.run(directory, configuration));
  }

  /// What `other` takes counts as well.
  public void counting(FaultBroker other) {
    brokers.add(other);
  }

  public AgentProcess agent() {
    return agent;
  }

  /// Waits for `condition`; shows what the agent printed when it waited in vain.
  public void await(String what, BooleanSupplier condition) throws InterruptedException {
    Await.until(
        PATIENCE,
        what,
        () -> condition.getAsBoolean() || !agent.alive(),
        () -> account() + "\n" + agent.transcript());
    if (!agent.alive()) {
      fail("the agent is gone\n" + agent.transcript());
    }
  }

  /// Waits until a broker has taken a message that `matches`.
  public Publish awaitTaken(String what, Predicate<Publish> matches) throws InterruptedException {
    await(what, () -> !taken(matches).isEmpty());
    return taken(matches).getFirst();
  }

  private List<Publish> taken(Predicate<Publish> matches) {
    return brokers.stream().flatMap(broker -> broker.taken(matches).stream()).toList();
  }

  /// Waits until both devices were polled `more` times from now on, whatever the broker does.
  public void awaitPolls(int more) throws InterruptedException {
    long a = slave.polls(1) + more;
    long b = slave.polls(2) + more;
    await(more + " more polls", () -> slave.polls(1) >= a && slave.polls(2) >= b);
  }

  /// Waits until every poll taken so far, and some more, have arrived or are told as lost.
  public Account awaitBalance() throws InterruptedException {
    long a = slave.polls(1) + 2;
    long b = slave.polls(2) + 2;
    await(
        "a balanced account",
        () -> {
          Account account = account();
          return account.missing().isEmpty() && account.last("a") >= a && account.last("b") >= b;
        });
    return account();
  }

  /// What the brokers have taken.
  public Account account() {
    Account account = new Account();
    taken(_ -> true).forEach(publish -> account.add(publish.topic(), publish.payload()));
    return account;
  }

  /// How many lines of the agent's log contain `text`.
  public long told(String text) {
    return agent.err().stream().filter(line -> line.contains(text)).count();
  }

  @Override
  public void close() {
    agent.close();
    slave.close();
  }
}
