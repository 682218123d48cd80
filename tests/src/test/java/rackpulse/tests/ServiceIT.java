package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Registers.Table;
import rackpulse.tests.support.Account;
import rackpulse.tests.support.Await;
import rackpulse.tests.support.BrokerProcess;
import rackpulse.tests.support.BuiltPackage;
import rackpulse.tests.support.ScratchRoot;
import rackpulse.tests.support.SiteProfile;
import rackpulse.tests.support.Witness;

/// The installed service under a real systemd, in the sandbox of its unit: a Debian of its own that
/// systemd-nspawn boots, which shares loopback with the test's meter and broker.
@Tag("long") // there is one package, for the jar and the binary
class ServiceIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String UNIT = "rackpulse.service";

  /// More polls than may be in flight.
  private static final int WAITING = 40;

  private static final String PASSWORD = "correct horse";

  @TempDir private Path directory;

  @Test
  void livesUnderSystemd() throws Exception {
    BuiltPackage built = possible();
    Registers registers = new Registers().with(1, Table.HOLDING, 0, 42);
    try (FaultSlave meter = FaultSlave.tcp(registers);
        BrokerProcess broker = broker();
        Witness witness = Witness.subscribe(broker, directory, "dc/#", "-u", "rc", "-P", PASSWORD);
        ScratchRoot root = ScratchRoot.unpack(directory.resolve("root"))) {
      Optional<String> obstacle = root.boot();
      skipUnless(obstacle.isEmpty(), obstacle.orElse(""));
      PackageIT.install(root, built);
      assertEquals("inactive", show(root, "ActiveState"), "started without a configuration");
      configure(root, meter.port(), broker.port());
      root.must("systemctl", "start", UNIT);
      witness.await("/meter/readings", message -> true);
      isConfined(root);
      awaitStatus(root, "1 bus, 1 device, broker connected, ");
      survivesAKill(root);
      asksTheKernelForTheClockWithTheDropIn(root);
      losesNothingOverAnUpgrade(root, built, meter, broker, witness);
      doesNotTryAgainWhatCannotBeUsed(root);
      root.must("dpkg", "--purge", "rackpulse");
      assertEquals("not-found", show(root, "LoadState"));
      assertTrue(Files.notExists(root.path("/var/lib/rackpulse")));
    }
  }

  private static BuiltPackage possible() throws Exception {
    Optional<String> obstacle = ScratchRoot.obstacle();
    skipUnless(obstacle.isEmpty(), obstacle.orElse(""));
    Optional<BuiltPackage> built = BuiltPackage.find();
    skipUnless(built.isPresent(), "no package was built; mvn -Pnative,deb package needs GraalVM");
    return built.orElseThrow();
  }

  private static void skipUnless(boolean possible, String otherwise) {
    if (!possible) {
      System.err.println("SERVICE UNDER SYSTEMD SKIPPED: " + otherwise);
    }
    assumeTrue(possible, otherwise);
  }

  private BrokerProcess broker() throws Exception {
    Path passwords = directory.resolve("passwords");
    Process made =
        new ProcessBuilder("mosquitto_passwd", "-b", "-c", passwords.toString(), "rc", PASSWORD)
            .start();
    assertEquals(0, made.waitFor());
    return BrokerProcess.start(
        directory, "allow_anonymous false", "password_file " + passwords.toAbsolutePath());
  }

  /// The password comes from where the unit finds it: a file that root alone reads.
  private void configure(ScratchRoot root, int meterPort, int brokerPort) throws Exception {
    Path secret = root.path("/etc/credstore/rackpulse.password");
    Files.writeString(secret, PASSWORD + "\n");
    root.must("chmod", "600", "/etc/credstore/rackpulse.password");
    SiteProfile.write(directory);
    try (var profiles = Files.list(directory.resolve("profiles"))) {
      for (Path profile : profiles.toList()) {
        String name = profile.getFileName().toString();
        Files.copy(profile, root.path("/etc/rackpulse/profiles/" + name));
      }
    }
    Files.writeString(
        root.path("/etc/rackpulse/rackpulse.toml"),
        """
        [agent]
        site = "test"
        rack = "service"
        [mqtt]
        url = "mqtt://127.0.0.1:%d"
        username = "rc"
        password_file = "rackpulse.password"
        reconnect_ceiling = "1 s"
        [bus.gateway]
        kind = "modbus-tcp"
        host = "127.0.0.1"
        port = %d
        [device.meter]
        bus = "gateway"
        profile = "%s"
        unit = 1
        every = "200 ms"
        """
            .formatted(brokerPort, meterPort, SiteProfile.WORD));
  }

  /// As the kernel sees it, not as the unit promises it.
  private static void isConfined(ScratchRoot root) throws Exception {
    List<String> status = root.must("cat", "/proc/" + show(root, "MainPID") + "/status");
    for (String line :
        List.of(
            "CapEff:\t0000000000000000",
            "CapBnd:\t0000000000000000",
            "NoNewPrivs:\t1",
            "Seccomp:\t2")) {
      assertTrue(status.contains(line), () -> line + "\n" + status);
    }
    String groups =
        status.stream().filter(line -> line.startsWith("Groups:")).findFirst().orElseThrow();
    assertEquals(
        new TreeSet<>(List.of(root.must("id", "-G", "rackpulse").getFirst().split(" ", -1))),
        new TreeSet<>(List.of(groups.substring(8).strip().split(" ", -1))));
    assertEquals(0, root.exec("rackpulse", "status").exitCode());
  }

  /// Restart=on-failure, after RestartSec=5.
  private static void survivesAKill(ScratchRoot root) throws Exception {
    String before = show(root, "MainPID");
    root.must("kill", "-KILL", before);
    Await.until(
        PATIENCE,
        "a new process",
        () ->
            !Set.of("0", before).contains(quietly(root, "MainPID"))
                && quietly(root, "ActiveState").equals("active"),
        () -> journal(root));
    assertEquals("1", show(root, "NRestarts"));
  }

  /// There is no systemd-timesyncd here, so that the agent misses both; as with chrony.
  private static void asksTheKernelForTheClockWithTheDropIn(ScratchRoot root) throws Exception {
    String refused = "cannot ask the kernel whether the clock is synchronised";
    assertTrue(journal(root).contains(refused), () -> journal(root));
    Path folder = root.path("/etc/systemd/system/rackpulse.service.d");
    Files.createDirectories(folder);
    Files.copy(Path.of("../systemd/drop-in/clock.conf"), folder.resolve("clock.conf"));
    root.must("systemctl", "daemon-reload");
    root.must("systemctl", "restart", UNIT);
    String process = "_PID=" + show(root, "MainPID");
    List<String> words = root.must("journalctl", "--no-pager", process);
    assertTrue(words.stream().anyMatch(line -> line.contains("1 buses")), words::toString);
    assertTrue(words.stream().noneMatch(line -> line.contains(refused)), words::toString);
  }

  /// Polls pile up while the broker does not answer; the new process brings what the old one had
  /// stored.
  private static void losesNothingOverAnUpgrade(
      ScratchRoot root, BuiltPackage built, FaultSlave meter, BrokerProcess broker, Witness witness)
      throws Exception {
    broker.process().signal("STOP");
    long asked = meter.requests(1);
    Await.until(PATIENCE, "polls", () -> meter.requests(1) > asked + WAITING, () -> journal(root));
    String toml = Files.readString(root.path("/etc/rackpulse/rackpulse.toml"));
    String before = show(root, "MainPID");
    Path scratch = Files.createDirectory(root.path("/upgrade"));
    PackageIT.install(root, built.later(scratch, built.field("Version") + "+later"));
    assertNotEquals(before, show(root, "MainPID"));
    assertEquals("active", show(root, "ActiveState"));
    assertEquals(toml, Files.readString(root.path("/etc/rackpulse/rackpulse.toml")));
    broker.process().signal("CONT");
    Await.until(
        PATIENCE,
        "all polls of four runs",
        () -> account(witness).lanes().size() == 4 && account(witness).missing().isEmpty(),
        () -> account(witness) + "\n" + journal(root));
    assertTrue(account(witness).backlog("meter").size() >= WAITING / 2, account(witness)::toString);
    assertEquals(0, account(witness).lost(), account(witness)::toString);
  }

  private static Account account(Witness witness) {
    return new Account().add(witness.messages());
  }

  private static void doesNotTryAgainWhatCannotBeUsed(ScratchRoot root) throws Exception {
    Path toml = root.path("/etc/rackpulse/rackpulse.toml");
    Files.writeString(toml, Files.readString(toml).replace("unit = 1", "unit = 1000"));
    root.exec("systemctl", "restart", UNIT);
    assertEquals("failed", show(root, "ActiveState"));
    assertEquals("78", show(root, "ExecMainStatus"));
    assertEquals("0", show(root, "NRestarts"));
    assertTrue(journal(root).contains("rackpulse.toml:"), () -> journal(root));
  }

  private static void awaitStatus(ScratchRoot root, String start) throws Exception {
    Await.until(
        PATIENCE,
        start,
        () -> quietly(root, "StatusText").startsWith(start),
        () -> quietly(root, "StatusText") + "\n" + journal(root));
  }

  private static String show(ScratchRoot root, String property) throws Exception {
    return root.must("systemctl", "show", "--value", "--property=" + property, UNIT).getFirst();
  }

  private static String quietly(ScratchRoot root, String property) {
    try {
      return show(root, property);
    } catch (Exception e) {
      return e.toString();
    }
  }

  private static String journal(ScratchRoot root) {
    try {
      return String.join("\n", root.must("journalctl", "--no-pager", "--unit=" + UNIT));
    } catch (Exception e) {
      return e.toString();
    }
  }
}
