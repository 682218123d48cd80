package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.CountingSlave;
import rackpulse.tests.support.Account;
import rackpulse.tests.support.AgentProcess;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.Configuration;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;

/// Whatever is wrong with the place of the spool, readings go on live, and the operator sees why.
@Tag("long") // not run on the jar when there is a binary
class DiskFullIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int DISK_BYTES = 256 << 10;
  private static final int LEFT_BYTES = 64 << 10;

  /// Full disks are called otherwise in other languages, where there are translations.
  private static final Map<String, String> GERMAN = Map.of("LC_ALL", "C.UTF-8", "LANGUAGE", "de");

  @TempDir private Path directory;
  private Path disk = Path.of("");

  @BeforeEach
  void mountASmallDisk() throws Exception {
    disk = Files.createDirectory(directory.resolve("disk"));
    boolean mounted = mount("-t", "tmpfs", "-o", "size=" + DISK_BYTES, "tmpfs");
    if (!mounted) {
      System.err.println("DiskFullIT SKIPPED: mounting a small tmpfs needs root");
    }
    Assumptions.assumeTrue(mounted, "mounting a small tmpfs needs root");
    SiteProfile.write(directory);
  }

  @AfterEach
  void unmount() throws Exception {
    run(List.of("umount", "-l", disk.toString()));
  }

  @Test
  void aFullDiskLosesNothingAsLongAsMemoryLasts() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        CountingSlave slave = CountingSlave.tcp(2);
        Witness witness = Witness.subscribe(broker, directory, "#")) {
      Path filler = disk.resolve("filler");
      Files.write(filler, new byte[DISK_BYTES - LEFT_BYTES]);
      broker.process().signal("STOP");
      try (AgentProcess agent = runGerman(configuration(broker, slave, "one"))) {
        witness.blame(agent);
        awaitSpool(agent, "disk full");
        assertTrue(String.join("\n", status()).contains("spool: disk full"), status()::toString);
        broker.process().signal("CONT");
        witness.await("/b/readings", 10, _ -> true);
        Files.delete(filler);
        awaitSpool(agent, "working");
        awaitBalance(witness, slave, agent);
      }
    }
  }

  @Test
  void aReadOnlyDiskIsUsedOnceItCanBeWritten() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        CountingSlave slave = CountingSlave.tcp(2);
        Witness witness = Witness.subscribe(broker, directory, "#")) {
      assertTrue(mount("-o", "remount,ro"));
      try (AgentProcess agent = AgentProcess.run(directory, configuration(broker, slave, "one"))) {
        witness.blame(agent);
        awaitSpool(agent, "disk read-only");
        witness.await("/b/readings", 5, _ -> true);
        assertTrue(mount("-o", "remount,rw"));
        awaitSpool(agent, "working");
        secondAgentGoesOnFromMemory(broker, slave, witness);
        awaitBalance(witness, slave, agent);
      }
    }
  }

  private void secondAgentGoesOnFromMemory(
      BrokerProcess broker, CountingSlave slave, Witness witness) throws Exception {
    Path other = Files.createDirectory(directory.resolve("other"));
    SiteProfile.write(other);
    String text = configuration(broker, slave, "two").toString();
    String elsewhere = text.replace(directory + "/st", other + "/st");
    try (AgentProcess second = AgentProcess.run(other, elsewhere)) {
      second.awaitErr("a locked spool", line -> line.contains("in use by another agent"));
      witness.await("/two/b/readings", 3, _ -> true);
    }
  }

  @Test
  void aSpoolOfAnotherVersionIsSetAside() throws Exception {
    Files.write(disk.resolve("00000001.segment"), header(9));
    try (BrokerProcess broker = BrokerProcess.start(directory);
        CountingSlave slave = CountingSlave.tcp(2);
        Witness witness = Witness.subscribe(broker, directory, "#");
        AgentProcess agent = AgentProcess.run(directory, configuration(broker, slave, "one"))) {
      witness.blame(agent);
      agent.awaitErr("the version", line -> line.contains("is of version 9"));
      awaitSpool(agent, "working");
      witness.await("/b/readings", 3, _ -> true);
      assertTrue(Files.exists(disk.resolve("00000001.segment.version-9")));
    }
  }

  /// Magic, version, first number, checksum.
  private static byte[] header(int version) {
    ByteBuffer header = ByteBuffer.allocate(24);
    header.put("RPSPOOL\n".getBytes(StandardCharsets.US_ASCII));
    header.putInt(version).putLong(1);
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, header.position());
    return header.putInt((int) crc.getValue()).array();
  }

  private Configuration configuration(BrokerProcess broker, CountingSlave slave, String rack) {
    return new Configuration(directory, rack, broker)
        .table("spool", "backlog_rate = 2000\ndirectory = \"" + disk + "\"")
        .tcpBus("gateway", "modbus-tcp", slave.port())
        .device("a", "gateway", SiteProfile.WORD, 1, "100 ms")
        .device("b", "gateway", SiteProfile.FIFTY, 2, "50 ms");
  }

  private AgentProcess runGerman(Configuration configuration) throws IOException {
    return AgentProcess.run(directory, configuration, GERMAN);
  }

  private void awaitSpool(AgentProcess agent, String state) throws InterruptedException {
    Await.until(
        PATIENCE, "the spool to be " + state, () -> spool().startsWith(state), agent::transcript);
  }

  private String spool() {
    try {
      return Json.parse(Files.readString(directory.resolve("status.json"))).text("spool.state");
    } catch (IOException notYet) {
      return "";
    }
  }

  private List<String> status() throws Exception {
    try (AgentProcess status =
        AgentProcess.start(directory, "status", "--file", directory + "/status.json")) {
      status.exitCode();
      return status.out();
    }
  }

  private static void awaitBalance(Witness witness, CountingSlave slave, AgentProcess agent)
      throws InterruptedException {
    long target = slave.polls(2) + 5;
    Await.until(PATIENCE, "polls", () -> slave.polls(2) >= target, agent::transcript);
    Await.until(
        PATIENCE,
        "a balanced account",
        () -> new Account().add(witness.messages()).missing().isEmpty(),
        () -> new Account().add(witness.messages()) + agent.transcript());
    Account account = new Account().add(witness.messages());
    assertTrue(account.lost() == 0, account::toString);
  }

  private boolean mount(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(arguments));
    command.add(disk.toString());
    return run(command) == 0;
  }

  private static int run(List<String> command) throws Exception {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    } catch (IOException missing) {
      return -1;
    }
  }
}
