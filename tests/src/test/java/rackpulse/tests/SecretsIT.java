package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Certificates;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.Ports;
import rackpulse.tests.support.RunningProcess;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;

/// What is secret is nowhere but in its file: not in what the agent prints, publishes, stores or
/// shows of its process, whatever happens to it.
@Timeout(180)
class SecretsIT {
  private static final String PASSWORD = "Tr0ub4dor-and-3-horses";
  private static final String WRONG = "n0t-the-Passw0rd-at-all";
  private static final Registers REGISTERS = new Registers().with(1, Table.HOLDING, 0, 42);

  @TempDir private static Path keys;
  private static final List<String> secrets = new ArrayList<>();

  @TempDir private Path directory;
  private final List<RunningProcess> ended = new ArrayList<>();

  @BeforeAll
  static void plant() throws Exception {
    Certificates.create(keys, "authority")
        .sign("broker", "DNS:localhost,IP:127.0.0.1")
        .sign("agent", "DNS:agent");
    List<String> command = List.of("mosquitto_passwd", "-c", "-b", "users", "rack", PASSWORD);
    try (RunningProcess process = new RunningProcess(command, keys, Map.of())) {
      assertEquals(0, process.exitCode(), process::transcript);
    }
    for (String secret : List.of(PASSWORD, WRONG)) {
      byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
      secrets.add(secret);
      secrets.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
      secrets.add(HexFormat.of().formatHex(bytes));
      secrets.add(HexFormat.of().withUpperCase().formatHex(bytes));
    }
    Files.readAllLines(keys.resolve("agent.key")).stream()
        .filter(line -> !line.startsWith("-----"))
        .forEach(secrets::add);
    assertNotEquals("", found("planted", Files.readString(keys.resolve("agent.key"))));
    assertNotEquals("", found("planted", "x" + PASSWORD + "x"));
  }

