package rackpulse.log;

import java.util.Locale;
import java.util.Map;
import org.tinylog.Level;
import org.tinylog.configuration.Configuration;

/// Sets tinylog up, in code: no properties file decides what an operator sees.
public final class Logging {
  private Logging() {}

  /// Sends entries of `level` and above to standard error in `format`. Once per process, before the
  /// first entry; later it throws.
  public static void start(LogFormat format, Level level) {
    Configuration.replace(
        Map.of(
            "level",
            level.name().toLowerCase(Locale.ROOT),
            // three errors about a missing Raspberry Pi on every other board
            "level@com.pi4j.boardinfo",
            "off",
            "writer",
            LineWriter.class.getName(),
            "writer." + LineWriter.FORMAT,
            format.name(),
            // nothing to close; a shutdown hook of its own would race with ours
            "autoshutdown",
            "false"));
  }
}
