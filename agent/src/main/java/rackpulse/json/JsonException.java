package rackpulse.json;

/// A text that is not JSON, or larger or deeper than its reader allows: what, line and column.
public final class JsonException extends Exception {
  private static final long serialVersionUID = 1;

  JsonException(String message) {
    super(message);
  }
}
