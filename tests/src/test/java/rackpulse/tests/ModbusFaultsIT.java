package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rackpulse.tests.slaves.Fault;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Pace;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.SerialPair;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;
import rackpulse.tests.support.Witness.Message;

/// What becomes of each fault of a Modbus device: the right cause while it lasts, the value again
/// after it, and never a wrong number for it or for the device beside it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
class ModbusFaultsIT {
  private static final int SICK = 1;
  private static final int HEALTHY = 2;
  private static final Registers REGISTERS =
      new Registers().with(SICK, Table.HOLDING, 0, 1111).with(HEALTHY, Table.HOLDING, 0, 2222);

  /// Later than the time-out of 150 ms, earlier than the next poll of the same device.
  private static final Duration LATE = Duration.ofMillis(220);

  @TempDir private static Path directory;
  private final Map<String, FaultSlave> slaves = new LinkedHashMap<>();
  private final List<Closeable> resources = new ArrayList<>();
  private Witness witness;

  /// @param cause of the gaps; empty when the values shall go on
  /// @param event by which the bus's health counts it
  record Case(String wire, String name, Fault fault, String cause, String event) {
    String bus() {
      return wire + "-" + name;
    }

    @Override
    public String toString() {
      return bus();
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("tcp", "silence", Fault.silence(), "no-answer", "silence"),
        new Case("tcp", "exception", Fault.exception(4), "refused", "exception"),
        new Case("tcp", "wrong-unit", Fault.wrongUnit(), "wrong-sender", "wrong-unit"),
        new Case("tcp", "wrong-id", Fault.wrongTransaction(), "wrong-sender", "wrong-unit"),
        new Case("tcp", "truncated", Fault.truncated(1), "corrupt", "framing"),
        new Case("tcp", "cut", Fault.disconnectMidFrame(), "corrupt", "disconnect"),
        new Case("tcp", "late", Fault.late(LATE), "no-answer", "late-answer"),
        new Case("rtu-in-tcp", "silence", Fault.silence(), "no-answer", "silence"),
        new Case("rtu-in-tcp", "checksum", Fault.wrongChecksum(), "corrupt", "crc"),
        new Case("rtu-in-tcp", "exception", Fault.exception(11), "no-answer", "exception"),
        new Case("rtu-in-tcp", "cut", Fault.disconnectMidFrame(), "corrupt", "disconnect"),
        new Case("rtu", "silence", Fault.silence(), "no-answer", "silence"),
        new Case("rtu", "checksum", Fault.wrongChecksum(), "corrupt", "crc"),
        new Case("rtu", "exception", Fault.exception(4), "refused", "exception"),
        new Case("rtu", "wrong-unit", Fault.wrongUnit(), "wrong-sender", "wrong-unit"),
        new Case("rtu", "truncated", Fault.truncated(2), "corrupt", "framing"),
        new Case("rtu", "late", Fault.late(LATE), "no-answer", "late-answer"),
        new Case("rtu", "stray", Fault.strayBytes(2, 2), "", "stray-bytes"),
        new Case("rtu", "echo", Fault.echo(), "", "echo"));
  }

  @BeforeAll
  void start() throws Exception {
    SiteProfile.write(directory);
    BrokerProcess broker = kept(BrokerProcess.start(directory));
    Configuration configuration = new Configuration(directory, "faults", broker);
    // dead devices cost what they like here, so that each is asked at its own time
    configuration.table("polling", "dead_share = \"100 %\"\ndormant_after = 1000\n");
    for (Case each : cases().toList()) {
      addBus(configuration, each);
      configuration.device(each.bus() + "-sick", each.bus(), SiteProfile.WORD, SICK, "400 ms");
      configuration.device(each.bus() + "-well", each.bus(), SiteProfile.WORD, HEALTHY, "400 ms");
    }
    witness = kept(Witness.subscribe(broker, directory, "dc/v1/test/faults/#"));
    witness.blame(kept(AgentProcess.run(directory, configuration)));
  }

  private void addBus(Configuration configuration, Case of) throws Exception {
    switch (of.wire) {
      case "tcp" -> {
        FaultSlave slave = kept(FaultSlave.tcp(REGISTERS));
        slaves.put(of.bus(), slave);
        configuration.tcpBus(of.bus(), "modbus-tcp", slave.port());
      }
      case "rtu-in-tcp" -> {
        FaultSlave slave = kept(FaultSlave.rtuOverTcp(REGISTERS));
        slaves.put(of.bus(), slave);
        configuration.tcpBus(of.bus(), "modbus-rtu-over-tcp", slave.port());
      }
      default -> {
        SerialPair pair = kept(SerialPair.open(Files.createDirectory(directory.resolve(of.name))));
        Pace pace = Pace.of(19200, 11, 2_000_000);
        slaves.put(of.bus(), kept(FaultSlave.rtu(pair.slaveEnd(), REGISTERS, pace)));
        configuration.line(of.bus(), pair.agentEnd());
      }
    }
  }

  private <T extends AutoCloseable> T kept(T resource) {
    resources.addFirst(() -> {
      try {
        resource.close();
      } catch (Exception e) {
        throw new IOException(e);
      }
    });
    return resource;
  }

  @AfterAll
  void stop() throws IOException {
    for (Closeable resource : resources) {
      resource.close();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void becomesTheRightGapAndRecovers(Case fault) throws InterruptedException {
    String sick = "/" + fault.bus() + "-sick/readings";
    String well = "/" + fault.bus() + "-well/readings";
    witness.await(sick, message -> hasValue(message, 1111));
    witness.await(well, message -> hasValue(message, 2222));

    FaultSlave slave = Objects.requireNonNull(slaves.get(fault.bus()));
    slave.behave(SICK, fault.fault);
    int wellBefore = witness.messages(well).size();
    if (fault.cause.isEmpty()) {
      witness.await(sick, witness.messages(sick).size() + 2, _ -> true);
    } else {
      witness.await(sick, message -> isGap(message, fault.cause));
      if (!fault.cause.equals("refused")) { // a device that says no is there
        witness.await(
            "/" + fault.bus() + "-sick/status", message -> isOffline(message, fault.cause));
      }
    }
    witness.await(well, wellBefore + 1, message -> hasValue(message, 2222));
    witness.await("/health", message -> counts(message, fault));

    slave.behave(SICK, Fault.none());
    int sickAfter = witness.messages(sick).size();
    witness.await(sick, sickAfter, message -> hasValue(message, 1111));
    assertNothingWrong(sick, 1111, fault.cause);
    assertNothingWrong(well, 2222, fault.event.equals("disconnect") ? fault.cause : "");
  }

  private static boolean hasValue(Message message, long value) {
    Json json = message.json();
    return json.has("values.value") && json.integer("values.value") == value;
  }

  private static boolean isGap(Message message, String cause) {
    Json json = message.json();
    return json.has("gaps.value") && json.text("gaps.value").equals(cause);
  }

  private static boolean isOffline(Message message, String reason) {
    Json json = message.json();
    return json.text("state").equals("offline") && json.text("reason").equals(reason);
  }

  private static boolean counts(Message message, Case fault) {
    String path = "buses." + fault.bus() + ".errors." + fault.event;
    Json health = message.json();
    return health.has(path) && health.integer(path) > 0;
  }

  /// Every message has the one right value, or a gap with `cause`; without a cause there are none.
  private void assertNothingWrong(String topic, long value, String cause) {
    List<String> wrong =
        witness.messages(topic).stream()
            .filter(message -> !hasValue(message, value) && !isGap(message, cause))
            .map(Message::payload)
            .toList();
    assertEquals(List.of(), wrong);
  }
}
