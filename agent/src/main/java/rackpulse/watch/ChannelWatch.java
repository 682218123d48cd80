package rackpulse.watch;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rackpulse.analysis.BlockMean;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Health.ModelHealth;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// All that is watched about one channel by itself, in the order in which it matters: nothing
/// learns from a sensor that has failed.
final class ChannelWatch {
  private static final String SECTION = "channel";

  private final Channel channel;
  private final long everyMillis;
  private final long blockMillis;
  private final Latest latest;
  private final Parts parts;
  private BlockMean block;

  /// What there is to watch; each may be absent.
  record Parts(
      Optional<SensorWatch> sensor,
      Optional<PastWatch> past,
      Optional<ForecastWatch> forecast,
      Optional<ApproachWatch> approach) {}

  /// @param everyMillis between readings
  /// @param blockMillis length of the blocks that are averaged; 0 where each reading is one
  /// @param latest where others see the channel
  ChannelWatch(Channel channel, long everyMillis, long blockMillis, Latest latest, Parts parts) {
    this.channel = channel;
    this.everyMillis = everyMillis;
    this.blockMillis = blockMillis;
    this.latest = latest;
    this.parts = parts;
    block = new BlockMean(blockMillis, everyMillis);
  }

  Channel channel() {
    return channel;
  }

  /// Takes one sample.
  ///
  /// @param stepNanos since the poll before
  /// @param tellsMissing whether a missing value is to be told of this channel
  /// @return whether it ended a block
  boolean observe(Sample sample, long stepNanos, boolean tellsMissing, List<Report> reports) {
    Stamp stamp = sample.stamp();
    SensorWatch sensor = parts.sensor.orElse(null);
    double raw =
        switch (sample) {
          case Reading reading -> reading.value();
          case Gap _ -> Double.NaN;
        };
    boolean isRunning = false;
    ApproachWatch approach = parts.approach.orElse(null);
    if (approach != null) {
      boolean isErratic = sensor != null && sensor.isErratic() && !approach.isRaised();
      boolean isBlind = isErratic || (sensor != null && !sensor.isPossible(raw));
      approach.observe(stamp, stepNanos, isBlind ? Double.NaN : raw, reports);
      isRunning = approach.isRaised();
    }
    if (sensor != null) {
      sensor.observe(sample, isRunning, tellsMissing, reports);
      latest.isFaulty = sensor.isFaulty();
    }
    PastWatch past = parts.past.orElse(null);
    ForecastWatch forecast = parts.forecast.orElse(null);
    double value = latest.isFaulty ? Double.NaN : raw;
    latest.value = value;
    boolean isBlock = block.observe(stamp.at().toEpochMilli(), stepNanos, value);
    if (isBlock) {
      latest.block(block.startMillis(), block.mean());
      if (past != null) {
        past.observe(stamp, block, reports);
      }
      if (forecast != null) {
        forecast.observe(block);
      }
    }
    if (!isBlock && blockMillis == 0) {
      latest.block(stamp.at().toEpochMilli(), Double.NaN); // of a row with the time of that before
    }
    latest.isUnusual = isRunning || (past != null && past.isRaised());
    return isBlock;
  }

  /// What its own past says of the block that ended; null where it has none.
  ///
  /// @param reports of the observation that ended it
  RackWatch.@Nullable Opinion opinion(List<Report> reports) {
    PastWatch past = parts.past.orElse(null);
    if (past == null) {
      return null;
    }
    Anomaly told = null;
    for (Report report : reports) {
      boolean isOwn =
          report instanceof Anomaly anomaly
              && anomaly.kind() == Anomaly.Kind.NOVELTY
              && anomaly.channel().equals(channel);
      told = isOwn ? (Anomaly) report : told;
    }
    return past.opinion(block, state(past.progress()), told);
  }

  /// Learns anew. Limits and what runs towards them were not learned.
  ///
  /// @return whether anything was
  boolean forget(Stamp stamp, List<Report> reports) {
    parts.sensor.ifPresent(SensorWatch::forget);
    parts.past.ifPresent(past -> past.forget(stamp, reports));
    parts.forecast.ifPresent(ForecastWatch::forget);
    latest.isFaulty = false;
    return parts.sensor.isPresent() || parts.past.isPresent() || parts.forecast.isPresent();
  }

  /// Adds what is forecast of the channel.
  void forecasts(long wallMillis, List<Poll.Forecast> into) {
    ForecastWatch forecast = parts.forecast.orElse(null);
    if (forecast != null && !latest.isFaulty) {
      into.addAll(forecast.present(wallMillis));
    }
  }

  boolean hasForecast() {
    return parts.forecast.isPresent();
  }

  void episodes(List<Episode> into) {
    parts.sensor.ifPresent(sensor -> sensor.episodes(into));
    parts.past.ifPresent(past -> into.add(past.episode()));
    parts.approach.ifPresent(approach -> into.add(approach.episode()));
  }

  void health(Consumer<ModelHealth> into) {
    String why = latest.isFaulty ? "its sensor has a fault" : "";
    parts.past.ifPresent(past ->
        into.accept(
            new ModelHealth(
                channel.path(),
                "past",
                state(past.progress()),
                past.progress(),
                why.isEmpty() && past.progress() >= 1 && !past.isConfident()
                    ? "only what is clearly unusual is told in the first two days"
                    : why)));
    parts.forecast.ifPresent(forecast ->
        into.accept(
            new ModelHealth(
                channel.path(),
                "forecast",
                state(forecast.progress()),
                forecast.progress(),
                why.isEmpty() ? forecast.note() : why)));
  }

  private String state(double progress) {
    if (latest.isFaulty) {
      return "suspended";
    }
    return progress < 1 ? "learning" : "ready";
  }

  void save(StateWriter writer) {
    int section = writer.open(SECTION, constants());
    latest.save(writer);
    block.save(writer);
    parts.sensor.ifPresent(sensor -> sensor.save(writer));
    parts.past.ifPresent(past -> past.save(writer));
    parts.forecast.ifPresent(forecast -> forecast.save(writer));
    parts.approach.ifPresent(approach -> approach.save(writer));
    writer.close(section);
  }

  /// Goes on where the saved one stopped. What comes before a part that is refused goes on as well:
  /// each part is whole, or learns anew.
  void restore(StateReader reader) throws UnusableState {
    int section = reader.open(SECTION, constants());
    try {
      latest.restore(reader);
      BlockMean restored = new BlockMean(blockMillis, everyMillis);
      restored.restore(reader);
      block = restored;
      if (parts.sensor.isPresent()) {
        parts.sensor.get().restore(reader);
      }
      if (parts.past.isPresent()) {
        parts.past.get().restore(reader);
      }
      if (parts.forecast.isPresent()) {
        parts.forecast.get().restore(reader);
      }
      if (parts.approach.isPresent()) {
        parts.approach.get().restore(reader);
      }
      reader.close(section);
    } finally {
      reader.skip(section);
    }
  }

  private long constants() {
    return StateWriter.hash(
        3,
        (double) everyMillis,
        parts.sensor.isPresent() ? 1 : 0,
        parts.past.isPresent() ? 1 : 0,
        parts.forecast.isPresent() ? 1 : 0,
        parts.approach.isPresent() ? 1 : 0);
  }
}
