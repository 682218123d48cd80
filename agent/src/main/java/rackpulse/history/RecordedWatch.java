package rackpulse.history;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rackpulse.analysis.BlockMean;
import rackpulse.analysis.Detector;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.Kind;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;
import rackpulse.watch.RackWatch;
import rackpulse.watch.RackWatch.Opinion;
import rackpulse.watch.WatchSettings;
import rackpulse.watch.Watched;

/// A recording before the eyes of the watch of a running agent: each row becomes the polls that it
/// was, each block is given back with all that was said of it.
final class RecordedWatch implements Closeable {
  /// After so many intervals without a row there is a poll without a value, as there would have
  /// been, so that what is missing is told.
  private static final int HOLE_INTERVALS = 3;

  /// Blocks that wait to be judged; the rack is judged less than two blocks late.
  private static final int MOST_WAITING = 8;

  private static final long NANOS_PER_MILLI = 1_000_000;

  /// No device can have this name, so that a poll of it only says how late it is.
  private static final String NOBODY = "rack-model";

  private final Rows rows;
  private final long blockMillis;
  private final Channel value;
  private final boolean hasRack;
  private final List<Device> devices = new ArrayList<>();
  private final Channel[] channels;
  private final long[] polledMillis;
  private final RackWatch watch;

  // what is raised, by what raises it
  private final Map<Kind, Anomaly> ofReadings = new EnumMap<>(Kind.class);
  private final Map<Kind, Anomaly> ofBlocks = new EnumMap<>(Kind.class);
  private final Deque<JudgedBlock> waiting = new ArrayDeque<>();
  private long count;
  private long lastMillis;
  private boolean isOver;

  /// Starts of the last blocks of which past and rack will say nothing more.
  private long pastMillis = Long.MIN_VALUE;

  private long rackMillis = Long.MIN_VALUE;

  /// The columns that one device had.
  private record Device(String name, List<Integer> columns) {}

  /// @param problems takes a line for each row that cannot be used
  RecordedWatch(RecordingSettings settings, Consumer<String> problems)
      throws IOException, UnusableRecording {
    blockMillis = settings.periodMillis();
    Subject subject = settings.subject();
    value = subject.value();
    rows = new Rows(settings, blockMillis > 0, problems);
    hasRack = rows.width() > 1;
    polledMillis = new long[rows.width()];
    channels = new Channel[rows.width()];
    watch = watch(subject);
    watch.show(new Eyes());
  }

  private RackWatch watch(Subject subject) {
    Map<String, List<Integer>> byDevice = new LinkedHashMap<>();
    for (int i = 0; i < channels.length; i++) {
      channels[i] = subject.channels().get(i).channel();
      byDevice.computeIfAbsent(channels[i].device(), _ -> new ArrayList<>()).add(i);
    }
    List<DeviceDescription> descriptions = new ArrayList<>();
    byDevice.forEach((name, columns) -> {
      devices.add(new Device(name, columns));
      descriptions.add(description(subject, name, columns));
    });
    // what explains the value is polled first, so that it is known when the value comes
    devices.add(devices.removeFirst());
    List<WatchSettings.Target> targets =
        hasRack
            ? List.of(
                new WatchSettings.Target(value, List.of(channels).subList(1, channels.length)))
            : List.of();
    WatchSettings wanted =
        new WatchSettings(
            targets, List.of(), List.of(), List.of(), subject.inlets(), subject.outlets());
    Detector detector = new Detector(descriptions, List.of(), subject.limits(), _ -> 1);
    Watched watched =
        new Watched(
            descriptions,
            detector.descriptions(),
            subject.limits(),
            wanted,
            new Watched.Pace(blockMillis, true));
    return new RackWatch(detector, watched, _ -> 1);
  }

  private DeviceDescription description(Subject subject, String name, List<Integer> columns) {
    long everyMillis =
        blockMillis == 0 ? BlockMean.BLOCK_MILLIS : rows.everyMillis(columns.getFirst());
    List<ChannelDescription> described = columns.stream().map(subject.channels()::get).toList();
    Stamp stamp = new Stamp(Instant.EPOCH, 0, true);
    return new DeviceDescription(
        name, stamp, "", true, "", Duration.ofMillis(everyMillis), described);
  }

  /// The next block, or the next row as it is.
  ///
  /// @return null at the end
  @Nullable JudgedBlock next() throws IOException {
    while (waiting.isEmpty() || !isJudged(waiting.getFirst())) {
      if (isOver) {
        return waiting.poll();
      }
      if (rows.next()) {
        take();
      } else {
        isOver = true;
        end();
      }
    }
    return waiting.removeFirst();
  }

  private boolean isJudged(JudgedBlock block) {
    if (blockMillis == 0) {
      return true;
    }
    long start = block.startMillis();
    return start <= pastMillis && (!hasRack || start <= rackMillis)
        || waiting.size() > MOST_WAITING;
  }

