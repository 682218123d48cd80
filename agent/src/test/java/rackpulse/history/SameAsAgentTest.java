package rackpulse.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.analysis.Detector;
import rackpulse.analysis.LimitSettings;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.Kind;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;
import rackpulse.watch.RackWatch;
import rackpulse.watch.WatchSettings;
import rackpulse.watch.Watched;

/// What is said of a recording is what the watch of an agent says that sees the same readings.
class SameAsAgentTest {
  private static final int EVERY_SECONDS = 10;
  private static final int READINGS = 3 * 8640;
  private static final Channel INLET = new Channel("inlet", "temperature", Quantity.TEMPERATURE);
  private static final ChannelDescription DESCRIBED = new ChannelDescription(INLET, -40, 125);
  private static final LimitSettings LIMIT =
      new LimitSettings(
          INLET,
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.of(27),
          OptionalDouble.of(32),
          Duration.ofSeconds(30),
          0.5);

  @TempDir private Path directory;

  /// Everything that can be wrong with one inlet, one after the other; NaN for a failed reading.
  private static double[] eventful() {
    Random random = new Random(11);
    double[] values = new double[READINGS];
    for (int i = 0; i < READINGS; i++) {
      double usual = 22 + Math.sin(2 * Math.PI * i / 8640) + 0.1 * random.nextGaussian();
      values[i] = Math.rint(100 * usual) / 100;
    }
    Arrays.fill(values, 10_000, 10_300, values[10_000]); // stuck
    values[12_000] -= 9; // spike
    Arrays.fill(values, 13_000, 13_040, Double.NaN);
    for (int i = 15_000; i < 15_700; i++) { // cooling fails and comes back
      values[i] += 0.02 * (i - 15_000);
    }
    for (int i = 15_700; i < 16_100; i++) {
      values[i] += 14 - 0.035 * (i - 15_700);
    }
    for (int i = 22_000; i < 22_200; i++) { // noise
      values[i] += 1.2 * random.nextGaussian();
    }
    return values;
  }

  @Test
  void raisesTheKindsOfTheAgentInItsWords() throws Exception {
    agrees(
        List.of(LIMIT),
        Kind.SENSOR_STUCK,
        Kind.MISSING,
        Kind.APPROACHING_LIMIT,
        Kind.LIMIT,
        Kind.NOVELTY);
  }

  @Test
  void raisesThoseOfASensorWithoutLimits() throws Exception {
    agrees(List.of(), Kind.SENSOR_STUCK, Kind.SENSOR_SPIKE, Kind.SENSOR_NOISE, Kind.MISSING);
  }

  /// @param wanted what the agent ought to say at least
  private void agrees(List<LimitSettings> limits, Kind... wanted) throws Exception {
    double[] values = eventful();
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    Set<String> texts = new TreeSet<>();
    for (Anomaly anomaly : agent(values, limits)) {
      texts.add(anomaly.text());
      kinds.add(anomaly.kind());
    }
    assertTrue(kinds.containsAll(List.of(wanted)), () -> "the agent itself only says " + kinds);
    Set<String> seen = new TreeSet<>();
    for (List<String> row : replay(values, limits)) {
      seen.add(row.get(5));
      String text = row.get(10);
      assertTrue(text.isEmpty() || texts.contains(text), () -> "no agent says: " + text);
    }
    for (Kind kind : wanted) {
      assertTrue(seen.contains(kind.id()), () -> kind + " is not in " + seen);
    }
  }

  @Test
  void blockOfARaiseShowsItsKind() throws Exception {
    double[] values = eventful();
    List<List<String>> rows = replay(values, List.of());
    for (Anomaly anomaly : agent(values, List.of())) {
      if (anomaly.kind() == Kind.SENSOR_STUCK && anomaly.since().equals(anomaly.stamp().at())) {
        int block = (int) (anomaly.since().getEpochSecond() / 300);
        assertEquals("sensor-stuck", rows.get(block).get(5));
        assertEquals("suspended", rows.get(block + 1).get(2));
        return;
      }
    }
    throw new AssertionError("the agent did not see the stuck sensor");
  }

  private static Stamp at(int reading) {
    long millis = 1000L * EVERY_SECONDS * reading;
    return new Stamp(Instant.ofEpochMilli(millis), millis * 1_000_000, true);
  }

  private static List<Anomaly> agent(double[] values, List<LimitSettings> limits) {
    List<DeviceDescription> devices =
        List.of(
            new DeviceDescription(
                "inlet",
                at(0),
                "part",
                true,
                "",
                Duration.ofSeconds(EVERY_SECONDS),
                List.of(DESCRIBED)));
    Detector detector = new Detector(devices, List.of(), limits, _ -> 1);
    Watched watched = new Watched(devices, detector.descriptions(), limits, WatchSettings.USUAL);
    RackWatch watch = new RackWatch(detector, watched, _ -> 1);
    List<Anomaly> told = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      Sample sample =
          Double.isNaN(values[i])
              ? new Gap(INLET, at(i), Cause.NO_ANSWER)
              : new Reading(INLET, at(i), values[i]);
      for (Report report : watch.observe(new Poll("inlet", at(i), 1, List.of(sample)))) {
        if (report instanceof Anomaly anomaly) {
          told.add(anomaly);
        }
      }
    }
    return told;
  }

  private List<List<String>> replay(double[] values, List<LimitSettings> limits) throws Exception {
    StringBuilder csv = new StringBuilder("t,v\n");
    for (int i = 0; i < values.length; i++) {
      String value = Double.isNaN(values[i]) ? "" : Double.toString(values[i]);
      csv.append(EVERY_SECONDS * i).append(',').append(value).append('\n');
    }
    Path file = Files.writeString(directory.resolve("recording.csv"), csv);
    Subject subject = new Subject(List.of(DESCRIBED), limits, Set.of(), Set.of());
    RecordingSettings settings = new RecordingSettings(file, "t", "v", List.of(), 300_000, subject);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Replay.run(settings, out, _ -> {}, _ -> {});
    List<List<String>> rows = new ArrayList<>();
    try (CsvReader reader = new CsvReader(new ByteArrayInputStream(out.toByteArray()))) {
      reader.next();
      while (reader.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 0; i < reader.fields(); i++) {
          row.add(reader.string(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }
}