  /// In files that the configuration names, and in those that systemd hands over.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void areNowhereElse(boolean credentials) throws Exception {
    Path files = Files.createTempDirectory(keys, "files");
    secret(files, "password", WRONG);
    Files.copy(
        keys.resolve("agent.key"), files.resolve("agent.key"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.copy(keys.resolve("agent.pem"), files.resolve("agent.pem"));
    String place = credentials ? "" : files + "/";
    List<String> wrapper =
        credentials
            ? List.of("prlimit", "--core=0", "env", "CREDENTIALS_DIRECTORY=" + files)
            : List.of("prlimit", "--core=0");
    try (BrokerProcess broker = broker();
        FaultSlave slave = FaultSlave.tcp(REGISTERS);
        Witness witness =
            Witness.subscribe(
                broker,
                keys,
                "#",
                "-u",
                "rack",
                "-P",
                PASSWORD,
                "--cafile",
                keys.resolve("authority.pem").toString(),
                "--cert",
                keys.resolve("agent.pem").toString(),
                "--key",
                keys.resolve("agent.key").toString())) {
      configure(broker.port(), slave.port(), place);
      String[] run = {"--log-level", "debug", "run"};
      try (AgentProcess agent = agent(wrapper, run)) {
        witness.blame(agent);
        agent.awaitErr("a refusal", line -> line.contains("not authorised"));
        for (String command : List.of("check", "read")) {
          end(agent(wrapper, "--log-level", "debug", command));
        }
        statusTells(agent, "not authorised");
        secret(files, "password", PASSWORD);
        witness.await("/meter/readings");
        assertProcessShowsNothing(agent.pid());
        agent.signal("USR1"); // the flight recorder writes
        statusTells(agent, "broker connected");
        dies(agent, credentials ? "QUIT" : "SEGV");
        assertNotEquals(0, agent.exitCode());
        ended.add(agent);
      }
      ended.add(broker.process());
      witness.messages().forEach(message -> nothingIn(message.topic(), message.payload()));
    }
    assertNothingIsSaid();
  }

  /// A password in a place where none belongs is not repeated by the complaint about it.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "password = \"" + PASSWORD + "\"",
        "password = " + PASSWORD,
        "username = \"" + PASSWORD,
        "url = \"mqtts://rack:" + PASSWORD + "@localhost\"",
        "url = \"mqtts://localhost?password=" + PASSWORD + "\"",
        "[mqtt.password]\n" + "value = \"" + PASSWORD + "\"",
      })
  void areNotRepeatedByAComplaint(String line) throws Exception {
    Files.writeString(directory.resolve("rackpulse.toml"), "[mqtt]\n" + line + "\n");
    for (String command : List.of("check", "run")) {
      try (AgentProcess agent = AgentProcess.start(directory, command, "-c", "rackpulse.toml")) {
        assertEquals(78, agent.exitCode(), agent::transcript);
        nothingIn(command, agent.transcript());
      }
    }
  }

  @Test
  void areNotReadWhereOthersCouldReadThem() throws Exception {
    Path password = secret(directory, "password", PASSWORD);
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r--r--"));
    Files.copy(keys.resolve("agent.pem"), directory.resolve("agent.pem"));
    Files.copy(
        keys.resolve("agent.key"),
        directory.resolve("agent.key"),
        StandardCopyOption.COPY_ATTRIBUTES);
    configure(Ports.free(), Ports.free(), directory + "/");
    for (String command : List.of("check", "run")) {
      try (AgentProcess agent = agent(List.of("env"), command)) {
        assertEquals(78, agent.exitCode(), agent::transcript);
        agent.awaitErr("the remedy", line -> line.contains("chmod o-rwx " + password));
        nothingIn(command, agent.transcript());
      }
    }
  }

  private BrokerProcess broker() throws IOException, InterruptedException {
    return BrokerProcess.start(
        directory,
        """
        cafile %1$s/authority.pem
        certfile %1$s/broker.pem
        keyfile %1$s/broker.key
        require_certificate true
        allow_anonymous false
        password_file %1$s/users
        """
            .formatted(keys));
  }

  private void configure(int broker, int slave, String place) throws IOException {
    SiteProfile.write(directory);
    String access =
        """
        username = "rack"
        password_file = "%1$spassword"
        ca_file = "%2$s/authority.pem"
        cert_file = "%1$sagent.pem"
        key_file = "%1$sagent.key"
        """
            .formatted(place, keys);
    Configuration configuration =
        new Configuration(directory, "secrets", "mqtts://localhost:" + broker, access)
            .tcpBus("gateway", "modbus-tcp", slave)
            .device("meter", "gateway", SiteProfile.WORD, 1, "200 ms");
    Files.writeString(directory.resolve("rackpulse.toml"), configuration.toString());
  }

  private AgentProcess agent(List<String> wrapper, String... command) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of("--config", "rackpulse.toml", "--profiles", "profiles"));
    return AgentProcess.startThrough(wrapper, directory, arguments.toArray(String[]::new));
  }

  private void statusTells(AgentProcess agent, String words) throws Exception {
    Path file = directory.resolve("status.json");
    String sign = words.equals("broker connected") ? "\"connected\":true" : words;
    Await.until(Duration.ofSeconds(30), words, () -> text(file).contains(sign), agent::transcript);
    AgentProcess status = AgentProcess.start(directory, "status", "--file", "status.json");
    status.awaitOut(words, line -> line.contains(words));
    end(status);
  }

  /// With all the words that it has. Of QUIT only a binary dies, a JVM prints its threads.
  private static void dies(AgentProcess agent, String signal) throws Exception {
    agent.signal(signal);
    Await.until(
        Duration.ofSeconds(30),
        "the end by " + signal,
        () -> !agent.alive() || agent.transcript().contains("Full thread dump"),
        agent::transcript);
    if (agent.alive()) {
      agent.signal("SEGV");
    }
  }

  private void end(RunningProcess process) throws InterruptedException {
    process.exitCode();
    ended.add(process);
  }

  private static Path secret(Path directory, String name, String content) throws IOException {
    Path written = Files.writeString(directory.resolve(name + ".new"), content + "\n");
    Files.setPosixFilePermissions(written, PosixFilePermissions.fromString("rw-------"));
    return Files.move(written, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  private static void assertProcessShowsNothing(long pid) {
    for (String file : List.of("cmdline", "environ")) {
      Path path = Path.of("/proc", Long.toString(pid), file);
      assertTrue(!text(path).isEmpty(), path::toString);
      nothingIn(file, text(path));
    }
  }

  /// Everything that was printed, and every file that was written.
  private void assertNothingIsSaid() throws IOException {
    for (RunningProcess process : ended) {
      nothingIn("what it printed", process.transcript());
    }
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> written = files.filter(Files::isRegularFile).toList();
      assertTrue(written.size() > 5, written::toString);
      written.forEach(file -> nothingIn(file.toString(), text(file)));
    }
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // not yet there
    }
  }

  private static void nothingIn(String where, String text) {
    assertEquals("", found(where, text));
  }

  private static String found(String where, String text) {
    for (String secret : secrets) {
      int at = text.indexOf(secret);
      if (at >= 0) {
        return where + ": " + text.substring(Math.max(0, at - 80), at) + "SECRET";
      }
    }
    return "";
  }
}
