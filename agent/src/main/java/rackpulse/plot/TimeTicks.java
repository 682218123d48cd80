package rackpulse.plot;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Where the marks of a time axis stand, and what stands below them.
final class TimeTicks {
  private static final long MINUTE_MILLIS = 60_000;
  private static final long HOUR_MILLIS = 60 * MINUTE_MILLIS;
  private static final long DAY_MILLIS = 24 * HOUR_MILLIS;

  /// More labels than this would touch each other.
  private static final int MOST_TICKS = 7;

  private static final long[] STEPS = {
    1000,
    10_000,
    MINUTE_MILLIS,
    5 * MINUTE_MILLIS,
    15 * MINUTE_MILLIS,
    HOUR_MILLIS,
    3 * HOUR_MILLIS,
    6 * HOUR_MILLIS,
    12 * HOUR_MILLIS,
    DAY_MILLIS,
    2 * DAY_MILLIS,
    7 * DAY_MILLIS,
    14 * DAY_MILLIS,
    30 * DAY_MILLIS,
    90 * DAY_MILLIS,
    365 * DAY_MILLIS
  };

  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);

  private TimeTicks() {}

  /// The distance of the marks of an axis over `rangeMillis`.
  static long stepMillis(long rangeMillis) {
    for (long step : STEPS) {
      if (rangeMillis / step <= MOST_TICKS) {
        return step;
      }
    }
    long year = STEPS[STEPS.length - 1];
    return year * (rangeMillis / year / MOST_TICKS + 1);
  }

  /// The date.
  static String day(long millis) {
    return DAY.format(Instant.ofEpochMilli(millis));
  }

  /// @param isOneDay whether the date goes without saying
  static String label(long millis, long stepMillis, boolean isOneDay) {
    DateTimeFormatter ofDay = isOneDay ? TIME : MINUTE;
    DateTimeFormatter form =
        stepMillis < MINUTE_MILLIS ? SECOND : stepMillis < DAY_MILLIS ? ofDay : DAY;
    return form.format(Instant.ofEpochMilli(millis));
  }
}
