package rackpulse.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.State;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Stamp;

class AlarmFileTest {
  private static final Anomaly RAISED = anomaly(State.RAISED);

  @TempDir private Path directory = Path.of("");

  @Test
  void remembersWhatIsRaised() {
    AlarmFile alarms = load();
    alarms.note(RAISED);
    alarms.save();
    assertEquals(List.of(RAISED), load().all());
    alarms.note(anomaly(State.CLEARED));
    alarms.save();
    assertEquals(List.of(), load().all());
  }

  @Test
  void remembersAnEndUntilTheBrokerKnows() {
    AlarmFile alarms = load();
    alarms.note(RAISED);
    alarms.note(anomaly(State.CLEARED));
    alarms.save();
    alarms = load();
    assertEquals(List.of(anomaly(State.CLEARED)), alarms.ended());
    alarms.arrived(anomaly(State.CLEARED));
    alarms.save();
    assertEquals(List.of(), load().ended());
  }

  @Test
  void doesNotWriteAllTheTime() {
    AlarmFile alarms = load();
    alarms.note(RAISED);
    alarms.saveSometimes(0);
    alarms.note(anomaly(State.CLEARED));
    alarms.saveSometimes(AlarmFile.PAUSE.toNanos() - 1);
    assertEquals(1, load().all().size(), "too soon");
    alarms.saveSometimes(AlarmFile.PAUSE.toNanos());
    assertEquals(0, load().all().size());
  }

  @Test
  void setsADamagedFileAsideAndStartsWithoutIt() throws IOException {
    byte[] junk = {1, 2, 3};
    Files.write(file(), junk);
    AlarmFile alarms = load();
    assertEquals(List.of(), alarms.all());
    assertFalse(Files.exists(file()));
    assertArrayEquals(junk, Files.readAllBytes(directory.resolve("raised.damaged")));
    alarms.note(RAISED);
    alarms.save();
    assertEquals(1, load().all().size());
  }

  @Test
  void goesOnWhereItCannotWrite() throws IOException {
    Files.createDirectory(directory.resolve("raised.new"));
    AlarmFile alarms = load();
    alarms.note(RAISED);
    alarms.save();
    assertEquals(List.of(RAISED), alarms.all());
    Files.delete(directory.resolve("raised.new"));
    alarms.save();
    assertTrue(Files.exists(file()), "tried again");
  }

  private AlarmFile load() {
    return AlarmFile.load(file(), 0);
  }

  private Path file() {
    return directory.resolve("raised");
  }

  private static Anomaly anomaly(State state) {
    OptionalDouble none = OptionalDouble.empty();
    return new Anomaly(
        "inlet.temperature.limit.1",
        new Channel("inlet", "temperature", Quantity.TEMPERATURE),
        new Stamp(Instant.EPOCH, 0, true),
        Anomaly.Kind.LIMIT,
        state,
        1,
        Instant.EPOCH,
        OptionalDouble.of(34),
        none,
        none,
        none,
        List.of(),
        "inlet temperature is 34 °C");
  }
}
