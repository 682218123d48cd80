package rackpulse.verdict;

/// Which of the latest polls of one device gave a value, whatever kept the others from it. Written
/// by the bus thread, read by any.
public final class Outcomes {
  /// As many as a [History] remembers.
  private static final int POLLS = History.POLLS;

  /// A bit for each poll, the latest lowest, 1 where it gave no value.
  private long failures;

  private int size;

  /// Polls, and how many of them gave no value.
  public record Tally(int polls, int failures) {
    public static final Tally NONE = new Tally(0, 0);

    /// These and `others`.
    public Tally plus(Tally others) {
      return new Tally(polls + others.polls, failures + others.failures);
    }

    /// Share of failures, 0 to 1; 0 where there was no poll.
    public double share() {
      return polls == 0 ? 0 : (double) failures / polls;
    }
  }

  /// A poll is over.
  public synchronized void add(boolean isFailed) {
    failures = failures << 1 | (isFailed ? 1 : 0);
    size = Math.min(size + 1, POLLS);
  }

  /// What is remembered.
  public synchronized Tally tally() {
    long mask = size == POLLS ? -1 : (1L << size) - 1;
    return new Tally(size, Long.bitCount(failures & mask));
  }
}
