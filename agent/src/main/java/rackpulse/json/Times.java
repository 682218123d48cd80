package rackpulse.json;

import java.time.Instant;

/// Points in time as RFC 3339 text: UTC, always with milliseconds, `2026-11-23T18:00:00.123Z`.
final class Times {
  private static final long MILLIS_PER_DAY = 86_400_000;

  /// 0000-01-01 and 10000-01-01: four digits are all that RFC 3339 has for a year.
  private static final long FIRST_DAY = -719_528;

  private static final long END_DAY = 2_932_897;

  private static final int LENGTH = 24;

  private Times() {}

  /// @throws IllegalArgumentException outside of the years 0 to 9999
  static String text(Instant time) {
    long millis = time.toEpochMilli();
    long day = Math.floorDiv(millis, MILLIS_PER_DAY);
    if (day < FIRST_DAY || day >= END_DAY) {
      throw new IllegalArgumentException("not a year of four digits: " + time);
    }
    char[] text = new char[LENGTH];
    date(text, day);
    int ofDay = (int) Math.floorMod(millis, MILLIS_PER_DAY);
    text[10] = 'T';
    digits(text, 11, 2, ofDay / 3_600_000);
    text[13] = ':';
    digits(text, 14, 2, ofDay / 60_000 % 60);
    text[16] = ':';
    digits(text, 17, 2, ofDay / 1000 % 60);
    text[19] = '.';
    digits(text, 20, 3, ofDay % 1000);
    text[23] = 'Z';
    return new String(text);
  }

  /// Day and month from the day count, in years that begin in March so that the leap day is the
  /// last one; eras of 400 years have 146,097 days. See RFC 3339 appendix B for the inverse.
  private static void date(char[] text, long epochDay) {
    long sinceEra0 = epochDay - FIRST_DAY - 60; // 0000-03-01
    long era = Math.floorDiv(sinceEra0, 146_097L);
    int dayOfEra = (int) (sinceEra0 - era * 146_097);
    int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int monthFromMarch = (5 * dayOfYear + 2) / 153;
    int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
    digits(text, 0, 4, (int) era * 400 + yearOfEra + (month <= 2 ? 1 : 0));
    text[4] = '-';
    digits(text, 5, 2, month);
    text[7] = '-';
    digits(text, 8, 2, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1);
  }

  private static void digits(char[] text, int from, int count, int number) {
    int rest = number;
    for (int i = from + count - 1; i >= from; i--) {
      text[i] = (char) ('0' + rest % 10);
      rest /= 10;
    }
  }
}
