package rackpulse.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import rackpulse.analysis.LimitSettings;
import rackpulse.analysis.Wording;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.Outlook;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;
import rackpulse.trend.TimeToThreshold;
import rackpulse.trend.Trend;

/// Warns while a channel runs towards one of its limits, before it has passed it.
final class ApproachWatch {
  /// Readings in a row that no line sees reaching a limit, after which a warning is over.
  private static final int QUIET_READINGS = 12;

  /// The same where it is seen to come to rest before.
  private static final int SETTLED_READINGS = 3;

  private static final double WARN_SEVERITY = 0.6;
  private static final double ALARM_SEVERITY = 0.9;

  private final Channel channel;
  private final LimitSettings settings;
  private final Trend.Settings readings;
  private final Episode episode;
  private Trend trend;

  /// Alarm limits first: of several the first is told.
  private final List<Approach> approaches = new ArrayList<>();

  private int quiet;

  private static final class Approach {
    final double limit;
    final boolean isFalling;
    final boolean isAlarm;
    TimeToThreshold model;

    Approach(Trend trend, double limit, boolean isFalling, boolean isAlarm) {
      this.limit = limit;
      this.isFalling = isFalling;
      this.isAlarm = isAlarm;
      model = model(trend);
    }

    TimeToThreshold model(Trend trend) {
      return new TimeToThreshold(trend, limit, isFalling);
    }

    boolean isInside(double value) {
      return isFalling ? value > limit : value < limit;
    }
  }

  /// @param everyNanos between readings
  ApproachWatch(LimitSettings settings, long everyNanos) {
    channel = settings.channel();
    this.settings = settings;
    Traits traits = Traits.of(channel.quantity());
    readings = new Trend.Settings(everyNanos, traits.resolution(), traits.usualRange());
    trend = new Trend(readings);
    episode = new Episode(channel, Anomaly.Kind.APPROACHING_LIMIT, 1);
    add(settings.alarmHigh(), false, true);
    add(settings.alarmLow(), true, true);
    add(settings.warnHigh(), false, false);
    add(settings.warnLow(), true, false);
  }

  private void add(OptionalDouble limit, boolean isFalling, boolean isAlarm) {
    if (limit.isPresent()) {
      approaches.add(new Approach(trend, limit.getAsDouble(), isFalling, isAlarm));
    }
  }

  /// Takes one reading; NaN where there is none, or its sensor has failed.
  void observe(Stamp stamp, long stepNanos, double value, List<Report> reports) {
    if (!trend.observe(stepNanos, value)) {
      return;
    }
    Approach told = null;
    boolean settles = true;
    for (Approach approach : approaches) {
      boolean isApproaching = approach.model.judge();
      // a limit that is passed already is told as such, and one whose lines still lie beyond it is
      // being left
      boolean isAhead = approach.isInside(value) && approach.model.minutes() > 0;
      if (isApproaching && told == null && isAhead) {
        told = approach;
      }
      settles &= approach.model.settles();
    }
    quiet = told == null ? Math.min(quiet + 1, QUIET_READINGS) : 0;
    int enough = settles ? SETTLED_READINGS : QUIET_READINGS;
    if (told == null && episode.isRaised() && quiet < enough) {
      return;
    }
    if (episode.wants(stamp, told != null)) {
      Anomaly.State state = told == null ? Anomaly.State.CLEARED : Anomaly.State.RAISED;
      reports.add(episode.tell(stamp, state, finding(told, value)));
    }
  }

  private Finding finding(@Nullable Approach approach, double value) {
    Quantity quantity = channel.quantity();
    String is = Wording.name(channel) + " is " + Wording.value(value, quantity);
    if (approach == null) {
      boolean isWithin = approaches.stream().allMatch(each -> each.isInside(value));
      String no = isWithin ? "no limit any more" : "no further limit";
      return Finding.of(0, value, is + " and runs towards " + no);
    }
    TimeToThreshold model = approach.model;
    Outlook outlook =
        new Outlook(
            approach.limit, model.minutes(), model.earliestMinutes(), model.latestMinutes());
    String text =
        is
            + (approach.isFalling ? " and falling" : " and rising")
            + ": it passes the "
            + (approach.isAlarm ? "alarm" : "warning")
            + " limit "
            + Wording.value(outlook.limit(), quantity)
            + " in "
            + time(outlook)
            + " if this goes on";
    return new Finding(
        approach.isAlarm ? ALARM_SEVERITY : WARN_SEVERITY,
        OptionalDouble.of(value),
        OptionalDouble.empty(),
        settings.warnLow().isPresent() ? settings.warnLow() : settings.alarmLow(),
        settings.warnHigh().isPresent() ? settings.warnHigh() : settings.alarmHigh(),
        List.of(),
        outlook,
        text);
  }

  private static String time(Outlook outlook) {
    long minutes = Math.round(outlook.minutes());
    String about = minutes < 1 ? "less than a minute" : "about " + minutes + " min";
    long earliest = Math.round(outlook.earliest());
    long latest = Math.round(Math.min(outlook.latest(), 60));
    return earliest < latest ? about + " (" + earliest + " to " + latest + " min)" : about;
  }

  boolean isRaised() {
    return episode.isRaised();
  }

  Episode episode() {
    return episode;
  }

  void save(StateWriter writer) {
    trend.save(writer);
    writer.number(approaches.size());
    approaches.forEach(approach -> approach.model.save(writer));
  }

  void restore(StateReader reader) throws UnusableState {
    Trend restored = new Trend(readings);
    restored.restore(reader);
    if (reader.number() != approaches.size()) {
      throw new UnusableState("the limits of " + channel.path() + " are others now");
    }
    List<TimeToThreshold> models = new ArrayList<>();
    for (Approach approach : approaches) {
      TimeToThreshold model = approach.model(restored);
      model.restore(reader);
      models.add(model);
    }
    trend = restored;
    for (int i = 0; i < models.size(); i++) {
      approaches.get(i).model = models.get(i);
    }
  }
}