  private void take() {
    long millis = rows.millis();
    long start = blockMillis == 0 ? millis : Math.floorDiv(millis, blockMillis) * blockMillis;
    if (blockMillis == 0 || waiting.isEmpty() || waiting.getLast().startMillis() != start) {
      waiting.add(new JudgedBlock(start, ofReadings));
    }
    JudgedBlock block = waiting.getLast();
    block.add(rows.value(0), hasRack ? rows.value(1) : Double.NaN);
    fillHole(millis, block);
    for (Device device : devices) {
      poll(device, millis, block);
    }
    if (blockMillis == 0) {
      watch.judge(stamp(millis));
    }
    count++;
    lastMillis = millis;
  }

  private void fillHole(long millis, JudgedBlock block) {
    long holeMillis = HOLE_INTERVALS * rows.everyMillis(0);
    if (blockMillis > 0 && count > 0 && millis - lastMillis > holeMillis) {
      for (Device device : devices) {
        told(watch.observe(absence(device, lastMillis + holeMillis)), block);
      }
    }
  }

  private Poll absence(Device device, long millis) {
    Stamp stamp = stamp(millis);
    List<Sample> samples = new ArrayList<>(device.columns.size());
    for (int column : device.columns) {
      samples.add(new Gap(channels[column], stamp, Cause.NO_ANSWER));
    }
    return new Poll(device.name, stamp, 1, samples);
  }

  private void poll(Device device, long millis, JudgedBlock block) {
    Stamp stamp = stamp(millis);
    List<Sample> samples = new ArrayList<>(device.columns.size());
    for (int column : device.columns) {
      double read = rows.value(column);
      // where columns were recorded at paces of their own, an empty cell is no failed reading
      if (!Double.isNaN(read)) {
        samples.add(new Reading(channels[column], stamp, read));
        polledMillis[column] = millis;
      } else if (blockMillis == 0 || isDue(column, millis)) {
        samples.add(new Gap(channels[column], stamp, Cause.NO_ANSWER));
        polledMillis[column] = millis;
      }
    }
    if (samples.isEmpty()) {
      return;
    }
    told(watch.observe(new Poll(device.name, stamp, 1, samples)), block);
    if (device.columns.getFirst() == 0 && polledMillis[0] == millis) {
      pastMillis = block.startMillis() - 1;
    }
  }

  private boolean isDue(int column, long millis) {
    return 4 * (millis - polledMillis[column]) >= 3 * rows.everyMillis(column);
  }

  private void told(List<Report> reports, JudgedBlock block) {
    for (Report report : reports) {
      // what is said of whole blocks comes with them
      if (report instanceof Anomaly anomaly
          && anomaly.kind() != Kind.NOVELTY
          && anomaly.kind() != Kind.RACK_MODEL
          && anomaly.channel().equals(value)) {
        block.told(anomaly);
        stand(anomaly, ofReadings);
      }
    }
  }

  private static void stand(Anomaly anomaly, Map<Kind, Anomaly> raised) {
    if (anomaly.state() == Anomaly.State.RAISED) {
      raised.put(anomaly.kind(), anomaly);
    } else {
      raised.remove(anomaly.kind());
    }
  }

  /// Lets the time pass that the last block needs to be judged.
  private void end() {
    if (blockMillis == 0 || waiting.isEmpty()) {
      return;
    }
    long endMillis = waiting.getLast().startMillis() + blockMillis;
    devices.forEach(device -> watch.observe(absence(device, endMillis)));
    watch.observe(new Poll(NOBODY, stamp(endMillis + blockMillis), 1, List.of()));
  }

  private Stamp stamp(long millis) {
    // rows as they are may stand in any order: each is one block after the other
    long monotonicMillis = blockMillis == 0 ? count * BlockMean.BLOCK_MILLIS : millis;
    return new Stamp(Instant.ofEpochMilli(millis), monotonicMillis * NANOS_PER_MILLI, true);
  }

  /// Finds the block of each opinion.
  private final class Eyes implements RackWatch.Onlooker {
    @Override
    public void past(Channel channel, Opinion opinion) {
      if (channel.equals(value)) {
        JudgedBlock block = judged(opinion, Kind.NOVELTY);
        if (block != null) {
          block.past(opinion);
        }
      }
    }

    @Override
    public void rack(Channel target, Opinion opinion) {
      rackMillis = opinion.startMillis();
      JudgedBlock block = judged(opinion, Kind.RACK_MODEL);
      if (block != null) {
        block.rack(opinion);
      }
    }

    private @Nullable JudgedBlock judged(Opinion opinion, Kind kind) {
      Anomaly told = opinion.told();
      if (told != null) {
        stand(told, ofBlocks);
      }
      Anomaly lasting = told == null ? ofBlocks.get(kind) : told;
      for (JudgedBlock block : waiting) {
        if (block.startMillis() == opinion.startMillis()) {
          if (lasting != null) {
            block.told(lasting);
          }
          return block;
        }
      }
      return null;
    }
  }

  /// How far apart values usually are.
  long everyMillis() {
    return rows.everyMillis(0);
  }

  /// The file as it is.
  Recording recording() {
    return rows.recording();
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
