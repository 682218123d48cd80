package rackpulse.history;

/// A file that cannot be used at all; the message says why and what to do.
public final class UnusableRecording extends Exception {
  private static final long serialVersionUID = 1;

  UnusableRecording(String message) {
    super(message);
  }
}
