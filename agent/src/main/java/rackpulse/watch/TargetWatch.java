package rackpulse.watch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rackpulse.analysis.Wording;
import rackpulse.model.RackModel;
import rackpulse.model.RackModel.Change;
import rackpulse.model.RackModel.Trust;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.Share;
import rackpulse.telemetry.Anomaly.State;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Health.ModelHealth;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;

/// Watches one channel for what the others of its rack do not explain.
final class TargetWatch {
  /// Blocks without it that end an anomaly which the restored state does not know.
  private static final int PATIENCE = 6;

  private static final int MOST_SHARES = 3;

  /// The only channel of a computed device, which sentences call by the device's name alone.
  private static final String COMPUTED = ".value";

  private static final double LEAST_RESOLUTION = 1e-3;

  private final Channel target;
  private final Latest own;
  private final List<Channel> candidates;
  private final List<Latest> others;
  private final boolean isDeclared;
  private final Episode episode;
  private final double[] values;
  private RackModel model;
  private double observed = Double.NaN;

  /// @param candidates what may explain it, 1 to 32; when `isDeclared` what does, at most 7
  TargetWatch(
      Channel target,
      Latest own,
      List<Channel> candidates,
      List<Latest> others,
      boolean isDeclared) {
    this.target = target;
    this.own = own;
    this.candidates = List.copyOf(candidates);
    this.others = List.copyOf(others);
    this.isDeclared = isDeclared;
    episode = new Episode(target, Anomaly.Kind.RACK_MODEL, PATIENCE);
    values = new double[candidates.size()];
    model = fresh();
  }

  private RackModel fresh() {
    double resolution = Math.max(LEAST_RESOLUTION, Traits.of(target.quantity()).resolution());
    return new RackModel(candidates.size(), isDeclared, resolution);
  }

  Channel target() {
    return target;
  }

  Episode episode() {
    return episode;
  }

  /// Takes a block of the whole rack.
  void observe(long startMillis, Stamp stamp, List<Report> reports) {
    observed = own.meanOf(startMillis);
    Trust trust = own.isUnusual ? Trust.ABNORMAL : Trust.SOUND;
    boolean isFaulty = own.isFaulty;
    for (int i = 0; i < values.length; i++) {
      Latest other = others.get(i);
      values[i] = other.meanOf(startMillis);
      if (model.inputs() > 0 && model.uses(i)) {
        isFaulty |= other.isFaulty;
        trust = other.isUnusual ? Trust.ABNORMAL : trust;
      }
    }
    Change change = model.observe(observed, values, isFaulty ? Trust.FAULTY : trust);
    if (change == Change.ACCEPTED && episode.isRaised()) {
      reports.add(tell(stamp, State.ACCEPTED));
      return;
    }
    boolean isClaimed = model.raised() && model.explains();
    boolean isUnknown = model.raised() && !model.explains();
    if (!isUnknown && episode.wants(stamp, isClaimed)) {
      reports.add(tell(stamp, isClaimed ? State.RAISED : State.CLEARED));
    }
  }

  /// What there is to see of the block that was taken last.
  ///
  /// @param told what was told of it
  RackWatch.Opinion opinion(long startMillis, @Nullable Anomaly told) {
    boolean isExplained = model.explains();
    return new RackWatch.Opinion(
        startMillis,
        1,
        observed,
        health().state(),
        0,
        isExplained ? model.expected() : Double.NaN,
        isExplained ? model.band() : Double.NaN,
        told);
  }

  /// Learns anew; what is raised counts as usual from now on.
  void forget(Stamp stamp, List<Report> reports) {
    if (episode.isRaised()) {
      reports.add(episode.forgotten(stamp));
    }
    model = fresh();
  }

  private Anomaly tell(Stamp stamp, State state) {
    boolean isExplained = model.explains();
    double expected = isExplained ? model.expected() : Double.NaN;
    double band = isExplained ? model.band() : Double.NaN;
    Finding finding =
        new Finding(
            model.severity(),
            Finding.known(observed),
            Finding.known(expected),
            Finding.known(expected - band),
            Finding.known(expected + band),
            isExplained ? shares() : List.of(),
            null,
            text(state, expected, band));
    return episode.tell(stamp, state, finding);
  }

  private List<Share> shares() {
    List<Share> shares = new ArrayList<>();
    for (int i = 0; i < model.inputs(); i++) {
      double share = model.share(i);
      if (Double.isFinite(share)) {
        shares.add(new Share(candidates.get(model.candidate(i)).path(), share));
      }
    }
    shares.sort(Comparator.comparingDouble((Share share) -> -Math.abs(share.amount())));
    return shares.subList(0, Math.min(MOST_SHARES, shares.size()));
  }

  private String text(State state, double expected, double band) {
    Quantity quantity = target.quantity();
    String is = Wording.name(target);
    is += Double.isFinite(observed) ? " is " + Wording.value(observed, quantity) : " has no value";
    return switch (state) {
      case RAISED ->
          is
              + ", expected "
              + Wording.value(expected, quantity)
              + " ± "
              + Wording.value(twoDigits(band), quantity)
              + " from "
              + Wording.listed(inputs());
      case CLEARED -> is + ", as the rest of the rack explains it again";
      case ACCEPTED -> is + ": unexplained for three days, it is learned as the new usual now";
    };
  }

  /// A band is an estimate: more digits of it would say more than is known.
  private static double twoDigits(double band) {
    double unit = Math.pow(10, Math.floor(Math.log10(band)) - 1);
    return band > 0 ? Math.rint(band / unit) * unit : band;
  }

  /// Names of the inputs, those with the largest shares first.
  private List<String> inputs() {
    return shares().stream()
        .map(share -> share.name().endsWith(COMPUTED) ? device(share) : share.name())
        .map(name -> name.replace('.', ' '))
        .toList();
  }

  private static String device(Share share) {
    return share.name().substring(0, share.name().length() - COMPUTED.length());
  }

  ModelHealth health() {
    return switch (model.state()) {
      case LEARNING -> health("learning", whyNot());
      case SUSPENDED ->
          health("suspended", own.isFaulty ? "its sensor has a fault" : "something is abnormal");
      case READY ->
          health(
              "ready",
              model.explains() && Double.isFinite(model.rSquared())
                  ? "R² "
                      + Math.rint(100 * model.rSquared()) / 100
                      + ", quality "
                      + Math.rint(1000 * model.quality()) / 1000
                  : "not enough data at present");
    };
  }

  private String whyNot() {
    if (!model.lacksInputs()) {
      return "not enough data yet";
    }
    int absent = model.absentInput();
    return absent < 0
        ? "nothing that is measured goes with it: declare [model."
            + target.path()
            + "] inputs, such as the inlet, the power and the fan of its air"
        : "its input " + candidates.get(absent).path() + " has no value most of the time";
  }

  private ModelHealth health(String state, String note) {
    return new ModelHealth(
        target.path(), "rack-model", state, Math.clamp(model.progress(), 0, 1), note);
  }

  void save(StateWriter writer) {
    int section = writer.open("target", constants());
    model.save(writer);
    writer.close(section);
  }

  void restore(StateReader reader) throws UnusableState {
    int section = reader.open("target", constants());
    try {
      RackModel restored = fresh();
      restored.restore(reader);
      model = restored;
    } finally {
      reader.skip(section);
    }
  }

  /// Other candidates make another model.
  private long constants() {
    double[] names = new double[candidates.size()];
    for (int i = 0; i < names.length; i++) {
      names[i] = candidates.get(i).path().hashCode();
    }
    return StateWriter.hash(1, names);
  }
}
