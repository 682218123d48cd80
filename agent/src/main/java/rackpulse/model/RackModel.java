package rackpulse.model;

import java.util.Arrays;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// Explains one channel of a rack by others: says how much of its value they account for, each its
/// share, and what remains unexplained.
///
/// It is fed with means over blocks of 5 minutes. Two days teach the usual values ([RackInputs]);
/// after that a ridge regression of the standardised target on the standardised inputs and its own
/// previous value is kept up, with a memory of a week. Residuals of one step say whether something
/// is wrong ([Evidence]). They would hide a fault that lasts, since it is soon part of the previous
/// value; so what is *expected* comes from a free run, which puts the previous expected value in
/// place of the previous measured one. It runs all the time and never sees the target, so that it
/// is clean of the blocks in which a fault grew until it was raised.
///
/// Not thread-safe; no garbage after construction.
public final class RackModel {
  /// More than this are not told apart in a week of blocks.
  public static final int MAX_INPUTS = 7;

  private static final double FORGETTING = 0.9995;
  private static final double RIDGE = 1;

  /// The own past may explain so much; more would be a random walk that inputs do not move.
  private static final double LARGEST_CARRY = 0.95;

  /// Standard deviations of the free run to either side.
  private static final double BAND = 3;

  /// Clears after so many blocks below half the threshold.
  private static final int CLEARING_BLOCKS = 6;

  /// 72 hours: what lasts longer is no fault but how the rack is now.
  static final int ACCEPTING_BLOCKS = 864;

  /// What an accepted anomaly leaves of what was learned before: about ten blocks' worth.
  private static final double KEPT_ON_ACCEPTANCE = 0.005;

  /// A day in which an accepted normality is learned without being judged.
  private static final int RELEARNING_BLOCKS = 288;

  /// Least usual size of a residual in units of the resolution: a quarter is what rounding alone
  /// makes of it.
  private static final double FLOOR = 0.25;

  /// Bounds the state while candidates are compared.
  private static final int MAX_CANDIDATES = 32;

  /// How far the model is.
  public enum State {
    /// There is not enough data yet; nothing is claimed.
    LEARNING,
    READY,
    /// It judges what it can but learns nothing, because something is wrong.
    SUSPENDED
  }

  /// How far a block may be trusted.
  public enum Trust {
    SOUND,
    /// Something is abnormal about a member: the block is judged, and nothing is learned from it.
    ABNORMAL,
    /// A member has a sensor fault: the block is as good as missing.
    FAULTY
  }

  /// What a block changed.
  public enum Change {
    NONE,
    RAISED,
    CLEARED,
    /// Lasted for 72 hours; from now on it is learned.
    ACCEPTED
  }

  private static final String SECTION = "rack-model";
  private static final int LAYOUT = 2;

  private final long constants;
  private final RackInputs inputs;
  private final double resolution;
  private final RidgeRegression regression;
  private final Evidence evidence = new Evidence();

  /// The constant, the inputs (0 where fewer were chosen), the previous value of the target.
  private final double[] features;

  private final int carry;

  private final FreeRun run;

  /// Of the last block; NaN where there is none.
  private double target = Double.NaN;

  private double previous = Double.NaN;
  private Trust trust = Trust.SOUND;
  private boolean raised;
  private int raisedBlocks;
  private int quietBlocks;

  /// @param candidates how many channels are given with each block, 1 to 32
  /// @param declared whether these are the inputs, 1 to 7; otherwise the seven that go best with
  ///   the target over the first two days are chosen
  /// @param resolution smallest difference of the target that means anything, in its unit, above 0
  public RackModel(int candidates, boolean declared, double resolution) {
    if (candidates < 1 || candidates > (declared ? MAX_INPUTS : MAX_CANDIDATES)) {
      throw new IllegalArgumentException("a rack model of " + candidates + " inputs");
    }
    inputs = new RackInputs(candidates, declared, resolution);
    constants =
        StateWriter.hash(
            LAYOUT, candidates, declared ? 1 : 0, resolution, FORGETTING, RIDGE, LARGEST_CARRY);
    this.resolution = resolution;
    int size = Math.min(candidates, MAX_INPUTS) + 2;
    regression = new RidgeRegression(size, FORGETTING, RIDGE);
    features = new double[size];
    carry = size - 1;
    run = new FreeRun(size - 1);
  }

  /// Takes the means of one block; to be called for every block, also those without values.
  ///
  /// @param target NaN where there is none
  /// @param candidates NaN where there is none, always in the same order
  public Change observe(double target, double[] candidates, Trust trust) {
    this.trust = trust;
    this.target = trust == Trust.FAULTY || !Rls.isUsable(target) ? Double.NaN : target;
    if (inputs.count() == 0) {
      if (trust == Trust.SOUND && inputs.learn(target, candidates)) {
        features[0] = 1;
      }
      return Change.NONE;
    }
    if (raised && ++raisedBlocks >= ACCEPTING_BLOCKS) {
      accept();
      return Change.ACCEPTED;
    }
    if (trust == Trust.FAULTY || !inputs.complete(candidates)) {
      this.target = Double.NaN;
      previous = Double.NaN;
      run.pause();
      return Change.NONE;
    }
    for (int i = 0; i < inputs.count(); i++) {
      features[i + 1] = inputs.standardInput(i, candidates);
    }
    run.step(regression, features);
    Change change = Change.NONE;
    double standard = Double.isNaN(this.target) ? Double.NaN : inputs.standardTarget(target);
    if (!Double.isNaN(standard) && !Double.isNaN(previous)) {
      features[carry] = previous;
      double floor = FLOOR * resolution / inputs.targetScale();
      change = judge(standard, floor);
    }
    previous = standard;
    return change;
  }

