package rackpulse.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.bus.Repetition;
import rackpulse.schedule.Backoff;
import rackpulse.sensor.DeviceSettings;
import rackpulse.sensor.Driver;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;
import rackpulse.verdict.Outcomes;
import rackpulse.verdict.Outcomes.Tally;
import rackpulse.verdict.Subject;

/// One device in the hands of its bus thread: its driver, its failures, whether it is online, and
/// when it is worth asking.
final class DeviceSession {
  /// An online device is offline after so many failed polls in a row: a single damaged frame is a
  /// gap and no more.
  static final int OFFLINE_AFTER = 3;

  private final DeviceSettings settings;
  private final List<ChannelDescription> channels;
  private final AtomicLong sequence;
  private final int dormantAfter;
  private final Backoff probes;
  private final Consumer<Report> reports;
  private final Repetition repetition = new Repetition();
  private final Subject subject;
  private final Outcomes outcomes = new Outcomes();
  private @Nullable Driver driver;
  private int failures;
  private boolean dormant;
  private boolean fresh = true;
  private int failedProbes;
  private long probeDueNanos;
  private long failureCostNanos;
  private long answersWhenBroken;
  private int breaks;
  private volatile long pollNanos;
  private State state = State.UNKNOWN;
  private Instant since = Instant.EPOCH;
  private String reason = "";

  private enum State {
    UNKNOWN,
    ONLINE,
    OFFLINE
  }

  /// @param sequence of the device's last poll
  /// @param reports where changes of state go
  DeviceSession(
      DeviceSettings settings,
      AtomicLong sequence,
      EngineSettings limits,
      Consumer<Report> reports) {
    this.settings = settings;
    this.sequence = sequence;
    this.reports = reports;
    subject = new Subject(settings.name(), WireWatch.place(settings));
    channels = settings.description(new Stamp(since, 0, false)).channels();
    dormantAfter = limits.dormantAfter();
    Duration every = settings.every();
    Duration ceiling = limits.probeEvery();
    probes = new Backoff(every, ceiling.compareTo(every) < 0 ? every : ceiling);
  }

  /// Goes on in the state that was told last, when its bus was another before: nobody need hear of
  /// that.
  void goOn(DeviceStatus last) {
    state = last.online() ? State.ONLINE : State.OFFLINE;
    since = last.since();
    reason = last.reason();
  }

  /// Notes how long the latest poll took; told to any thread by [#pollNanos].
  void took(long nanos) {
    pollNanos = nanos;
  }

  /// How long the latest poll took; 0 before the first.
  long pollNanos() {
    return pollNanos;
  }

  DeviceSettings settings() {
    return settings;
  }

  /// What is seen of it on the wire.
  Subject subject() {
    return subject;
  }

  /// Null until its bus has been opened for the first time.
  @Nullable Driver driver() {
    return driver;
  }

  void driver(Driver opened) {
    driver = opened;
  }

  /// Whether its part is to be identified and set up by the next poll.
  boolean fresh() {
    return fresh;
  }

  private void reset() {
    fresh = true;
    if (driver != null) {
      driver.reset();
    }
  }

  /// Whether it has failed so often that only probes are worth the bus time.
  boolean dormant() {
    return dormant;
  }

  /// When the next probe is worth it, while dormant.
  long probeDueNanos() {
    return probeDueNanos;
  }

  /// Its next probe is worth it now.
  void probeFrom(Stamp stamp) {
    probeDueNanos = stamp.monotonicNanos();
  }

  /// Bus time that the last failed poll took.
  long failureCostNanos() {
    return failureCostNanos;
  }

  /// Which of its latest polls gave a value; any thread may ask.
  Tally tally() {
    return outcomes.tally();
  }

  /// A poll of it with `samples`.
  Poll poll(Stamp stamp, List<Sample> samples) {
    outcomes.add(isEmpty(samples));
    return new Poll(settings.name(), stamp, sequence.incrementAndGet(), samples);
  }

  private static boolean isEmpty(List<Sample> samples) {
    for (int i = 0; i < samples.size(); i++) {
      if (samples.get(i) instanceof Reading) {
        return false;
      }
    }
    return true;
  }

  /// A poll of it in which every channel is a gap.
  Poll gaps(Stamp stamp, Cause cause) {
    List<Sample> gaps = new ArrayList<>(channels.size());
    for (ChannelDescription channel : channels) {
      gaps.add(new Gap(channel.channel(), stamp, cause));
    }
    return poll(stamp, gaps);
  }

  /// What is said in place of a poll while it is dormant.
  Poll resting(Stamp stamp) {
    become(State.OFFLINE, Cause.DORMANT.id(), stamp);
    return gaps(stamp, Cause.DORMANT);
  }

  /// What is said in place of a poll while its bus cannot be used, for which it is not to blame.
  Poll unreachable(Stamp stamp) {
    become(State.OFFLINE, Cause.BUS_DOWN.id(), stamp);
    return gaps(stamp, Cause.BUS_DOWN);
  }

  /// It has answered.
  void answered(Stamp stamp) {
    long failed = repetition.recovered();
    if (failed > 0) {
      Logger.info("{} answers again after {} failed polls", settings.name(), failed);
    }
    failures = 0;
    dormant = false;
    fresh = false;
    become(State.ONLINE, "", stamp);
  }

  /// It has not answered, or nothing that can be used.
  ///
  /// @param message what happened, for the log
  /// @param costNanos bus time that the poll took
  /// @param costly whether dead devices have cost more bus time than they may
  void failed(Stamp stamp, Cause cause, String message, long costNanos, boolean costly) {
    failures++;
    failureCostNanos = costNanos;
    if (repetition.failed()) {
      Logger.warn(
          "{} on bus {}: {} ({} in a row)",
          settings.name(),
          settings.bus(),
          message,
          repetition.failures());
    }
    if (dormant) {
      failedProbes++;
      probeDueNanos = stamp.monotonicNanos() + probes.afterNanos(failedProbes + 1);
    } else if (failures >= dormantAfter || costly && failures >= OFFLINE_AFTER) {
      dormant = true;
      failedProbes = 0;
      probeDueNanos = stamp.monotonicNanos() + probes.afterNanos(1);
      become(State.OFFLINE, Cause.DORMANT.id(), stamp);
    } else if (failures >= OFFLINE_AFTER || state != State.ONLINE) {
      become(State.OFFLINE, cause.id(), stamp);
    }
  }

  /// Its bus was opened anew: another part may hang there.
  void busOpened() {
    reset();
  }

  /// How often its bus broke while it was asked, since that bus worked.
  int breaks() {
    return breaks;
  }

  /// Its bus works.
  void busWorks() {
    breaks = 0;
  }

  /// Notes that its bus broke while it was asked.
  ///
  /// @param answers that the bus has given so far
  /// @return whether the bus gave answers since that happened the last time
  boolean brokeBusAgain(long answers) {
    boolean isAgain = answers != answersWhenBroken;
    answersWhenBroken = answers;
    breaks += isAgain ? 0 : 1;
    return isAgain;
  }

  private void become(State newState, String newReason, Stamp stamp) {
    if (newState == state && newReason.equals(reason)) {
      return;
    }
    if (newState != state) {
      since = stamp.at();
      if (newState == State.OFFLINE) {
        reset(); // whatever comes back may be another part
      }
    }
    state = newState;
    reason = newReason;
    boolean isOnline = newState == State.ONLINE;
    reports.accept(new DeviceStatus(settings.name(), stamp, isOnline, since, newReason));
  }
}
