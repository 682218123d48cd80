package rackpulse.reload;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import rackpulse.config.Configuration;
import rackpulse.sensor.DeviceSettings;
import rackpulse.verdict.Outcomes.Tally;

/// The buses that a reload has changed, each until it is known to do no worse than before.
///
/// Compared are the devices that a bus had before and still has: a new one that is silent harms
/// nobody. Where it has none of the old, all that it has are compared with all that it had.
final class Probation {
  /// A bus does worse when the share of its polls that give nothing has risen by more than this.
  /// Single damaged frames stay far below; one dead device of nine is above.
  static final double RISE = 0.1;

  /// So many polls must have given nothing: one less may be chance, as it is for `offline`.
  static final int LEAST_FAILURES = 3;

  /// Before the end of the probation a verdict rests on so many polls at least.
  static final int LEAST_POLLS = 10;

  /// The first quarter of the probation proves nothing: a gateway may hold the old connection for a
  /// while, and a line needs to be opened.
  static final int GRACE = 4;

  /// How often in a probation each bus is looked at.
  static final int LOOKS = 16;

  private final Map<String, Trial> trials = new LinkedHashMap<>();

  /// One bus on probation.
  ///
  /// @param old what ran before
  /// @param tallies how all devices did under it
  /// @param had devices of the bus that did well or badly then
  /// @param has devices of the bus to compare them with
  private record Trial(
      Configuration old,
      Map<String, Tally> tallies,
      Set<String> had,
      Set<String> has,
      long sinceNanos) {}

  /// A bus that does worse than before.
  ///
  /// @param old the configuration under which it did better
  record Verdict(String bus, Configuration old, Tally before, Tally after) {
    /// In words for an operator.
    String text() {
      return "since the reload "
          + of(after)
          + " polls on bus "
          + bus
          + " gave nothing, before it "
          + of(before);
    }

    private static String of(Tally tally) {
      return tally.failures() + " of " + tally.polls();
    }
  }

  boolean isEmpty() {
    return trials.isEmpty();
  }

  /// The agent runs what `plan` says, and has run `running` before. A bus still on probation is
  /// measured by what it did before that.
  ///
  /// @param tallies of the latest polls of all devices under `running`
  void begin(Plan plan, Configuration running, Map<String, Tally> tallies, long nowNanos) {
    for (Plan.Change change : plan.buses()) {
      String bus = change.name();
      Trial last = trials.remove(bus);
      Configuration old = last == null ? running : last.old;
      if (change.fate() == Plan.Fate.CHANGED && Plan.differs(old, plan.next(), bus)) {
        Set<String> had = devices(old, bus);
        Set<String> has = devices(plan.next(), bus);
        Set<String> both = new HashSet<>(had);
        both.retainAll(has);
        boolean isComparable = !both.isEmpty();
        trials.put(
            bus,
            new Trial(
                old,
                last == null ? Map.copyOf(tallies) : last.tallies,
                isComparable ? both : had,
                isComparable ? both : has,
                nowNanos));
      }
    }
  }

  /// These are put back or gone: there is nothing to be proven of them.
  void end(Set<String> buses) {
    trials.keySet().removeAll(buses);
  }

  private static Set<String> devices(Configuration configuration, String bus) {
    return configuration.devices().stream()
        .filter(device -> device.bus().equals(bus))
        .map(DeviceSettings::name)
        .collect(Collectors.toSet());
  }

  /// The first bus that does worse than before; it is on probation no more, nor are those whose
  /// time is over.
  ///
  /// @param tallies of the latest polls of all devices
  /// @param length of the probation
  Optional<Verdict> judge(Map<String, Tally> tallies, Duration length, long nowNanos) {
    for (String bus : List.copyOf(trials.keySet())) {
      Trial trial = Objects.requireNonNull(trials.get(bus));
      long agoNanos = nowNanos - trial.sinceNanos;
      boolean isOver = agoNanos >= length.toNanos();
      Tally before = sum(trial.had, trial.tallies);
      Tally after = sum(trial.has, tallies);
      boolean isEarly = agoNanos < length.toNanos() / GRACE || after.polls() < LEAST_POLLS;
      boolean isWorse = (isOver || !isEarly) && isWorse(before, after);
      if (isOver || isWorse) {
        trials.remove(bus);
      }
      if (isWorse) {
        return Optional.of(new Verdict(bus, trial.old, before, after));
      }
    }
    return Optional.empty();
  }

  /// A bus of which nothing was known before cannot do worse. At the end of the probation few polls
  /// count, too, when none of them gave anything: a slow bus has no more.
  private static boolean isWorse(Tally before, Tally after) {
    boolean isEnough =
        after.failures() >= LEAST_FAILURES
            || after.polls() > 0 && after.failures() == after.polls();
    return before.polls() > 0 && isEnough && after.share() > before.share() + RISE;
  }

  private static Tally sum(Set<String> devices, Map<String, Tally> tallies) {
    Tally sum = Tally.NONE;
    for (String device : devices) {
      sum = sum.plus(tallies.getOrDefault(device, Tally.NONE));
    }
    return sum;
  }
}
