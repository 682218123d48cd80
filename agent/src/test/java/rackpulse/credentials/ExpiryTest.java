package rackpulse.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpiryTest {
  @TempDir private Path directory;
  private final Expiry expiry = new Expiry();
  private Instant expires = Instant.EPOCH;

  @BeforeEach
  void knowsACertificate() throws Exception {
    expiry.set("own", Pem.certificates(KeyFiles.copy(directory, "client-ec.pem")));
    expires = expiry.dates().getOrDefault("own", Instant.EPOCH);
  }

  @Test
  void isSilentUntilThirtyDaysBefore() {
    assertEquals(List.of(), expiry.notes(expires.minus(Duration.ofDays(30))));
    assertEquals(1, expiry.notes(expires.minus(Duration.ofDays(30)).plusMillis(1)).size());
  }

  @Test
  void tellsTheDateAndTheRemedy() {
    assertNote("expires in 12 days, on " + expires, Duration.ofDays(-12));
    assertNote("expires in 1 day, on " + expires, Duration.ofHours(-30));
    assertNote("expires in 0 days, on " + expires, Duration.ofHours(-1));
    assertNote("has expired on " + expires, Duration.ofMillis(1));
    assertNote("renew mqtt.cert_file and mqtt.key_file", Duration.ofDays(400));
  }

  @Test
  void aBrokerThatShowsNoneHasNoDate() {
    expiry.set("broker", List.of());
    assertEquals(List.of("own"), List.copyOf(expiry.dates().keySet()));
  }

  private void assertNote(String words, Duration afterExpiry) {
    String note = expiry.notes(expires.plus(afterExpiry)).getFirst();
    assertTrue(note.startsWith("the own certificate ") && note.contains(words), note);
  }
}
