package rackpulse.analysis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// Watches the plain limits of one channel. There is one anomaly at a time: it escalates from warn
/// to alarm and back, and is over when the value is within all limits.
///
/// A gap neither raises nor clears, and the time it lasts counts for no delay.
final class LimitWatch {
  static final double WARN_SEVERITY = 0.5;
  static final double ALARM_SEVERITY = 1.0;

  /// A raised anomaly is told again with its present value not more often than this.
  static final Duration UPDATE_EVERY = Duration.ofMinutes(1);

  private final LimitSettings settings;

  /// Alarm levels first: the first that is raised is the one to tell.
  private final List<Level> levels = new ArrayList<>();

  private @Nullable Stamp previous;
  private @Nullable Raised raised;

  /// What was told last of an anomaly that is not over.
  ///
  /// @param began when it was raised; on a clock not yet synchronised the date is corrected later
  private record Raised(String id, Stamp began, Level level, long toldNanos) {}

  LimitWatch(LimitSettings settings) {
    this.settings = settings;
    settings.alarmHigh().ifPresent(limit -> levels.add(new Level(true, true, limit)));
    settings.alarmLow().ifPresent(limit -> levels.add(new Level(true, false, limit)));
    settings.warnHigh().ifPresent(limit -> levels.add(new Level(false, true, limit)));
    settings.warnLow().ifPresent(limit -> levels.add(new Level(false, false, limit)));
  }

  Channel channel() {
    return settings.channel();
  }

  LimitSettings settings() {
    return settings;
  }

  /// Goes on with an anomaly that was raised before a restart. It is told again with the next
  /// reading, or cleared once readings have been inside the limits for the delay.
  void restore(Anomaly told) {
    boolean isAlarm = told.severity() >= ALARM_SEVERITY;
    double observed = told.observed().orElse(0);
    Level worst =
        levels.stream()
            .min(
                Comparator.<Level, Boolean>comparing(level -> level.alarm != isAlarm)
                    .thenComparingDouble(level -> level.margin(observed)))
            .orElseThrow();
    for (Level level : levels) {
      level.raised = level.high == worst.high && (worst.alarm || !level.alarm);
    }
    Stamp began = new Stamp(told.since(), told.stamp().monotonicNanos(), true);
    long longAgoNanos = told.stamp().monotonicNanos() - UPDATE_EVERY.toNanos();
    raised = new Raised(told.id(), began, worst, longAgoNanos);
  }

  /// @return what there is to tell, if anything
  @Nullable Anomaly observe(Sample sample) {
    return switch (sample) {
      case Gap _ -> {
        previous = null;
        yield null;
      }
      case Reading reading -> observe(reading);
    };
  }

  private @Nullable Anomaly observe(Reading reading) {
    Stamp stamp = reading.stamp();
    long stepNanos =
        previous == null ? 0 : Math.max(0, stamp.monotonicNanos() - previous.monotonicNanos());
    previous = stamp;
    Level worst = null;
    for (Level level : levels) {
      level.observe(reading.value(), stepNanos);
      if (level.raised && worst == null) {
        worst = level;
      }
    }
    Raised told = raised;
    if (worst == null) {
      raised = null;
      return told == null ? null : anomaly(reading, told, Anomaly.State.CLEARED);
    }
    if (told != null
        && told.level == worst
        && stamp.monotonicNanos() - told.toldNanos < UPDATE_EVERY.toNanos()) {
      return null;
    }
    String id = told == null ? channel().path() + ".limit." + stamp.at().toEpochMilli() : told.id;
    Stamp began = told == null ? stamp : told.began;
    raised = new Raised(id, began, worst, stamp.monotonicNanos());
    return anomaly(reading, raised, Anomaly.State.RAISED);
  }

  private Anomaly anomaly(Reading reading, Raised told, Anomaly.State state) {
    return new Anomaly(
        told.id,
        channel(),
        reading.stamp(),
        Anomaly.Kind.LIMIT,
        state,
        told.level.alarm ? ALARM_SEVERITY : WARN_SEVERITY,
        told.began.datedBy(reading.stamp()).at(),
        OptionalDouble.of(reading.value()),
        OptionalDouble.empty(),
        settings.warnLow().isPresent() ? settings.warnLow() : settings.alarmLow(),
        settings.warnHigh().isPresent() ? settings.warnHigh() : settings.alarmHigh(),
        List.of(),
        text(reading, told.level, state));
  }

  private String text(Reading reading, Level level, Anomaly.State state) {
    String is =
        channel().device()
            + " "
            + channel().name()
            + " is "
            + Wording.value(reading.value(), channel().quantity());
    if (state == Anomaly.State.CLEARED) {
      return is + ", back within its limits";
    }
    String limit =
        (level.alarm ? "the alarm limit " : "the warning limit ")
            + Wording.value(level.limit, channel().quantity());
    if (level.beyondNanos < 0) {
      return is + ", not yet clear of " + limit;
    }
    String lasting =
        level.beyondNanos < Duration.ofSeconds(1).toNanos()
            ? ""
            : " for " + Wording.duration(level.beyondNanos);
    return is + (level.high ? ", above " : ", below ") + limit + lasting;
  }

  /// One limit and for how long it has been passed, or kept again.
  private final class Level {
    final boolean alarm;
    final boolean high;
    final double limit;
    boolean raised;

    /// How long readings have been beyond the limit; negative while they are not.
    long beyondNanos = -1;

    /// How long readings have been inside the limit by the hysteresis; negative while they are not.
    private long insideNanos = -1;

    Level(boolean alarm, boolean high, double limit) {
      this.alarm = alarm;
      this.high = high;
      this.limit = limit;
    }

    /// How far inside the limit `value` is; negative beyond.
    double margin(double value) {
      return high ? limit - value : value - limit;
    }

    void observe(double value, long stepNanos) {
      double margin = margin(value);
      beyondNanos = extended(beyondNanos, margin < 0, stepNanos);
      insideNanos = extended(insideNanos, margin >= settings.hysteresis(), stepNanos);
      long longEnoughNanos = settings.delay().toNanos();
      if (!raised && beyondNanos >= longEnoughNanos) {
        raised = true;
      } else if (raised && insideNanos >= longEnoughNanos) {
        raised = false;
      }
    }

    private static long extended(long lastedNanos, boolean lasts, long stepNanos) {
      if (!lasts) {
        return -1;
      }
      return lastedNanos < 0 ? 0 : lastedNanos + stepNanos;
    }
  }
}
