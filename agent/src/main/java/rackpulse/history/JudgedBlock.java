package rackpulse.history;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.Kind;
import rackpulse.watch.RackWatch.Opinion;

/// One block of a recording, or one row of it as it is, and what was said of it.
final class JudgedBlock {
  private final long startMillis;
  private double sum;
  private long count;
  private double companionSum;
  private long companionCount;
  private @Nullable Opinion past;
  private @Nullable Opinion rack;

  /// What is raised in the block, as it was told last.
  private final Map<Kind, Anomaly> raised = new EnumMap<>(Kind.class);

  /// What was over in it.
  private @Nullable Anomaly ended;

  /// @param standing what was raised before
  JudgedBlock(long startMillis, Map<Kind, Anomaly> standing) {
    this.startMillis = startMillis;
    raised.putAll(standing);
  }

  /// Takes a row; NaN where it has no such value.
  void add(double value, double companion) {
    if (!Double.isNaN(value)) {
      sum += value;
      count++;
    }
    if (!Double.isNaN(companion)) {
      companionSum += companion;
      companionCount++;
    }
  }

  void past(Opinion opinion) {
    past = opinion;
  }

  void rack(Opinion opinion) {
    rack = opinion;
  }

  void told(Anomaly anomaly) {
    if (anomaly.state() == Anomaly.State.RAISED) {
      raised.put(anomaly.kind(), anomaly);
    } else {
      ended = anomaly;
    }
  }

  long startMillis() {
    return startMillis;
  }

  /// The mean of the rows; NaN where none has a value.
  double value() {
    return count == 0 ? Double.NaN : sum / count;
  }

  /// The mean of the first input; NaN where no row has it.
  double companion() {
    return companionCount == 0 ? Double.NaN : companionSum / companionCount;
  }

  /// What the channel's own past says; null where there were too few readings to be trusted.
  @Nullable Opinion past() {
    return past;
  }

  /// That of the model that is furthest behind.
  ///
  /// @param before what it was in the block before
  String state(String before) {
    if (past == null) {
      boolean isFaulty = raised.keySet().stream().anyMatch(JudgedBlock::isOfSensor);
      return isFaulty ? "suspended" : before;
    }
    String own = past.state();
    return rack == null || own.equals("learning") || rack.state().equals("ready")
        ? own
        : rack.state();
  }

  private static boolean isOfSensor(Kind kind) {
    return switch (kind) {
      case RACK_MODEL, NOVELTY, APPROACHING_LIMIT, LIMIT -> false;
      case SENSOR_STUCK, SENSOR_SPIKE, SENSOR_NOISE, SENSOR_BIAS, SENSOR_DRIFT, MISSING -> true;
    };
  }

  /// The score of a novelty less its threshold, plus one; 0 when there is none.
  double alarm() {
    return past == null ? 0 : past.score();
  }

  /// All that is raised.
  Collection<Anomaly> raised() {
    return raised.values();
  }

  /// The most severe of what is raised.
  @Nullable Anomaly worst() {
    Anomaly worst = null;
    for (Anomaly anomaly : raised.values()) {
      worst = worst == null || anomaly.severity() > worst.severity() ? anomaly : worst;
    }
    return worst;
  }

  /// What was over in the block.
  @Nullable Anomaly ended() {
    return ended;
  }

  /// Who says what is expected: the rest of the rack where it explains the block and novelty is not
  /// the worst of it, else its own past.
  @Nullable Opinion basis() {
    Anomaly worst = worst();
    boolean isExplained = rack != null && !Double.isNaN(rack.expected());
    boolean isNovel = worst != null && worst.kind() == Kind.NOVELTY;
    return isExplained && !(isNovel && past != null) ? rack : past;
  }
}
