package rackpulse.watch;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import rackpulse.analysis.Wording;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.Kind;
import rackpulse.telemetry.Anomaly.State;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Stamp;

/// Anomalies of one kind on one channel: raised, told again at most once a minute, and over.
final class Episode {
  /// A raised anomaly is told again with its present values not more often than this.
  static final Duration UPDATE_EVERY = Duration.ofMinutes(1);

  /// What a model has seen for so long is how the rack is now.
  static final Duration ACCEPTED_AFTER = Duration.ofDays(3);

  private final Channel channel;
  private final Kind kind;
  private final int patience;
  private @Nullable Raised raised;

  /// Of an anomaly that was raised before a restart and has not been seen since: how often it may
  /// still be missed.
  private int leftUnseen;

  private record Raised(String id, Stamp began, double severity, long toldNanos) {}

  /// @param patience after a restart, how many observations without it end an anomaly: a state that
  ///   is some minutes old does not know of it
  Episode(Channel channel, Kind kind, int patience) {
    this.channel = channel;
    this.kind = kind;
    this.patience = patience;
  }

  Kind kind() {
    return kind;
  }

  boolean isRaised() {
    return raised != null;
  }

  /// Takes one observation; to be called for each.
  ///
  /// @param claimed whether the anomaly is there
  /// @return whether there is something to tell: that it is there, or that it is over
  boolean wants(Stamp stamp, boolean claimed) {
    Raised present = raised;
    if (claimed) {
      leftUnseen = 0;
      return present == null
          || stamp.monotonicNanos() - present.toldNanos >= UPDATE_EVERY.toNanos();
    }
    if (present == null) {
      return false;
    }
    leftUnseen--;
    return leftUnseen <= 0;
  }

  /// Whether it has been raised for so long that it is no anomaly any more.
  boolean isAcceptable(Stamp stamp) {
    Raised present = raised;
    return present != null
        && Duration.between(began(present, stamp).at(), stamp.at()).compareTo(ACCEPTED_AFTER) >= 0;
  }

  /// The anomaly as it is to be told now.
  Anomaly tell(Stamp stamp, State state, Finding finding) {
    Raised before = raised;
    Raised now =
        new Raised(
            before == null ? id(stamp) : before.id,
            before == null ? stamp : before.began,
            finding.severity(),
            stamp.monotonicNanos());
    raised = state == State.RAISED ? now : null;
    leftUnseen = 0;
    return new Anomaly(
        now.id,
        channel,
        stamp,
        kind,
        state,
        state == State.RAISED || before == null ? finding.severity() : before.severity,
        began(now, stamp).at(),
        finding.observed(),
        finding.expected(),
        finding.low(),
        finding.high(),
        finding.shares(),
        finding.outlook(),
        finding.text());
  }

  /// The end of an anomaly whose model learns anew, at the word of an operator.
  Anomaly forgotten(Stamp stamp) {
    String text = Wording.name(channel) + ": its models were told to learn anew";
    return tell(stamp, State.ACCEPTED, Finding.of(0, Double.NaN, text));
  }

  /// Goes on with an anomaly that was raised before a restart.
  void restore(Anomaly told) {
    long nowNanos = told.stamp().monotonicNanos();
    Stamp began = new Stamp(told.since(), nowNanos, true);
    long longAgoNanos = nowNanos - UPDATE_EVERY.toNanos();
    raised = new Raised(told.id(), began, told.severity(), longAgoNanos);
    leftUnseen = patience;
  }

  private String id(Stamp stamp) {
    return channel.path() + "." + kind.id() + "." + stamp.at().toEpochMilli();
  }

  private static Stamp began(Raised raised, Stamp now) {
    return raised.began.datedBy(now);
  }
}
