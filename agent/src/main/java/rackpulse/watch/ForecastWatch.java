package rackpulse.watch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rackpulse.analysis.BlockMean;
import rackpulse.model.Forecast;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Poll;

/// Forecasts one channel.
final class ForecastWatch {
  private static final int BLOCK_MINUTES = 5;

  /// What was forecast from a block older than this is no forecast any more.
  private static final long STALE_MILLIS = 3 * BlockMean.BLOCK_MILLIS;

  private final Channel channel;
  private final List<Integer> horizons;
  private final @Nullable Latest companion;
  private Forecast model;
  private List<Poll.Forecast> present = List.of();
  private long presentMillis;

  /// @param horizons minutes, each a multiple of 5
  /// @param companion another channel that helps, null for none
  ForecastWatch(Channel channel, List<Integer> horizons, @Nullable Latest companion) {
    this.channel = channel;
    this.companion = companion;
    this.horizons = List.copyOf(horizons);
    model = fresh();
  }

  /// A block is known at its end, and its forecasts are told until the next one ends: what lies a
  /// quarter of an hour after those readings is not three blocks after it, but four.
  private Forecast fresh() {
    int[] steps = horizons.stream().mapToInt(minutes -> 1 + minutes / BLOCK_MINUTES).toArray();
    return new Forecast(BlockMean.BLOCK_MILLIS, companion != null, steps);
  }

  /// Takes a whole block.
  void observe(BlockMean block) {
    model.observe(block.startMillis(), block.intervals(), block.mean(), beside(block));
    presentMillis = block.startMillis();
    List<Poll.Forecast> forecasts = new ArrayList<>(horizons.size());
    for (int i = 0; i < horizons.size(); i++) {
      double value = model.value(i);
      double half = model.halfBand(i);
      if (model.isReady(i) && Double.isFinite(value) && Double.isFinite(half)) {
        forecasts.add(
            new Poll.Forecast(channel.name(), horizons.get(i), value, value - half, value + half));
      }
    }
    present = forecasts;
  }

  /// The companion's mean over the block, or over that before where it has not ended its own yet,
  /// as one that is polled later has not.
  private double beside(BlockMean block) {
    if (companion == null) {
      return Double.NaN;
    }
    double present = companion.meanOf(block.startMillis());
    return Double.isNaN(present)
        ? companion.meanOf(block.startMillis() - BlockMean.BLOCK_MILLIS)
        : present;
  }

  /// Learns anew.
  void forget() {
    model = fresh();
    present = List.of();
  }

  /// What is forecast now; nothing where the last block is long ago.
  List<Poll.Forecast> present(long wallMillis) {
    return Math.abs(wallMillis - presentMillis) <= STALE_MILLIS ? present : List.of();
  }

  /// Share of the horizons of which something can be told, 0 to 1.
  double progress() {
    int ready = 0;
    for (int i = 0; i < horizons.size(); i++) {
      ready += model.isReady(i) ? 1 : 0;
    }
    return (double) ready / horizons.size();
  }

  /// How much better than saying that nothing changes: a bare error says nothing.
  String note() {
    StringBuilder note = new StringBuilder();
    for (int i = 0; i < horizons.size(); i++) {
      if (model.isReady(i)) {
        note.append(note.isEmpty() ? "squared error " : ", ")
            .append(Math.rint(100 * model.ratioToPersistence(i)) / 100)
            .append(" of persistence at ")
            .append(horizons.get(i))
            .append(" min");
      }
    }
    return note.toString();
  }

  void save(StateWriter writer) {
    model.save(writer);
  }

  void restore(StateReader reader) throws UnusableState {
    Forecast restored = fresh();
    restored.restore(reader);
    model = restored;
  }
}