  private Change judge(double standard, double floor) {
    double residual = standard - regression.predict(features);
    boolean learns = trust == Trust.SOUND && !raised;
    double weight = evidence.weight(residual, floor);
    evidence.observe(residual, floor, learns);
    run.watch(standard);
    Change change = verdict();
    if (learns && !raised) {
      if (evidence.hasVerdict()) {
        run.compare(standard);
      }
      learn(standard, weight);
    }
    return change;
  }

  private Change verdict() {
    double strength = evidence.strength();
    if (!raised) {
      // residuals alone also grow when inputs jump within a block
      raised = strength > 1 && run.isOff();
      raisedBlocks = 0;
      quietBlocks = 0;
      return raised ? Change.RAISED : Change.NONE;
    }
    quietBlocks = strength < 0.5 ? quietBlocks + 1 : 0;
    if (quietBlocks < CLEARING_BLOCKS) {
      return Change.NONE;
    }
    raised = false;
    return Change.CLEARED;
  }

  private void learn(double standard, double weight) {
    regression.add(features, standard, weight);
    if (regression.solve()) {
      double carried = regression.coefficient(carry);
      if (!(carried >= 0 && carried <= LARGEST_CARRY)) {
        // the inputs' shares of the fit change with it: clamping alone would bias the free run
        regression.solveWithLast(Math.clamp(carried, 0, LARGEST_CARRY));
      }
    }
  }

  private void accept() {
    raised = false;
    previous = Double.NaN;
    run.restart();
    regression.fade(KEPT_ON_ACCEPTANCE);
    evidence.restart(RELEARNING_BLOCKS);
  }

  /// Forgets everything and starts the two days anew.
  public void retrain() {
    inputs.clear();
    regression.clear();
    evidence.restart(0);
    run.clear();
    Arrays.fill(features, 0);
    previous = Double.NaN;
    raised = false;
  }

  /// Writes all that the model knows.
  public void save(StateWriter writer) {
    int section = writer.open(SECTION, constants);
    inputs.save(writer);
    if (inputs.count() > 0) {
      regression.save(writer); // nothing but zeros before
    }
    evidence.save(writer);
    run.save(writer);
    writer.flag(!Double.isNaN(previous));
    writer.value(Double.isNaN(previous) ? 0 : previous);
    writer.flag(raised);
    writer.number(raisedBlocks);
    writer.number(quietBlocks);
    writer.close(section);
  }

  /// Goes on where the saved model stopped; to be called on a new model that was made alike.
  public void restore(StateReader reader) throws UnusableState {
    int section = reader.open(SECTION, constants);
    inputs.restore(reader);
    if (inputs.count() > 0) {
      regression.restore(reader);
    }
    evidence.restore(reader);
    run.restore(reader);
    boolean isKnown = reader.flag();
    double value = reader.value();
    previous = isKnown ? value : Double.NaN;
    raised = reader.flag();
    raisedBlocks = reader.count(ACCEPTING_BLOCKS);
    quietBlocks = reader.count(CLEARING_BLOCKS);
    features[0] = inputs.count() > 0 ? 1 : 0;
    reader.close(section);
  }

  public State state() {
    if (!evidence.hasVerdict()) {
      return State.LEARNING;
    }
    return trust == Trust.SOUND && !raised ? State.READY : State.SUSPENDED;
  }

  /// How far the learning has come, 0 to 1.
  public double progress() {
    return (inputs.progress() * RackInputs.LEARNING_BLOCKS + evidence.progressBlocks())
        / (RackInputs.LEARNING_BLOCKS + Evidence.FIRST_VERDICT);
  }

  /// Whether there is an explanation of the last block: enough data, and every member had a value.
  /// What follows means something only then.
  public boolean explains() {
    return evidence.hasVerdict() && run.isGoing() && regression.quality() > 0;
  }

  /// Whether an anomaly is raised.
  public boolean raised() {
    return raised;
  }

  /// 0 to 1; 0.5 at the threshold.
  public double severity() {
    return 1 - 0.5 * Math.exp(-Math.max(0, evidence.strength() - 1));
  }

  /// The target without what the inputs do at present, in its unit.
  public double usual() {
    return inputs.usualTarget() + inputs.targetScale() * run.contribution(0);
  }

  /// What usual value and inputs explain of the target.
  public double expected() {
    return inputs.usualTarget() + inputs.targetScale() * run.value();
  }

  /// Half the width of the band in which the target is normal, around [#expected()].
  public double band() {
    return BAND * Math.max(run.deviation() * inputs.targetScale(), FLOOR * resolution);
  }

  /// The measured target less the expected one; NaN when it has no value.
  public double unexplained() {
    return target - expected();
  }

  /// How many inputs there are; 0 while they are not chosen.
  public int inputs() {
    return inputs.count();
  }

  /// Whether there are still none after the two days in which they should have been found.
  public boolean lacksInputs() {
    return inputs.isInVain();
  }

  /// The first declared input that has no value most of the time; -1 where there is none, or none
  /// was declared.
  public int absentInput() {
    return inputs.absentInput();
  }

  /// Which candidate is the input numbered `input`.
  public int candidate(int input) {
    return inputs.candidate(input);
  }

  /// Whether a candidate is a member, so that its faults matter.
  public boolean uses(int candidate) {
    return inputs.uses(candidate);
  }

  /// What an input accounts for, in the unit of the target; over all inputs the shares sum to
  /// [#expected()] less [#usual()].
  public double share(int input) {
    return inputs.targetScale() * run.contribution(input + 1);
  }

  /// Share of the target's variance that the free run explains, over a week; at most 1.
  public double rSquared() {
    return run.rSquared();
  }

  /// How well the inputs can be told apart, 0 to 1: near 0 single shares mean little.
  public double quality() {
    return regression.quality();
  }
}
