package rackpulse.credentials;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tinylog.Logger;

/// When certificates expire, and the warning before. Belongs to one thread.
final class Expiry {
  /// Time to order, sign and install a certificate by hand.
  private static final int WARNING_DAYS = 30;

  private static final long MILLIS_PER_DAY = Duration.ofDays(1).toMillis();

  private final Map<String, Instant> dates = new TreeMap<>();

  /// Days left when it was last logged: once a day is enough.
  private final Map<String, Long> told = new HashMap<>();

  /// Notes when the first of `chain` expires, the certificate of `whose`: `own`, `broker`.
  void set(String whose, List<X509Certificate> chain) {
    if (!chain.isEmpty()) {
      dates.put(whose, chain.getFirst().getNotAfter().toInstant());
    }
  }

  Map<String, Instant> dates() {
    return Map.copyOf(dates);
  }

  /// A sentence for each certificate that soon expires, or has.
  List<String> notes(Instant now) {
    List<String> notes = new ArrayList<>();
    dates.forEach((whose, expires) -> {
      long days = daysLeft(expires, now);
      if (days < WARNING_DAYS) {
        notes.add(sentence(whose, expires, days));
      }
    });
    return notes;
  }

  /// Logs the notes that have not been logged on that day before.
  void warn(Instant now) {
    dates.forEach((whose, expires) -> {
      long days = daysLeft(expires, now);
      Long before = told.put(whose, days);
      if (days < WARNING_DAYS && (before == null || before != days)) {
        Logger.warn(sentence(whose, expires, days));
      }
    });
  }

  /// Whole days; negative once it has expired.
  private static long daysLeft(Instant expires, Instant now) {
    return Math.floorDiv(Duration.between(now, expires).toMillis(), MILLIS_PER_DAY);
  }

  private static String sentence(String whose, Instant expires, long days) {
    String certificate = "the " + whose + " certificate ";
    String remedy =
        whose.equals("own") ? "renew mqtt.cert_file and mqtt.key_file" : "renew it on the broker";
    String left = days == 1 ? "1 day" : days + " days";
    return days < 0
        ? certificate + "has expired on " + expires + ": " + remedy
        : certificate + "expires in " + left + ", on " + expires + ": " + remedy;
  }
}
