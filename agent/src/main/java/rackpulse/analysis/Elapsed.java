package rackpulse.analysis;

import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// How much time lies between the polls of a device: by the monotonic clock while the agent runs,
/// by the wall clock across a restart, where the monotonic clock may have begun anew.
public final class Elapsed {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /// Longer absences count as this long, so that nanoseconds never overflow.
  private static final long MOST_MILLIS = 10L * 366 * 86_400_000;

  private static final String SECTION = "elapsed";
  private static final long CONSTANTS = StateWriter.hash(1);

  private boolean begun;
  private boolean restored;
  private long lastNanos;
  private long lastWallMillis;

  /// No poll yet.
  public Elapsed() {}

  /// @param monotonicNanos of a poll
  /// @param wallMillis of the same poll, since the epoch
  /// @return nanoseconds since the poll before; 0 for the first, and where a clock went back
  public long step(long monotonicNanos, long wallMillis) {
    long stepNanos = 0;
    if (restored) {
      long stepMillis = Math.clamp(wallMillis - lastWallMillis, 0, MOST_MILLIS);
      stepNanos = stepMillis * NANOS_PER_MILLI;
    } else if (begun) {
      stepNanos = Math.max(0, monotonicNanos - lastNanos);
    }
    begun = true;
    restored = false;
    lastNanos = monotonicNanos;
    lastWallMillis = wallMillis;
    return stepNanos;
  }

  /// Writes when the last poll was.
  public void save(StateWriter writer) {
    int section = writer.open(SECTION, CONSTANTS);
    writer.flag(begun);
    writer.number(lastWallMillis);
    writer.close(section);
  }

  /// Goes on after a restart.
  public void restore(StateReader reader) throws UnusableState {
    int section = reader.open(SECTION, CONSTANTS);
    restored = reader.flag();
    begun = restored;
    lastWallMillis = reader.number();
    reader.close(section);
  }
}
