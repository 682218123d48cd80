package rackpulse.history;

/// Points in time as recordings write them: RFC 3339 (`2026-11-23T18:00:00.5+01:00`), `2026-11-23
/// 18:00:00` (taken as UTC), seconds or milliseconds since 1970. Read by hand, since a formatter
/// costs more than the models.
final class TimeText {
  /// What no text means.
  static final long NONE = Long.MIN_VALUE;

  /// From here on a bare number counts milliseconds: as seconds it would lie in the year 5138.
  private static final double FIRST_MILLIS = 1e11;

  private static final double LAST_MILLIS = 1e14;
  private static final int DATE_LENGTH = 10;
  private static final long DAY_MILLIS = 86_400_000;

  private TimeText() {}

  /// @return milliseconds since 1970, or [#NONE]
  static long millis(byte[] text, int start, int end) {
    if (end - start > DATE_LENGTH && text[start + 4] == '-') {
      return dateTime(text, start, end);
    }
    double number = NumberText.value(text, start, end);
    if (!(number >= 0 && number <= LAST_MILLIS)) {
      return NONE;
    }
    return number < FIRST_MILLIS ? Math.round(1000 * number) : (long) number;
  }

  private static long dateTime(byte[] text, int start, int end) {
    int year = digits(text, start, 4, end);
    int month = digits(text, start + 5, 2, end);
    int day = digits(text, start + 8, 2, end);
    int hour = digits(text, start + 11, 2, end);
    int minute = digits(text, start + 14, 2, end);
    int second = digits(text, start + 17, 2, end);
    boolean isSeparated =
        end - start >= 19
            && text[start + 7] == '-'
            && (text[start + 10] == 'T' || text[start + 10] == 't' || text[start + 10] == ' ')
            && text[start + 13] == ':'
            && text[start + 16] == ':';
    boolean isInRange =
        month >= 1
            && month <= 12
            && day >= 1
            && day <= daysOf(year, month)
            && hour <= 23
            && minute <= 59
            && second <= 60; // a leap second
    if (!isSeparated || !isInRange || (year | hour | minute | second) < 0) {
      return NONE;
    }
    long ofDayMillis = 1000 * (3600L * hour + 60L * minute + second);
    return fraction(text, start + 19, end, epochDay(year, month, day) * DAY_MILLIS + ofDayMillis);
  }

  /// Adds the fraction of the second and takes off the offset from UTC.
  private static long fraction(byte[] text, int start, int end, long millis) {
    int at = start;
    long sum = millis;
    if (at < end && text[at] == '.') {
      int unit = 100;
      int first = ++at;
      while (at < end && isDigit(text[at])) {
        sum += (long) unit * (text[at++] - '0');
        unit /= 10;
      }
      if (at == first) {
        return NONE;
      }
    }
    if (at == end) {
      return sum;
    }
    boolean isUtc = text[at] == 'Z' || text[at] == 'z';
    if (isUtc) {
      return at + 1 == end ? sum : NONE;
    }
    int hours = digits(text, at + 1, 2, end);
    int minutes = digits(text, at + 4, 2, end);
    boolean isOffset = at + 6 == end && (text[at] == '+' || text[at] == '-') && text[at + 3] == ':';
    if (!isOffset || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
      return NONE;
    }
    long offset = 60_000L * (60L * hours + minutes);
    return text[at] == '+' ? sum - offset : sum + offset;
  }

  /// @return the number, or below 0 when these are no digits
  private static int digits(byte[] text, int start, int count, int end) {
    if (start + count > end) {
      return -1;
    }
    int number = 0;
    for (int i = start; i < start + count; i++) {
      if (!isDigit(text[i])) {
        return -1;
      }
      number = 10 * number + text[i] - '0';
    }
    return number;
  }

  private static boolean isDigit(byte character) {
    return character >= '0' && character <= '9';
  }

  private static int daysOf(int year, int month) {
    boolean isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return switch (month) {
      case 2 -> isLeap ? 29 : 28;
      case 4, 6, 9, 11 -> 30;
      default -> 31;
    };
  }

  /// Days since 1970-01-01 in the Gregorian calendar, counted in years that begin in March so that
  /// the leap day is the last.
  private static long epochDay(int year, int month, int day) {
    long marchYear = month > 2 ? year : year - 1;
    long monthFromMarch = (month + 9L) % 12;
    long dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1;
    long leapDays =
        Math.floorDiv(marchYear, 4) - Math.floorDiv(marchYear, 100) + Math.floorDiv(marchYear, 400);
    return 365 * marchYear + leapDays + dayOfYear - 719_468;
  }
}
