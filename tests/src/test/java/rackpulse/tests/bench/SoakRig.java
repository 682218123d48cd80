package rackpulse.tests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rackpulse.tests.slaves.CountingSlave;
import rackpulse.tests.slaves.Fault;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Pace;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.Account;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.Ports;
import rackpulse.tests.support.SerialPair;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;
import rackpulse.tests.support.Witness.Message;

/// What the soak runs: an agent on a gateway with three units, a serial line with two and a device
/// that counts its polls; Mosquitto; a witness that keeps the account.
final class SoakRig implements AutoCloseable {
  static final int GATEWAY_UNITS = 3;
  static final int LINE_UNITS = 2;

  /// The device whose values are the numbers of its polls.
  private static final String COUNTING = "c1";

  private final Path directory;
  private final String configuration;
  private final Registers registers = new Registers();
  private final int gatewayPort = Ports.free();
  private final CountingSlave counting = CountingSlave.tcp(1);
  private final SerialPair pair;
  private final FaultSlave line;
  private final BrokerProcess broker;
  private final Account account = new Account();
  private final Set<Long> values = new HashSet<>();
  private FaultSlave gateway;
  private Witness witness;
  private int counted;
  private AgentProcess agent;
  private int starts;

  SoakRig(Path directory) throws Exception {
    this.directory = directory;
    SiteProfile.write(directory);
    for (int unit = 1; unit <= GATEWAY_UNITS; unit++) {
      registers.with(unit, Table.HOLDING, 0, new int[50]);
    }
    pair = SerialPair.open(directory);
    line = FaultSlave.rtu(pair.slaveEnd(), registers, Pace.instant());
    gateway = FaultSlave.tcp(gatewayPort, registers);
    broker = BrokerProcess.start(directory, "allow_anonymous true", "log_type none");
    witness = Witness.subscribe(broker, directory, "#");
    configuration = configuration().toString();
    agent = AgentProcess.run(directory, configuration);
    starts = 1;
  }

  private Configuration configuration() {
    String timeouts =
        """
        connect_timeout = "2 s"
        ack_timeout = "3 s"
        reconnect_floor = "100 ms"
        reconnect_ceiling = "2 s"
        """;
    Configuration text =
        new Configuration(directory, "soak", broker.url(), timeouts)
            .table("spool", "backlog_rate = 200")
            .table("polling", "probe_every = \"2 s\"\ndead_share = \"20 %\"")
            .tcpBus("gateway", "modbus-tcp", gatewayPort)
            .tcpBus("counting", "modbus-tcp", counting.port())
            .line("line", pair.agentEnd())
            .device(COUNTING, "counting", SiteProfile.FIFTY, 1, "500 ms");
    for (int unit = 1; unit <= GATEWAY_UNITS; unit++) {
      text.device("g" + unit, "gateway", SiteProfile.WORD, unit, "500 ms");
    }
    for (int unit = 1; unit <= LINE_UNITS; unit++) {
      text.device("l" + unit, "line", SiteProfile.WORD, unit, "500 ms");
    }
    return text;
  }

  AgentProcess agent() {
    return agent;
  }

  /// Everything that has arrived so far.
  Account account() {
    List<Message> messages = witness.messages();
    for (Message message : messages.subList(counted, messages.size())) {
      account.add(message.topic(), message.payload());
      Json json = message.topic().contains("/" + COUNTING + "/") ? message.json() : null;
      if (json != null && json.has("values.r1")) {
        values.add(json.integer("values.r1"));
      }
    }
    counted = messages.size();
    return account;
  }

  /// How often the agent was started.
  int starts() {
    return starts;
  }

  /// Polls of the counting device whose values never arrived. A poll that was on its way into the
  /// agent when it was killed is one of them.
  String counts() {
    return counting.polls(1) + " polls, " + values.size() + " values of " + COUNTING;
  }

  void signalAgent(String name) throws IOException, InterruptedException {
    if (agent.alive()) {
      agent.signal(name);
    }
  }

  void killAgent() throws InterruptedException {
    agent.kill();
  }

  /// Asks it to stop; it has to do so without an error.
  void stopAgent() throws IOException, InterruptedException {
    signalAgent("TERM");
    int code = agent.exitCode();
    if (code != 0) {
      throw new IllegalStateException("exit code " + code + "\n" + agent.transcript());
    }
  }

  void startAgent() throws IOException {
    agent = AgentProcess.run(directory, configuration);
    starts++;
  }

  /// The agent ended by itself, which it must not.
  @Nullable String obituary() {
    return agent.alive() ? null : "the agent is gone\n" + agent.transcript();
  }

  void freezeBroker(boolean frozen) throws IOException, InterruptedException {
    broker.process().signal(frozen ? "STOP" : "CONT");
  }

  /// Kills the broker when the witness has seen all that it acknowledged: else the account would
  /// blame the agent.
  void killBroker() throws IOException, InterruptedException {
    signalAgent("STOP");
    int seen = -1;
    while (seen != witness.messages().size()) {
      seen = witness.messages().size();
      Witness.subscribe(broker, directory, "#").close();
    }
    broker.kill();
    account();
    witness.close();
    signalAgent("CONT");
  }

  /// The witness has to be there before the agent.
  void restartBroker() throws IOException, InterruptedException {
    signalAgent("STOP");
    broker.restart();
    witness = Witness.subscribe(broker, directory, "#");
    counted = 0;
    signalAgent("CONT");
  }

  void spoilGateway(int unit, Fault fault) {
    gateway.behave(unit, fault);
  }

  void spoilLine(int unit, Fault fault) {
    line.behave(unit, fault);
  }

  void closeGateway() throws IOException {
    gateway.close();
  }

  void openGateway() throws IOException {
    gateway = FaultSlave.tcp(gatewayPort, registers);
  }

  @Override
  public void close() throws IOException {
    agent.close();
    witness.close();
    broker.close();
    gateway.close();
    line.close();
    counting.close();
    pair.close();
  }
}
