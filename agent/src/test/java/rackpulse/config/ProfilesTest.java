package rackpulse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfilesTest {
  private static final String GENERIC =
      """
      part = "generic"
      bus = "modbus"
      [[channel]]
      name = "r{n}"
      count = 3
      address = 0
      table = "holding"
      format = "u16"
      quantity = "raw"
      """;

  @TempDir Path directory = Path.of("");

  private final Problems problems = new Problems();

  @Test
  void findsShippedProfilesByNameAndReadsThemOnce() {
    Profiles profiles = new Profiles(List.of());
    var first = profiles.find("sht4x", problems).orElseThrow();
    assertEquals("sht4x", first.header().id());
    assertTrue(first.header().proven());
    assertSame(first, profiles.find("sht4x", problems).orElseThrow());
    assertTrue(profiles.contains("sht4x"));
    assertTrue(problems.isEmpty());
  }

  @Test
  void addsTheProfilesOfTheSite() throws IOException {
    Files.writeString(directory.resolve("mine.toml"), GENERIC);
    Files.writeString(directory.resolve("notes.txt"), "not a profile");
    Profiles profiles = new Profiles(List.of(directory.resolve("absent"), directory));
    assertEquals(3, profiles.find("mine", problems).orElseThrow().channels().size());
    assertTrue(profiles.ids().containsAll(List.of("mine", "sht4x")));
    assertFalse(profiles.ids().contains("notes"));
  }

  @Test
  void refusesTheSameNameTwice() throws IOException {
    Files.writeString(directory.resolve("sht4x.toml"), GENERIC);
    Files.writeString(directory.resolve("mine.toml"), GENERIC);
    Path other = Files.createDirectory(directory.resolve("other"));
    Files.writeString(other.resolve("mine.toml"), GENERIC);
    Profiles profiles = new Profiles(List.of(directory, other));
    assertTrue(profiles.find("sht4x", problems).isEmpty());
    assertTrue(profiles.find("mine", problems).isEmpty());
    assertEquals(
        List.of(
            directory.resolve("sht4x.toml")
                + ": there is another profile \"sht4x\": the one of this program; rename one",
            other.resolve("mine.toml")
                + ": there is another profile \"mine\": "
                + directory.resolve("mine.toml")
                + "; rename one"),
        problems.list().stream().map(Object::toString).toList());
  }

  @Test
  void objectsToAShuntThatDoesNotFitTheChip() {
    var chip = new Profiles(List.of()).find("ina226", problems).orElseThrow();
    assertEquals(
        List.of("shunt_ohms", "max_amps"),
        chip.parameters().stream().map(parameter -> parameter.name()).toList());
    assertTrue(chip.objection(Map.of("shunt_ohms", 0.002, "max_amps", 40.0)).isEmpty());
    assertEquals(
        "\"max_amps\" through \"shunt_ohms\" is 20.0 V, the chip measures up to 0.0819175 V: check"
            + " the value of the shunt",
        chip.objection(Map.of("shunt_ohms", 2.0, "max_amps", 10.0)).orElseThrow());
    var adc = new Profiles(List.of()).find("ads1115", problems).orElseThrow();
    assertTrue(adc.objection(Map.of("full_scale_volts", 4.096)).isEmpty());
    assertTrue(adc.objection(Map.of("full_scale_volts", 5.0)).isPresent());
  }

  @Test
  void suggestsTheNearestName() {
    Profiles profiles = new Profiles(List.of());
    assertTrue(profiles.find("sht44", problems).isEmpty());
    assertFalse(profiles.contains("sht44"));
    assertTrue(problems.isEmpty());
    assertEquals("unknown profile \"sht44\", did you mean \"sht4x\"?", profiles.unknown("sht44"));
  }

  @Test
  void namesNoFilesOutsideItsDirectories() {
    Profiles profiles = new Profiles(List.of(directory));
    for (String id : List.of("../sht4x", "", "a/b", "sht4x.toml")) {
      assertTrue(profiles.find(id, problems).isEmpty(), id);
      assertFalse(profiles.contains(id), id);
    }
  }

  @Test
  void reportsProblemsOfASitesProfileOnce() throws IOException {
    Files.writeString(directory.resolve("mine.toml"), "part = 3\n");
    Profiles profiles = new Profiles(List.of(directory));
    assertTrue(profiles.find("mine", problems).isEmpty());
    int found = problems.count();
    assertTrue(found > 0);
    assertTrue(profiles.find("mine", problems).isEmpty());
    assertEquals(found, problems.count());
  }

  @Test
  void listsTheProfilesOfAJar() throws IOException {
    Path jar = directory.resolve("a.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String name :
          List.of("profiles/a.toml", "profiles/b.toml", "profiles/c.txt", "d.toml")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.closeEntry();
      }
    }
    URI known = URI.create("jar:" + jar.toUri() + "!/profiles/a.toml");
    assertEquals(new TreeSet<>(List.of("a", "b")), Profiles.beside(known));
    try (FileSystem _ = FileSystems.newFileSystem(known, Map.of())) {
      assertEquals(new TreeSet<>(List.of("a", "b")), Profiles.beside(known));
    }
  }
}
