package rackpulse.telemetry;

/// The form of every name that can become a level of a topic: `[A-Za-z0-9_-]`, 1 to 64 characters.
public final class Ids {
  /// Keeps the longest topic (six levels) far below the 65,535 bytes of a topic and readable.
  public static final int MAX_LENGTH = 64;

  private Ids() {}

  /// Whether `id` may be used as a name.
  public static boolean valid(String id) {
    if (id.isEmpty() || id.length() > MAX_LENGTH) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean allowed =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || c == '_'
              || c == '-';
      if (!allowed) {
        return false;
      }
    }
    return true;
  }

  static void check(String what, String id) {
    if (!valid(id)) {
      throw new IllegalArgumentException("not a name for a " + what + ": \"" + id + "\"");
    }
  }
}
