package rackpulse.verdict;

import org.jspecify.annotations.Nullable;
import rackpulse.bus.WireEvent;

/// What the latest polls of one device showed on the wire. Written by the bus thread, read by any.
///
/// What was seen often enough is remembered until it has become rare, so that a verdict which rests
/// on it does not come and go with every poll.
public final class History {
  /// Polls remembered: a few minutes of a usual device, 256 bytes of memory.
  public static final int POLLS = 64;

  /// Failures in a row after which a device counts as failing, as it counts as offline.
  static final int FAILS_AFTER = 3;

  /// Good polls in a row that end this; then the past is forgotten, for somebody has repaired it.
  static final int WORKS_AFTER = 2;

  /// Polls with an event after which it is a habit, and at which it ceases to be one.
  static final int HABIT_FROM = 4;

  static final int HABIT_UNTIL = 1;

  /// The bit that says that the poll failed; the others are wire events by their ordinal.
  private static final int FAILED = 1 << 31;

  private static final WireEvent[] EVENTS = WireEvent.values();

  private final int[] polls = new int[POLLS];
  private int size;
  private int next;
  private int inARow; // above 0 failed, below 0 good
  private boolean failing;
  private int habits;

  /// A poll is over.
  ///
  /// @param events those seen in it, a bit for each by [#bit]
  /// @param failed whether the device gave nothing that can be used
  public synchronized void add(int events, boolean failed) {
    if (failed) {
      inARow = Math.max(0, inARow) + 1;
      failing |= inARow >= FAILS_AFTER;
    } else {
      inARow = Math.min(0, inARow) - 1;
      if (failing && -inARow >= WORKS_AFTER) {
        failing = false;
        size = 0;
        habits = 0;
      }
    }
    int mask = failed ? events | FAILED : events & ~FAILED;
    polls[next] = mask;
    next = (next + 1) % POLLS;
    size = Math.min(size + 1, POLLS);
    updateHabits(mask);
  }

  /// Something that belongs to the latest poll was seen after it.
  public synchronized void amend(WireEvent event) {
    if (size > 0) {
      polls[(next + POLLS - 1) % POLLS] |= bit(event);
      updateHabits(bit(event));
    }
  }

  /// The bit of `event` in what [#add] takes.
  public static int bit(WireEvent event) {
    return 1 << event.ordinal();
  }

  /// Whether one of `events`, as [#add] takes them, makes a poll fail.
  public static boolean tellCause(int events) {
    for (WireEvent event : EVENTS) {
      if ((events & bit(event)) != 0 && isCause(event)) {
        return true;
      }
    }
    return false;
  }

  private void updateHabits(int added) {
    int left = habits | added; // nothing else can have become one or ceased to be one
    while (left != 0) {
      int bit = Integer.lowestOneBit(left);
      left &= ~bit;
      int count = count(bit, size);
      boolean isHabit = (habits & bit) == 0 ? count >= HABIT_FROM : count > HABIT_UNTIL;
      habits = isHabit ? habits | bit : habits & ~bit;
    }
  }

  /// How many of the latest `among` polls have `bit`.
  private int count(int bit, int among) {
    int count = 0;
    for (int i = 1; i <= among; i++) {
      count += (polls[(next - i + POLLS) % POLLS] & bit) != 0 ? 1 : 0;
    }
    return count;
  }

  /// What these polls tell.
  synchronized Evidence evidence() {
    int run = failing ? Math.clamp(inARow, 0, size) : 0;
    WireEvent main = null;
    int most = 0;
    for (WireEvent event : EVENTS) {
      // of a device that fails at present only these failures matter, else all that are remembered
      int count = run > 0 ? count(bit(event), run) : failures(event);
      if (isCause(event) && count > most) {
        main = event;
        most = count;
      }
    }
    return new Evidence(failing, size, count(FAILED, size), main, habits);
  }

  private int failures(WireEvent event) {
    int count = 0;
    for (int i = 1; i <= size; i++) {
      int poll = polls[(next - i + POLLS) % POLLS];
      count += (poll & FAILED) != 0 && (poll & bit(event)) != 0 ? 1 : 0;
    }
    return count;
  }

  /// Whether `event` makes a poll fail; others only come with it.
  static boolean isCause(WireEvent event) {
    return switch (event) {
      case SILENCE,
          CRC,
          FRAMING,
          WRONG_UNIT,
          WRONG_PART,
          EXCEPTION,
          NAK,
          ARBITRATION_LOST,
          STUCK,
          DISCONNECT ->
          true;
      case LATE_ANSWER, SECOND_ANSWER, ECHO, STRAY_BYTES, RETRIED, MUXES_DESELECTED, REOPENED ->
          false;
    };
  }

  /// What the latest polls of a device tell.
  ///
  /// @param failing whether it gives nothing at present
  /// @param polls how many polls this rests on, at most [#POLLS]
  /// @param failed how many of them failed
  /// @param main what made most of them fail; null when nothing was seen on the wire
  /// @param habits what is seen too often to be chance, a bit for each event and one for failures
  record Evidence(boolean failing, int polls, int failed, @Nullable WireEvent main, int habits) {
    boolean has(WireEvent event) {
      return (habits & bit(event)) != 0;
    }

    boolean failsOften() {
      return (habits & FAILED) != 0;
    }
  }
}
