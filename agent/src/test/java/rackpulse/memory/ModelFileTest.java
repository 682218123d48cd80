package rackpulse.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.analysis.Detector;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Stamp;
import rackpulse.watch.RackWatch;
import rackpulse.watch.WatchSettings;
import rackpulse.watch.Watched;

class ModelFileTest {
  private static final Channel INLET = new Channel("inlet", "temperature", Quantity.TEMPERATURE);

  @TempDir private Path directory = Path.of("");

  @Test
  void keepsWhatWasLearned() {
    RackWatch learned = watch();
    for (int i = 0; i < 100; i++) {
      learned.observe(poll(i));
    }
    ModelFile.of(file(), 0).save(learned);
    RackWatch restored = watch();
    ModelFile.of(file(), 0).load(restored);
    assertArrayEquals(learned.save(), restored.save());
  }

  @Test
  void handsOverWhatWasLearned() {
    RackWatch earlier = watch();
    for (int i = 0; i < 100; i++) {
      earlier.observe(poll(i));
    }
    RackWatch fresh = watch();
    ModelFile.handOver(earlier, fresh);
    assertArrayEquals(earlier.save(), fresh.save());
  }

  @Test
  void savesEveryQuarterOfAnHour() {
    ModelFile models = ModelFile.of(file(), 0);
    long dueNanos = Duration.ofMinutes(15).toNanos();
    models.saveSometimes(watch(), dueNanos - 1);
    assertFalse(Files.exists(file()));
    models.saveSometimes(watch(), dueNanos);
    assertTrue(Files.exists(file()));
  }

  @Test
  void setsADamagedFileAsideAndLearnsAnew() throws IOException {
    byte[] junk = {1, 2, 3};
    Files.write(file(), junk);
    RackWatch watch = watch();
    byte[] fresh = watch.save();
    ModelFile models = ModelFile.of(file(), 0);
    models.load(watch);
    assertArrayEquals(fresh, watch.save());
    assertFalse(Files.exists(file()));
    assertArrayEquals(junk, Files.readAllBytes(directory.resolve("models.damaged")));
    models.save(watch);
    assertTrue(Files.exists(file()));
  }

  @Test
  void costsNothingButTheStateWhenItCannotBeWritten() throws IOException {
    Path below = Files.writeString(directory.resolve("file"), "").resolve("models");
    ModelFile.of(below, 0).save(watch());
    ModelFile.of(below, 0).load(watch());
    assertEquals(0, Files.size(directory.resolve("file")));
  }

  private Path file() {
    return directory.resolve("models");
  }

  private static RackWatch watch() {
    List<DeviceDescription> devices =
        List.of(
            new DeviceDescription(
                "inlet",
                at(0),
                "part",
                true,
                "",
                Duration.ofSeconds(60),
                List.of(new ChannelDescription(INLET, -40, 125))));
    Detector detector = new Detector(devices, List.of(), List.of(), _ -> 1);
    Watched watched = new Watched(devices, devices, List.of(), WatchSettings.USUAL);
    return new RackWatch(detector, watched, _ -> 1);
  }

  private static Poll poll(int minute) {
    Stamp stamp = at(60L * minute);
    return new Poll(
        "inlet", stamp, minute + 1, List.of(new Reading(INLET, stamp, 24 + minute % 7 / 10.0)));
  }

  private static Stamp at(long seconds) {
    return new Stamp(Instant.ofEpochSecond(seconds), seconds * 1_000_000_000, true);
  }
}
