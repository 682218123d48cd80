package rackpulse.telemetry;

import java.util.Locale;

/// Polls that were taken and will never be delivered, told so that nothing goes missing silently.
///
/// @param from the first lost sequence number of the device
/// @param to the last one, inclusive
public record Loss(String device, Stamp stamp, long from, long to, Cause cause) implements Report {
  public Loss {
    if (from < 1 || to < from) {
      throw new IllegalArgumentException("not a range of sequence numbers: " + from + ".." + to);
    }
  }

  /// Where the polls were lost.
  public enum Cause {
    /// The memory set aside for unsent messages was full; the oldest went.
    MEMORY_OVERFLOW,
    /// The spool on disk reached its size; its oldest segment went.
    SPOOL_OVERFLOW,
    /// The disk was full or read-only.
    DISK_FULL,
    /// The spool was damaged.
    DAMAGED,
    /// The message exceeds what the broker takes.
    TOO_LARGE,
    /// The broker refused the message for good.
    REFUSED,
    /// The agent stopped before the message could be delivered.
    AGENT_STOPPED;

    /// The name used in messages, such as `spool-overflow`.
    public String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
