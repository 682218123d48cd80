package rackpulse.model;

import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;
import rackpulse.model.Novelty.Symptom;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// One channel against its own past: a slow least-squares model of level and daily shape, one of
/// how the error's scale depends on the time of day, and a fast one of each value from the one
/// before; what they leave unexplained is scored by [EdgeScores].
///
/// Meant for means of five minutes: about one alarm per channel in ten days. Causal, fixed memory,
/// no training; the same sequence of samples gives the same bits.
public final class EdgeLs {
  /// Samples after which the verdicts deserve confidence.
  public static final int CONFIDENT_FROM = 600;

  private static final double SHORT_MEMORY = 20;
  static final double LONG_MEMORY = 16_000;
  private static final double STEP_FORGETTING = 0.995;
  private static final double STEP_VARIANCE = 0.1;
  private static final double HUBER_SCALES = 5;
  private static final double CLIP_SCALES = 5;
  private static final double CLIP_FLOOR = 0.02;
  private static final double MOST_LAG = 8;
  private static final double MOST_STEP_TARGET = 16;
  private static final double BAND_SCALES = 3;
  private static final int CLIP_AFTER = 30;
  private static final int STEPS_AFTER = 20;
  private static final int STEP_HUBER_AFTER = 50;

  /// More intervals than these since the sample before are a gap.
  private static final int GAP_INTERVALS = 3;

  /// Longer absences count as a century of five-minute samples.
  static final long MOST_INTERVALS = 10_000_000;

  /// After a gap so many samples have no trustworthy predecessor.
  private static final int SKIPPED_AFTER_GAP = 2;

  /// A day of five-minute samples: after it the daily shape is less sure.
  private static final int DAY_INTERVALS = 288;

  /// After a restart with a gap, alarms of the first samples are not told.
  private static final int MUTED_AFTER_RESTART = 3;

  /// A change smaller than this many steps of the sensor is no news.
  private static final double HOLD_BACK_RESOLUTIONS = 1.5;

  private static final String SECTION = "edge-ls";
  private static final long CONSTANTS =
      DailyShape.CONSTANTS
          ^ EdgeScores.CONSTANTS
          ^ StateWriter.hash(
              1,
              SHORT_MEMORY,
              LONG_MEMORY,
              STEP_FORGETTING,
              STEP_VARIANCE,
              HUBER_SCALES,
              CLIP_SCALES,
              CLIP_FLOOR,
              CLIP_AFTER,
              MOST_LAG,
              MOST_STEP_TARGET,
              STEPS_AFTER,
              STEP_HUBER_AFTER);

  private final double resolution;

  /// 1 and the value before, standardised.
  private final DMatrixRMaj lag = new DMatrixRMaj(2, 1);

  private final DailyShape daily = new DailyShape();
  private final Rls step =
      new Rls(
          lag, STEP_FORGETTING, new double[] {STEP_VARIANCE, STEP_VARIANCE}, new double[] {0, 1});
  private final EdgeScores scores = new EdgeScores();
  private final double[] evidence = new double[Symptom.values().length];

  private long samples;
  private double origin;
  private double mean;
  private double deviation;
  private double previous;

  /// Scale of the errors of the one-step model.
  private double stepScale;

  /// Scale of the changes from sample to sample.
  private double changeScale;

  // exponentially weighted means of: errors of the daily model, fast, slow, without sign; changes;
  // values, fast and slow; errors of the one-step model, with and without sign
  private double dailyFast;
  private double dailySlow;
  private double dailySize;
  private double changeSize;
  private double valueFast;
  private double valueSlow;
  private double stepBias;
  private double stepSize;

  private long passedIntervals;
  private int skip;
  private int muted;
  private boolean restored;

  // of the present sample only
  private double scale;
  private double floor;
  private double expected;
  private double halfBand;

  /// @param resolution the smallest step of the sensor in the channel's unit; an alarm waits while
  ///   the value is within one and a half of them of what is expected; 0 where unknown
  public EdgeLs(double resolution) {
    this.resolution = resolution;
  }

