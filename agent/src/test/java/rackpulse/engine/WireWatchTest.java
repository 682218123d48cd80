package rackpulse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;
import rackpulse.telemetry.Health.DeviceHealth;

class WireWatchTest {
  private final WireCounters counters = new WireCounters();

  private List<DeviceSession> sessions(int count) {
    List<DeviceSession> sessions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sessions.add(
          new DeviceSession(
              FakeBus.device("d" + i, "main", 1),
              new AtomicLong(),
              BusWorkerTest.limits(0.05, Duration.ofSeconds(60)),
              _ -> {}));
    }
    return sessions;
  }

  @Test
  void givesEachEventToTheDeviceThatWasAsked() {
    List<DeviceSession> devices = sessions(3);
    WireWatch watch = new WireWatch(FakeBus.settings("main"), counters, devices);
    counters.count(WireEvent.SILENCE);
    watch.asked(devices.get(0).subject(), new BusException.NoAnswer("none"), true);
    counters.count(WireEvent.LATE_ANSWER); // that of the device before
    counters.count(WireEvent.ECHO);
    watch.asked(devices.get(1).subject(), null, false);
    watch.asked(devices.get(2).subject(), null, false);
    assertEquals(Map.of("silence", 1L, "late-answer", 1L), told(watch, "d0").errors());
    assertEquals(Map.of("echo", 1L), told(watch, "d1").errors());
    assertEquals(2, watch.troubled().size());
    assertEquals(Map.of("echo", 1L, "late-answer", 1L, "silence", 1L), watch.errors());
  }

  @Test
  void countsWhatOnlyADriverSees() {
    List<DeviceSession> devices = sessions(1);
    WireWatch watch = new WireWatch(FakeBus.settings("main"), counters, devices);
    counters.count(WireEvent.RETRIED);
    watch.asked(devices.getFirst().subject(), new BusException.Corrupt("CRC", new byte[1]), true);
    watch.asked(
        devices.getFirst().subject(), new BusException.WrongSender("part", new byte[1]), true);
    counters.count(WireEvent.FRAMING);
    watch.asked(devices.getFirst().subject(), new BusException.Corrupt("cut", new byte[1]), true);
    assertEquals(Map.of("retried", 1L, "crc", 1L, "wrong-part", 1L, "framing", 1L), watch.errors());
  }

  @Test
  void aReportHasABoundedSizeAndBeginsWithTheWorst() {
    List<DeviceSession> devices = sessions(40);
    WireWatch watch = new WireWatch(FakeBus.settings("main"), counters, devices);
    for (int poll = 0; poll < 3; poll++) {
      for (int i = 0; i < devices.size(); i++) {
        boolean fails = i == 33;
        counters.add(fails ? WireEvent.SILENCE : WireEvent.STRAY_BYTES, fails ? 1 : i + 1);
        watch.asked(
            devices.get(i).subject(), fails ? new BusException.NoAnswer("none") : null, fails);
      }
    }
    List<DeviceHealth> troubled = watch.troubled();
    assertEquals(WireWatch.MAX_TOLD, troubled.size());
    assertEquals("d33", troubled.get(0).name());
    assertEquals("d39", troubled.get(1).name());
    assertTrue(watch.verdict("").startsWith("no answer from unit 1; others"), watch.verdict(""));
  }

  private static DeviceHealth told(WireWatch watch, String name) {
    return watch.troubled().stream()
        .filter(device -> device.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
