package rackpulse.history;

/// A row of a file that cannot be used, and why, for the person who has the file.
final class MalformedRow extends Exception {
  private static final long serialVersionUID = 1;

  private final String problem;

  /// @param line on which the row begins, from 1
  MalformedRow(long line, String why) {
    super("line " + line + ": " + why);
    problem = "line " + line + ": " + why;
  }

  /// Line and reason.
  String problem() {
    return problem;
  }
}