  /// Takes a sample; what is not usable counts as missing and changes nothing.
  ///
  /// @param wallMillis since the epoch, always in the same zone; only the time of day matters
  /// @param intervals nominal intervals since the sample before, 1 without a gap; a recording that
  ///   is taken as it is says 1 always
  /// @return an alarm, if this sample raises one
  public @Nullable Novelty observe(long wallMillis, long intervals, double value) {
    if (!Rls.isUsable(value)) {
      return null;
    }
    pass(intervals);
    long sinceIntervals = passedIntervals;
    boolean isFirstAfterRestart = restored;
    passedIntervals = 0;
    restored = false;
    if (samples == 0) {
      start(value);
      return null;
    }
    if (sinceIntervals > GAP_INTERVALS) {
      afterGap(value, sinceIntervals);
      muted = isFirstAfterRestart ? MUTED_AFTER_RESTART : muted;
    }
    scale = Math.max(deviation, 1e-4 * Math.abs(mean) + 1e-9);
    floor = 1e-3 * scale + 1e-9;
    daily.observe(wallMillis, value - origin, samples, scale, floor);
    double fast = rate(samples, SHORT_MEMORY);
    expected = value - daily.error();
    halfBand = BAND_SCALES * daily.usual();
    watchLevel(value, fast);
    if (skip == 0) {
      watchSteps(value, fast);
    } else {
      skip--;
      // without a predecessor this sample says nothing about steps
      evidence[Symptom.SPIKE.ordinal()] = Double.NaN;
      evidence[Symptom.ROUGHNESS.ordinal()] = Double.NaN;
      evidence[Symptom.NOISE.ordinal()] = Double.NaN;
      evidence[Symptom.ONE_SIDED.ordinal()] = Double.NaN;
    }
    double rate = rate(samples, LONG_MEMORY);
    deviation += rate * (Math.abs(value - mean) - deviation);
    mean += rate * (value - mean);
    previous = value;
    return verdict(value);
  }

  /// Lets time pass in which samples were withheld, because the sensor was not to be trusted.
  public void pass(long intervals) {
    long more = Math.clamp(intervals, 0, MOST_INTERVALS);
    passedIntervals = Math.min(MOST_INTERVALS, passedIntervals + more);
  }

  /// How many samples were taken.
  public long samples() {
    return samples;
  }

  /// How far the warm-up without verdicts is, 0 to 1.
  public double progress() {
    return Math.min(1, (double) samples / EdgeScores.WARM_UP);
  }

  /// What level and daily shape predicted for the sample taken last, in the channel's unit.
  public double expected() {
    return expected;
  }

  /// The lower edge of what was normal for it.
  public double low() {
    return expected - halfBand;
  }

  /// The upper edge of what was normal for it.
  public double high() {
    return expected + halfBand;
  }

  /// Samples in a row without any evidence; an alarm is over after twelve.
  public long quietSamples() {
    return scores.quietSamples();
  }

  /// Writes all that the model knows.
  public void save(StateWriter writer) {
    int section = writer.open(SECTION, CONSTANTS);
    writer.number(samples);
    writer.values(
        new double[] {
          origin,
          mean,
          deviation,
          previous,
          stepScale,
          changeScale,
          dailyFast,
          dailySlow,
          dailySize,
          changeSize,
          valueFast,
          valueSlow,
          stepBias,
          stepSize
        });
    daily.save(writer);
    step.save(writer);
    scores.save(writer);
    writer.number(passedIntervals);
    writer.number(skip);
    writer.number(muted);
    writer.close(section);
  }

  /// Fills a new model with what was saved.
  public void restore(StateReader reader) throws UnusableState {
    int section = reader.open(SECTION, CONSTANTS);
    samples = reader.number();
    restoreMonitors(reader);
    daily.restore(reader);
    step.restore(reader);
    scores.restore(reader);
    passedIntervals = reader.number();
    skip = reader.count(SKIPPED_AFTER_GAP);
    muted = reader.count(MUTED_AFTER_RESTART);
    reader.close(section);
    restored = true;
  }

  private void restoreMonitors(StateReader reader) throws UnusableState {
    double[] values = new double[14];
    reader.values(values);
    origin = values[0];
    mean = values[1];
    deviation = values[2];
    previous = values[3];
    stepScale = values[4];
    changeScale = values[5];
    dailyFast = values[6];
    dailySlow = values[7];
    dailySize = values[8];
    changeSize = values[9];
    valueFast = values[10];
    valueSlow = values[11];
    stepBias = values[12];
    stepSize = values[13];
  }

  private void start(double value) {
    origin = value;
    mean = value;
    valueFast = value;
    valueSlow = value;
    previous = value;
    expected = value;
    samples = 1;
  }

