package rackpulse.watch;

import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import rackpulse.analysis.BlockMean;
import rackpulse.analysis.Wording;
import rackpulse.model.EdgeLs;
import rackpulse.model.Novelty;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.Share;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;

/// Watches one channel for what it has not done before.
final class PastWatch {
  /// Blocks in a row without any evidence that end an anomaly.
  private static final int QUIET_BLOCKS = 12;

  private static final double USUAL_SEVERITY = 0.5;

  /// In the first two days, in which most alarms on channels that just wander would be, only what
  /// goes twice as far as the band within two hours is told.
  private static final double CLEAR_BANDS = 2;

  private static final int CLEARING_UP_BLOCKS = 24;

  private final Channel channel;
  private final double resolution;
  private final Episode episode;
  private EdgeLs model;
  private @Nullable Novelty novelty;
  private double score;

  /// How long what was found may still turn out to be clear.
  private int unclearBlocks;

  PastWatch(Channel channel) {
    this.channel = channel;
    resolution = Traits.of(channel.quantity()).resolution();
    episode = new Episode(channel, Anomaly.Kind.NOVELTY, QUIET_BLOCKS);
    model = new EdgeLs(resolution);
  }

  /// Takes a whole block.
  void observe(Stamp stamp, BlockMean block, List<Report> reports) {
    Novelty found = model.observe(block.startMillis(), block.intervals(), block.mean());
    score = found == null ? 0 : found.score();
    novelty = found == null ? novelty : found;
    boolean isClaimed =
        isClear(found != null, block.mean())
            || (episode.isRaised() && model.quietSamples() < QUIET_BLOCKS);
    if (isClaimed && episode.isAcceptable(stamp)) {
      reports.add(tell(stamp, Anomaly.State.ACCEPTED, block.mean()));
    } else if (episode.wants(stamp, isClaimed)) {
      Anomaly.State state = isClaimed ? Anomaly.State.RAISED : Anomaly.State.CLEARED;
      reports.add(tell(stamp, state, block.mean()));
    }
  }

  private boolean isClear(boolean isFound, double mean) {
    if (isConfident() || episode.isRaised()) {
      unclearBlocks = 0;
      return isFound;
    }
    unclearBlocks = isFound ? CLEARING_UP_BLOCKS : Math.max(0, unclearBlocks - 1);
    double halfBand = model.high() - model.expected();
    return unclearBlocks > 0 && Math.abs(mean - model.expected()) > CLEAR_BANDS * halfBand;
  }

  private Anomaly tell(Stamp stamp, Anomaly.State state, double mean) {
    Novelty last = novelty;
    List<Share> shares =
        last == null
            ? List.of()
            : last.terms().stream().map(term -> new Share(term.name(), term.amount())).toList();
    return episode.tell(
        stamp,
        state,
        new Finding(
            last == null ? USUAL_SEVERITY : last.severity(),
            OptionalDouble.of(mean),
            Finding.known(model.expected()),
            Finding.known(model.low()),
            Finding.known(model.high()),
            shares,
            null,
            text(state, mean, shares)));
  }

  private String text(Anomaly.State state, double mean, List<Share> shares) {
    Quantity quantity = channel.quantity();
    String is = Wording.name(channel) + " is " + Wording.value(mean, quantity);
    return switch (state) {
      case RAISED -> {
        String why = Wording.listed(shares.stream().map(Share::name).toList());
        boolean isUsual = mean >= model.low() && mean <= model.high();
        yield is
            + (isUsual ? ", which is usual" : "")
            + (isUsual ? " at this time of day (" : ", at this time of day usually ")
            + Wording.value(model.low(), quantity)
            + " to "
            + Wording.value(model.high(), quantity)
            + (isUsual ? "), but not what it did lately" : "")
            + (why.isEmpty() ? "" : ": " + why);
      }
      case CLEARED -> is + " and does nothing unusual any more";
      case ACCEPTED -> is + ": unusual for three days, it is taken as the new usual from now on";
    };
  }

  /// Learns anew; what is raised counts as usual from now on.
  void forget(Stamp stamp, List<Report> reports) {
    if (episode.isRaised()) {
      reports.add(episode.forgotten(stamp));
    }
    model = new EdgeLs(resolution);
    novelty = null;
  }

  boolean isRaised() {
    return episode.isRaised();
  }

  Episode episode() {
    return episode;
  }

  /// What there is to see of the last block; `state` is that of the channel.
  RackWatch.Opinion opinion(BlockMean block, String state, @Nullable Anomaly told) {
    return new RackWatch.Opinion(
        block.startMillis(),
        block.intervals(),
        block.mean(),
        state,
        score,
        model.expected(),
        model.high() - model.expected(),
        told);
  }

  double progress() {
    return model.progress();
  }

  /// Whether it has seen enough for its verdicts to deserve confidence.
  boolean isConfident() {
    return model.samples() >= EdgeLs.CONFIDENT_FROM;
  }

  void save(StateWriter writer) {
    model.save(writer);
    writer.number(unclearBlocks);
  }

  void restore(StateReader reader) throws UnusableState {
    EdgeLs restored = new EdgeLs(resolution);
    restored.restore(reader);
    unclearBlocks = reader.count(CLEARING_UP_BLOCKS);
    model = restored;
  }
}
