package rackpulse.trend;

import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// A trend and one limit of it.
final class Approach {
  private final Settings settings;
  private final Trend trend;
  final TimeToThreshold limit;

  record Settings(double limit, boolean falling, Trend.Settings readings) {
    Settings(double limit, boolean falling, long intervalNanos, double resolution, double range) {
      this(limit, falling, new Trend.Settings(intervalNanos, resolution, range));
    }
  }

  Approach(Settings settings) {
    this.settings = settings;
    trend = new Trend(settings.readings);
    limit = new TimeToThreshold(trend, settings.limit, settings.falling);
  }

  boolean observe(long stepNanos, double value) {
    return trend.observe(stepNanos, value) ? limit.judge() : limit.isApproaching();
  }

  double minutes() {
    return limit.minutes();
  }

  byte[] bytes() {
    StateWriter writer = new StateWriter();
    trend.save(writer);
    limit.save(writer);
    return writer.toBytes();
  }

  Approach restored() throws UnusableState {
    return restored(settings);
  }

  Approach restored(Settings with) throws UnusableState {
    Approach restored = new Approach(with);
    StateReader reader = new StateReader(bytes());
    restored.trend.restore(reader);
    restored.limit.restore(reader);
    return restored;
  }
}