  private void afterGap(double value, long sinceIntervals) {
    previous = value;
    skip = SKIPPED_AFTER_GAP;
    if (sinceIntervals > DAY_INTERVALS) {
      daily.forget(sinceIntervals - 1);
    }
  }

  private void watchLevel(double value, double fast) {
    double dailyError = daily.evenError();
    double size = Math.abs(dailyError);
    dailyFast += fast * (dailyError - dailyFast);
    dailySlow += rate(samples, 4 * SHORT_MEMORY) * (dailyError - dailySlow);
    dailySize += fast * (size - dailySize);
    valueFast += fast * (value - valueFast);
    valueSlow += rate(samples, 10 * SHORT_MEMORY) * (value - valueSlow);
    double usual = daily.scale() + floor;
    evidence[Symptom.TIME_OF_DAY.ordinal()] = size / usual;
    evidence[Symptom.LEVEL_FAST.ordinal()] = Math.abs(dailyFast) / usual;
    evidence[Symptom.LEVEL_SLOW.ordinal()] = Math.abs(dailySlow) / usual;
    evidence[Symptom.QUIET.ordinal()] = usual / (dailySize + 0.05 * daily.scale() + floor);
    evidence[Symptom.SHIFT.ordinal()] = Math.abs(valueFast - valueSlow) / scale;
  }

  private void watchSteps(double value, double fast) {
    double stepError = samples > STEPS_AFTER ? oneStep(value) : 0;
    double change = Math.abs(value - previous);
    changeSize += fast * (change - changeSize);
    double counted = samples > CLIP_AFTER ? clipped(change, changeScale, scale) : change;
    changeScale += rate(samples, LONG_MEMORY) * (counted - changeScale);
    stepBias += fast * (stepError - stepBias);
    stepSize += fast * (Math.abs(stepError) - stepSize);
    evidence[Symptom.SPIKE.ordinal()] = Math.abs(stepError) / (stepScale + floor);
    evidence[Symptom.ROUGHNESS.ordinal()] = changeSize / (changeScale + floor);
    evidence[Symptom.NOISE.ordinal()] = stepSize / (stepScale + floor);
    evidence[Symptom.ONE_SIDED.ordinal()] = Math.abs(stepBias) / (stepScale + floor);
  }

  /// The value from the one before.
  ///
  /// @return the error before learning, in the channel's unit
  private double oneStep(double value) {
    lag.data[0] = 1;
    lag.data[1] = Math.clamp((previous - mean) / scale, -MOST_LAG, MOST_LAG);
    double target = Math.clamp((value - mean) / scale, -MOST_STEP_TARGET, MOST_STEP_TARGET);
    double error = step.error(target);
    double usual = HUBER_SCALES * stepScale / scale;
    boolean isLarge = samples > STEP_HUBER_AFTER && stepScale > 0 && Math.abs(error) > usual;
    step.learn(error, isLarge ? usual / Math.abs(error) : 1);
    double size = Math.abs(error * scale);
    double counted = samples > STEP_HUBER_AFTER ? clipped(size, stepScale, scale) : size;
    stepScale += rate(samples - STEPS_AFTER, LONG_MEMORY) * (counted - stepScale);
    return error * scale;
  }

  private @Nullable Novelty verdict(double value) {
    double small = HOLD_BACK_RESOLUTIONS * resolution;
    boolean isSmall = Math.abs(value - expected) < small && Math.abs(valueFast - valueSlow) < small;
    long n = samples++;
    boolean isAlarm = scores.isAlarm(n, evidence, isSmall);
    boolean isMuted = muted > 0;
    muted -= isMuted ? 1 : 0;
    if (!isAlarm) {
      return null;
    }
    Novelty novelty =
        new Novelty(
            scores.score(), scores.severity(), value, expected, low(), high(), scores.terms(n));
    scores.settle(n);
    return isMuted ? null : novelty;
  }

  /// No single sample moves a known scale by more than five times what it is.
  static double clipped(double size, double known, double channelScale) {
    return Math.min(size, Math.max(CLIP_SCALES * known, CLIP_FLOOR * channelScale));
  }

  /// The rate of a mean over a memory; with it the mean begins as a plain one.
  static double rate(long n, double memory) {
    return Math.max(1.0 / (n + 1), 1 / memory);
  }
}
