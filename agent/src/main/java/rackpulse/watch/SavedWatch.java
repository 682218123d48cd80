package rackpulse.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import rackpulse.analysis.Elapsed;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// What all models have learned as bytes: each channel, target and device in a section of its own,
/// so that what has left the configuration is passed over and what has changed learns anew.
final class SavedWatch {
  private static final String SECTION = "rack-watch";
  private static final long CONSTANTS = StateWriter.hash(1);
  private static final int MOST_SECTIONS = 100_000;

  private final Map<String, RackWatch.DeviceWatch> devices;
  private final Watched watched;
  private final RackWatch.Progress progress;

  SavedWatch(
      Map<String, RackWatch.DeviceWatch> devices, Watched watched, RackWatch.Progress progress) {
    this.devices = devices;
    this.watched = watched;
    this.progress = progress;
  }

  byte[] bytes() {
    StateWriter writer = new StateWriter();
    int section = writer.open(SECTION, CONSTANTS);
    writer.number(progress.block);
    writer.number(devices.size());
    devices.forEach((name, device) -> {
      writer.text(name);
      device.elapsed.save(writer);
    });
    writer.number(watched.channels().size());
    for (ChannelWatch channel : watched.channels()) {
      writer.text(channel.channel().path());
      channel.save(writer);
    }
    writer.number(watched.targets().size());
    for (TargetWatch target : watched.targets()) {
      writer.text(target.target().path());
      target.save(writer);
    }
    ObjectiveWatch objective = watched.objective();
    writer.number(objective == null ? 0 : 1);
    if (objective != null) {
      writer.text(ObjectiveWatch.DEVICE);
      objective.save(writer);
    }
    writer.close(section);
    return writer.toBytes();
  }

  /// @return what learns anew
  List<String> restore(byte[] bytes) throws UnusableState {
    StateReader reader = new StateReader(bytes);
    int section = reader.open(SECTION, CONSTANTS);
    long block = reader.number();
    List<String> anew = new ArrayList<>();
    each(
        reader,
        anew,
        devices,
        device ->
            from -> {
              Elapsed restored = new Elapsed();
              restored.restore(from);
              device.elapsed = restored;
            });
    each(
        reader,
        anew,
        watched.channels().stream()
            .collect(Collectors.toMap(each -> each.channel().path(), Function.identity())),
        channel -> channel::restore);
    each(
        reader,
        anew,
        watched.targets().stream()
            .collect(Collectors.toMap(each -> each.target().path(), Function.identity())),
        target -> target::restore);
    ObjectiveWatch objective = watched.objective();
    each(
        reader,
        anew,
        objective == null ? Map.of() : Map.of(ObjectiveWatch.DEVICE, objective),
        each -> each::restore);
    reader.close(section);
    progress.block = block;
    return anew;
  }

  private interface Restoring {
    void restore(StateReader reader) throws UnusableState;
  }

  private static <T> void each(
      StateReader reader, List<String> anew, Map<String, T> known, Function<T, Restoring> restoring)
      throws UnusableState {
    int count = reader.count(MOST_SECTIONS);
    for (int i = 0; i < count; i++) {
      String name = reader.text();
      T present = known.get(name);
      int end = reader.peekEnd();
      if (present != null) {
        try {
          restoring.apply(present).restore(reader);
        } catch (UnusableState e) {
          anew.add(name + ": " + e.getMessage());
        }
      }
      reader.skip(end);
    }
  }
}
