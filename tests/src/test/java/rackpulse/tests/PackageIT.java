package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.support.BuiltPackage;
import rackpulse.tests.support.RunningProcess;
import rackpulse.tests.support.ScratchRoot;

/// The Debian package, from install to purge, in a Debian of its own. No service manager runs
/// there: what the package asks of it is written down by programs in its place.
@Tag("long") // there is one package, for the jar and the binary
class PackageIT {
  private static final Path SHIPPED = Path.of("../systemd").toAbsolutePath().normalize();
  private static final String CALLS = "/calls";

  private static BuiltPackage built = new BuiltPackage(Path.of("none"));

  @TempDir private Path directory;

  @BeforeAll
  static void needsAPackage() throws IOException {
    Optional<BuiltPackage> found = BuiltPackage.find();
    if (found.isEmpty()) {
      System.err.println("PACKAGE SKIPPED: none was built; mvn -Pnative,deb package needs GraalVM");
    }
    assumeTrue(found.isPresent());
    built = found.get();
  }

  @Test
  void holdsWhatAControllerNeeds() throws Exception {
    List<String> contents = built.contents();
    for (String file :
        List.of(
            "/usr/bin/rackpulse",
            "/lib/systemd/system/rackpulse.service",
            "/usr/lib/sysusers.d/rackpulse.conf",
            "/usr/lib/tmpfiles.d/rackpulse.conf",
            "/lib/udev/rules.d/60-rackpulse.rules",
            "/etc/rackpulse/rackpulse.toml",
            "/etc/rackpulse/profiles/",
            "/usr/share/bash-completion/completions/rackpulse",
            "/usr/share/man/man1/rackpulse.1.gz",
            "/usr/share/doc/rackpulse/copyright",
            "/usr/share/doc/rackpulse/changelog.gz",
            "/usr/share/doc/rackpulse/rackpulse-sbom.json")) {
      assertTrue(contents.stream().anyMatch(line -> line.endsWith(" ." + file)), file);
    }
    String changes = Files.readAllLines(SHIPPED.resolve("deb/changelog")).getFirst();
    assertTrue(changes.startsWith("rackpulse (" + version() + ") "), changes);
  }

  /// `Depends:` is written by hand.
  @Test
  void dependsOnTheLibrariesOfTheBinary() throws Exception {
    skipUnless(there("objdump"), "LIBRARIES SKIPPED: there is no objdump");
    String binary = built.file().resolveSibling("rackpulse").toString();
    List<String> libraries =
        run("objdump", "-p", binary).out().stream()
            .filter(line -> line.contains("NEEDED"))
            .map(line -> line.strip().split(" +", -1)[1])
            .toList();
    assertEquals(Set.of("libc.so.6", "libz.so.1"), Set.copyOf(libraries));
    Matcher promised = Pattern.compile("libc6 \\(>= 2\\.(\\d+)\\)").matcher(built.field("Depends"));
    assertTrue(promised.find());
    int least = Integer.parseInt(promised.group(1));
    for (String line : run("objdump", "-T", binary).out()) {
      Matcher needed = Pattern.compile("GLIBC_2\\.(\\d+)").matcher(line);
      assertTrue(!needed.find() || Integer.parseInt(needed.group(1)) <= least, line);
    }
  }

  /// What other distributions get is what Debian gets.
  @Test
  void isATarballAsWell() throws Exception {
    String packed = run(SHIPPED.resolve("tarball").toString()).out().getFirst();
    run("tar", "-xf", SHIPPED.resolveSibling(packed).toString());
    String name = Path.of(packed).getFileName().toString().replace(".tar.xz", "");
    Path install = directory.resolve(name).resolve("install");
    Path root = directory.resolve("root");
    run("env", "DESTDIR=" + root, install.toString());
    Set<String> laid = new TreeSet<>();
    try (Stream<Path> files = Files.walk(root)) {
      files.filter(Files::isRegularFile).forEach(file -> laid.add("/" + root.relativize(file)));
    }
    Set<String> expected = new TreeSet<>();
    for (String line : built.contents()) {
      String path = line.substring(line.indexOf(" ./") + 2);
      if (line.startsWith("-") && !path.endsWith("changelog.gz")) {
        expected.add(path.startsWith("/lib/") ? "/usr" + path : path);
      }
    }
    assertEquals(expected, laid);
    Path toml = root.resolve("etc/rackpulse/rackpulse.toml");
    Files.writeString(toml, "# of this site\n");
    run("env", "DESTDIR=" + root, install.toString());
    assertEquals("# of this site\n", Files.readString(toml));
  }

  @Test
  void satisfiesLintian() throws Exception {
    skipUnless(there("lintian"), "LINTIAN SKIPPED: it is not installed");
    run("lintian", "--fail-on", "error,warning", built.file().toString());
  }

  /// Whoever adds a library has to look at its licence.
  @Test
  void namesTheLicenceOfEveryLibrary() throws IOException {
    String copyright = Files.readString(SHIPPED.resolve("deb/copyright"));
    String sbom = Files.readString(built.file().resolveSibling("rackpulse-sbom.json"));
    List<String> groups =
        sbom.lines()
            .filter(line -> line.startsWith("      \"group\" : "))
            .map(line -> line.split("\"", -1)[3])
            .filter(group -> !group.equals("rackpulse"))
            .distinct()
            .toList();
    assertTrue(groups.size() > 5, groups::toString);
    for (String group : groups) {
      assertTrue(copyright.contains("Files: " + group + "/*\n"), group);
    }
  }

