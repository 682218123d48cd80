package rackpulse.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;
import rackpulse.telemetry.Loss;

class SpoolTroubleTest {
  private static final SpoolOpener.Words GERMAN =
      new SpoolOpener.Words(
          "Auf dem Gerät ist kein Speicherplatz mehr verfügbar",
          "Der zugewiesene Plattenplatz (Quota) ist überschritten",
          "Das Dateisystem ist nur lesbar");

  @Test
  void isRecognisedInWhateverLanguageTheProcessHas() {
    for (SpoolOpener.Words words : new SpoolOpener.Words[] {GERMAN, SpoolOpener.Words.ENGLISH}) {
      SpoolTrouble full = SpoolTrouble.of(new IOException(words.full()), words);
      assertEquals("disk full: " + words.full(), full.what());
      assertEquals(Loss.Cause.DISK_FULL, full.cause());
      assertEquals(
          Loss.Cause.DISK_FULL, SpoolTrouble.of(new IOException(words.quota()), words).cause());
      SpoolTrouble readOnly =
          SpoolTrouble.of(new FileSystemException("/s/lock", null, words.readOnly()), words);
      assertEquals("disk read-only: /s/lock: " + words.readOnly(), readOnly.what());
    }
  }

  @Test
  void saysWhomToGiveTheDirectoryTo() {
    SpoolTrouble denied = SpoolTrouble.of(new AccessDeniedException("/s/lock"), GERMAN);
    assertEquals("no permission for the spool: /s/lock", denied.what());
    assertTrue(denied.remedy().contains("own the directory"), denied::remedy);
  }

  @Test
  void passesOnWhatIsNotKnown() {
    SpoolTrouble other = SpoolTrouble.of(new IOException("Eingabe-/Ausgabefehler"), GERMAN);
    assertEquals(Loss.Cause.MEMORY_OVERFLOW, other.cause());
    assertTrue(other.what().contains("Eingabe-/Ausgabefehler"), other::what);
  }
}
