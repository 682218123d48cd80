package rackpulse.bus;

/// Which of many failures in a row deserve a line in the log: the first, each power of ten, and the
/// recovery. A sensor unplugged for a week costs seven lines, not a million.
///
/// Belongs to one thread.
public final class Repetition {
  private long failures;
  private long nextWorthTelling = 1;

  /// Counts a failure; true when it is worth a line.
  public boolean failed() {
    failures++;
    if (failures < nextWorthTelling) {
      return false;
    }
    nextWorthTelling = failures * 10;
    return true;
  }

  /// Ends the row and tells how many failures it had; 0 when there is no recovery to tell of.
  public long recovered() {
    long ended = failures;
    failures = 0;
    nextWorthTelling = 1;
    return ended;
  }

  /// Failures in the present row.
  public long failures() {
    return failures;
  }
}