  @Test
  void comesAndGoes() throws Exception {
    Optional<String> obstacle = ScratchRoot.obstacle();
    skipUnless(obstacle.isEmpty(), "PACKAGE LIFE CYCLE SKIPPED: " + obstacle.orElse(""));
    try (ScratchRoot root = ScratchRoot.unpack(directory.resolve("root"))) {
      // what works on files alone, such as enabling, is left to the real one
      standIn(root, "systemctl", "case $1 in --root=*) exec /bin/systemctl \"$@\" ;; esac");
      standIn(root, "deb-systemd-invoke", "");
      installs(root);
      upgrades(root);
      removes(root);
      purges(root);
    }
  }

  private static void installs(ScratchRoot root) throws Exception {
    List<String> out = install(root, built);
    String hint = "rackpulse is not started: edit /etc/rackpulse/rackpulse.toml, then";
    assertTrue(out.contains(hint), out::toString);
    assertEquals(List.of("systemctl --system daemon-reload"), calls(root));
    assertEquals(
        List.of("rackpulse dialout i2c"), root.must("id", "--name", "--groups", "rackpulse"));
    assertEquals(
        List.of("750 root rackpulse"), root.must("stat", "-c", "%a %U %G", "/etc/rackpulse"));
    assertEquals(List.of("700 root root"), root.must("stat", "-c", "%a %U %G", "/etc/credstore"));
    Path wanted = Path.of("/etc/systemd/system/multi-user.target.wants/rackpulse.service");
    assertTrue(Files.isSymbolicLink(root.path(wanted.toString())), "enabled");
    assertEquals(List.of("rackpulse " + version()), root.must("rackpulse", "--version"));

    RunningProcess run =
        root.exec("setpriv", "--reuid=rackpulse", "--clear-groups", "rackpulse", "run");
    assertEquals(78, run.exitCode(), run::transcript);
    RunningProcess check = root.exec("rackpulse", "check");
    assertEquals(78, check.exitCode(), check::transcript);
    assertTrue(
        check.err().getFirst().startsWith("/etc/rackpulse/rackpulse.toml: no device"),
        check::transcript);
  }

  private void upgrades(ScratchRoot root) throws Exception {
    Path toml = root.path("/etc/rackpulse/rackpulse.toml");
    String configured = Files.readString(toml) + "# of this site\n";
    Files.writeString(toml, configured);
    Path spool = Files.createDirectories(root.path("/var/lib/rackpulse/spool"));
    Files.writeString(spool.resolve("segment"), "a poll");
    calls(root);
    install(root, built.later(directory, version() + "+later"));
    assertEquals(
        List.of("systemctl --system daemon-reload", "deb-systemd-invoke restart rackpulse.service"),
        calls(root));
    assertEquals(configured, Files.readString(toml));
    assertEquals("a poll", Files.readString(spool.resolve("segment")));
  }

  private static void removes(ScratchRoot root) throws Exception {
    root.must("dpkg", "--remove", "rackpulse");
    assertEquals(
        List.of("deb-systemd-invoke stop rackpulse.service", "systemctl --system daemon-reload"),
        calls(root).subList(0, 2)); // masking reloads once more
    assertFalse(Files.exists(root.path("/usr/bin/rackpulse")));
    assertTrue(Files.exists(root.path("/etc/rackpulse/rackpulse.toml")));
    assertTrue(Files.exists(root.path("/var/lib/rackpulse/spool/segment")));
  }

  private static void purges(ScratchRoot root) throws Exception {
    root.must("dpkg", "--purge", "rackpulse");
    assertFalse(Files.exists(root.path("/var/lib/rackpulse")));
    String find = "find / -xdev -name '*rackpulse*' -not -path '/proc/*' -not -path '/var/log/*'";
    assertEquals(List.of(), root.must("sh", "-c", find));
  }

  /// Found before the real one, which would only find that no systemd runs.
  private static void standIn(ScratchRoot root, String program, String first) throws IOException {
    Path script = root.path("/usr/local/sbin/" + program);
    String note = "echo \"" + program + " $*\" >> " + CALLS;
    Files.writeString(script, String.join("\n", "#!/bin/sh", first, note, ""));
    assertTrue(script.toFile().setExecutable(true));
    Files.createDirectories(root.path("/run/systemd/system"));
  }

  /// What was asked of the service manager since the last look.
  private static List<String> calls(ScratchRoot root) throws IOException {
    Path file = root.path(CALLS);
    List<String> calls = Files.exists(file) ? Files.readAllLines(file) : List.of();
    Files.deleteIfExists(file);
    return calls;
  }

  static List<String> install(ScratchRoot root, BuiltPackage what) throws Exception {
    Files.copy(what.file(), root.path("/new.deb"), StandardCopyOption.REPLACE_EXISTING);
    return root.must("dpkg", "--install", "--force-confold", "/new.deb");
  }

  private RunningProcess run(String... command) throws Exception {
    RunningProcess process =
        new RunningProcess(List.of(command), directory, Map.of("LC_ALL", "C.UTF-8"));
    assertEquals(0, process.exitCode(), process::transcript);
    return process;
  }

  private static String version() throws Exception {
    return built.field("Version");
  }

  private static boolean there(String tool) throws Exception {
    return new ProcessBuilder("sh", "-c", "command -v " + tool).start().waitFor() == 0;
  }

  private static void skipUnless(boolean possible, String otherwise) {
    if (!possible) {
      System.err.println(otherwise);
    }
    assumeTrue(possible, otherwise);
  }
}
