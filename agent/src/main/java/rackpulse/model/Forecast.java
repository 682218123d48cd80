package rackpulse.model;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// What a channel will be in some samples' time, from its level, its last changes and the time of
/// day then, with one least-squares model per horizon that learns when the future has come.
///
/// Shrunk towards persistence, which says that nothing will change. The ratio of the squared errors
/// of the two is told with every forecast, since an error alone says nothing.
public final class Forecast {
  private static final double MEMORY = 2000;
  private static final double[] MEAN_RATES = {0.3, 0.03};
  private static final double[] SLOPE_RATES = {0.15, 0.04};
  private static final double[] SLOPE_SAMPLES = {10, 30};
  private static final double COMPANION_RATE = 0.1;
  private static final int GAP_INTERVALS = 3;
  private static final int[] LAGS = {1, 3, 10};
  private static final int OLDEST_LAG = 10;

  /// Features that do not depend on the horizon: 1, level, three changes, two means, two slopes.
  private static final int COMMON = 9;

  private static final int OF_COMPANION = 2;

  /// Not from the reference: keeps the first change after a long constancy from making the models
  /// blind. Real series stay far within.
  private static final double MOST_FEATURE = 100;

  private static final String SECTION = "forecast";

  private final long intervalMillis;
  private final Horizon[] horizons;
  private final double[] present;
  private final Level level = new Level();
  private final Level companionLevel = new Level();
  private final double[] recent = new double[OLDEST_LAG];
  private final double[] means = new double[MEAN_RATES.length];
  private final double[] slopes = new double[SLOPE_RATES.length];
  private long samples;

  /// Nominal intervals since the first sample, also those without a sample.
  private long now;

  private double companion;
  private double companionMean;

  /// @param intervalMillis between samples
  /// @param hasCompanion whether another channel, such as the power, helps
  /// @param steps each horizon in samples, at least 1
  public Forecast(long intervalMillis, boolean hasCompanion, int... steps) {
    this.intervalMillis = intervalMillis;
    present = new double[COMMON + (hasCompanion ? OF_COMPANION : 0)];
    horizons = new Horizon[steps.length];
    Arrays.setAll(horizons, i -> new Horizon(steps[i], present.length));
  }

  /// Takes a sample; what is not usable counts as missing and changes nothing.
  ///
  /// @param wallMillis since the epoch; only the time of day matters
  /// @param intervals nominal intervals since the sample before, 1 without a gap
  /// @param companionValue of the other channel; where it is missing its last value counts
  public void observe(long wallMillis, long intervals, double value, double companionValue) {
    if (!Rls.isUsable(value)) {
      return;
    }
    now += Math.clamp(intervals, 1, EdgeLs.MOST_INTERVALS);
    for (Horizon horizon : horizons) {
      horizon.learn(now, value);
    }
    level.begin(value);
    if (samples == 0 || intervals > GAP_INTERVALS) {
      forgetChanges(value);
    }
    double before = recent(1);
    for (int i = 0; i < means.length; i++) {
      means[i] += MEAN_RATES[i] * (value - means[i]);
      slopes[i] += SLOPE_RATES[i] * (value - before - slopes[i]);
    }
    double scale = level.scale();
    fillPresent(value, scale);
    if (present.length > COMMON) {
      takeCompanion(companionValue);
    }
    if (level.isKnown()) {
      for (Horizon horizon : horizons) {
        long thenMillis = wallMillis + horizon.steps * intervalMillis;
        horizon.predict(now, thenMillis, present, value, scale);
      }
    }
    level.learn(value);
    recent[(int) (samples % OLDEST_LAG)] = value;
    samples++;
  }

  /// Whether enough forecasts came true for the next to be told.
  ///
  /// @param horizon its index, here and below
  public boolean isReady(int horizon) {
    return horizons[horizon].isReady();
  }

  /// What the channel will be, in its unit.
  public double value(int horizon) {
    return horizons[horizon].forecast;
  }

  /// Half the width of the band in which nine of ten values will be, in the channel's unit.
  public double halfBand(int horizon) {
    return horizons[horizon].halfBand();
  }

  /// The squared error over that of persistence: below 1 the forecast is worth having.
  public double ratioToPersistence(int horizon) {
    return horizons[horizon].ratioToPersistence();
  }

  /// Writes all that the model knows.
  public void save(StateWriter writer) {
    int section = writer.open(SECTION, constants());
    writer.number(samples);
    writer.number(now);
    level.save(writer);
    companionLevel.save(writer);
    writer.values(recent);
    writer.values(means);
    writer.values(slopes);
    writer.value(companion);
    writer.value(companionMean);
    for (Horizon horizon : horizons) {
      horizon.save(writer);
    }
    writer.close(section);
  }

  /// Fills a new model with what was saved of one with the same settings.
  public void restore(StateReader reader) throws UnusableState {
    int section = reader.open(SECTION, constants());
    samples = reader.number();
    now = reader.number();
    level.restore(reader);
    companionLevel.restore(reader);
    reader.values(recent);
    reader.values(means);
    reader.values(slopes);
    companion = reader.value();
    companionMean = reader.value();
    for (Horizon horizon : horizons) {
      horizon.restore(reader);
    }
    reader.close(section);
  }

  /// Other horizons or features are another model.
  private long constants() {
    double[] steps = Arrays.stream(horizons).mapToDouble(horizon -> horizon.steps).toArray();
    return StateWriter.hash(1, steps)
        ^ StateWriter.hash(2, MEAN_RATES)
        ^ StateWriter.hash(3, SLOPE_RATES)
        ^ StateWriter.hash(4, SLOPE_SAMPLES)
        ^ StateWriter.hash(5, (double) intervalMillis, present.length, MEMORY, MOST_FEATURE)
        ^ Horizon.CONSTANTS;
  }

  private double recent(int lag) {
    return recent[(int) ((samples + OLDEST_LAG - lag) % OLDEST_LAG)];
  }

  private void forgetChanges(double value) {
    Arrays.fill(recent, value);
    Arrays.fill(means, value);
    Arrays.fill(slopes, 0);
  }

  private void fillPresent(double value, double scale) {
    present[0] = 1;
    present[1] = bounded((value - level.mean) / scale);
    for (int i = 0; i < LAGS.length; i++) {
      present[2 + i] = bounded((value - recent(LAGS[i])) / scale);
    }
    for (int i = 0; i < means.length; i++) {
      present[5 + i] = bounded((value - means[i]) / scale);
      present[7 + i] = bounded(SLOPE_SAMPLES[i] * slopes[i] / scale);
    }
  }

  private void takeCompanion(double value) {
    boolean isPresent = Rls.isUsable(value);
    if (isPresent) {
      companion = value;
      companionMean = companionLevel.samples == 0 ? value : companionMean;
      companionMean += COMPANION_RATE * (value - companionMean);
      companionLevel.begin(value);
    }
    double scale = companionLevel.isKnown() ? companionLevel.scale() : Double.POSITIVE_INFINITY;
    present[COMMON] = bounded((companion - companionLevel.mean) / scale);
    present[COMMON + 1] = bounded((companion - companionMean) / scale);
    if (isPresent) {
      companionLevel.learn(value);
    }
  }

  private static double bounded(double feature) {
    return Math.clamp(feature, -MOST_FEATURE, MOST_FEATURE);
  }

  /// Mean and mean absolute deviation of a channel.
  private static final class Level {
    private static final int FIRST_SAMPLES = 20;

    private long samples;
    private double mean;
    private double deviation;

    /// Before the first sample is used.
    void begin(double value) {
      mean = samples == 0 ? value : mean;
    }

    /// In units of a scale from one or two samples, the first changes would outweigh years.
    boolean isKnown() {
      return samples >= FIRST_SAMPLES;
    }

    double scale() {
      return Math.max(deviation, 1e-4 * Math.abs(mean) + 1e-9);
    }

    void learn(double value) {
      double rate = EdgeLs.rate(samples, MEMORY);
      deviation += rate * (Math.abs(value - mean) - deviation);
      mean += rate * (value - mean);
      samples++;
    }

    void save(StateWriter writer) {
      writer.number(samples);
      writer.value(mean);
      writer.value(deviation);
    }

    void restore(StateReader reader) throws UnusableState {
      samples = reader.number();
      mean = reader.value();
      deviation = reader.value();
    }
  }

  /// The model of one horizon and the forecasts whose time has not come.
  private static final class Horizon {
    private static final double FORGETTING = 0.9995;
    private static final double HUBER_SCALES = 3;
    private static final int HARMONICS = 2;
    private static final double BAND_ERRORS = 2.5;
    private static final double MOST_STANDARDISED = 6;
    private static final double SHRINK_RATE = 0.002;
    private static final double ERROR_MEMORY = 500;
    private static final double ERROR_CLIP = 8;
    private static final int HUBER_AFTER = 30;
    private static final int CLIP_AFTER = 100;
    private static final double CLIP_SCALES = 5;
    private static final double CLIP_FLOOR = 0.02;
    private static final int READY_FROM = 100;

    /// What a factor of shrinkage starts from: 1, to be moved by the first evidence.
    private static final double TINY = 1e-12;

    static final long CONSTANTS =
        StateWriter.hash(6, FORGETTING, HUBER_SCALES, HARMONICS, MOST_STANDARDISED, SHRINK_RATE)
            ^ StateWriter.hash(7, BAND_ERRORS, ERROR_MEMORY, ERROR_CLIP, CLIP_SCALES, CLIP_FLOOR);

    private final int steps;
    private final DMatrixRMaj features;
    private final Rls model;

    /// A ring of the last `steps` forecasts: features, then value, scale, forecast, and its
    /// standardised change.
    private final double[] pending;

    private final long[] madeAt;
    private final int row;
    private long learned;
    private double scale;
    private double agreement;
    private double power;
    private double meanError;
    private double squaredError;
    private double squaredChange;
    private double forecast;

    Horizon(int steps, int common) {
      this.steps = steps;
      features = new DMatrixRMaj(common + 2 * HARMONICS, 1);
      double[] variances = new double[features.numRows];
      Arrays.fill(variances, 1);
      model = new Rls(features, FORGETTING, variances, new double[features.numRows]);
      row = features.numRows + 4;
      pending = new double[steps * row];
      madeAt = new long[steps];
      Arrays.fill(madeAt, Long.MIN_VALUE);
    }

    /// Makes the forecast from the present and keeps it until its time comes.
    void predict(long now, long thenMillis, double[] present, double value, double channelScale) {
      double[] f = features.data;
      System.arraycopy(present, 0, f, 0, present.length);
      DailyShape.fillHarmonics(f, present.length, HARMONICS, thenMillis);
      double change = Math.clamp(model.predict(), -MOST_STANDARDISED, MOST_STANDARDISED);
      double shrink = Math.clamp((agreement + TINY) / (power + TINY), 0, 1);
      forecast = value + shrink * change * channelScale;
      int slot = (int) (now % steps);
      madeAt[slot] = now;
      int at = slot * row;
      System.arraycopy(f, 0, pending, at, f.length);
      pending[at + f.length] = value;
      pending[at + f.length + 1] = channelScale;
      pending[at + f.length + 2] = forecast;
      pending[at + f.length + 3] = change;
    }

    /// Compares the forecast made for now with what came, then learns from it.
    void learn(long now, double value) {
      int slot = (int) (now % steps);
      if (madeAt[slot] != now - steps) {
        return;
      }
      double[] f = features.data;
      int at = slot * row;
      System.arraycopy(pending, at, f, 0, f.length);
      double then = pending[at + f.length];
      double channelScale = pending[at + f.length + 1];
      double told = pending[at + f.length + 2];
      double change = pending[at + f.length + 3];
      double target = (value - then) / channelScale;
      double error = model.error(target);
      double size = Math.abs(error);
      boolean isLarge = learned > HUBER_AFTER && size > HUBER_SCALES * scale;
      model.learn(error, isLarge ? HUBER_SCALES * scale / size : 1);
      double rate = EdgeLs.rate(learned, MEMORY);
      double most = learned < CLIP_AFTER ? size : Math.max(CLIP_SCALES * scale, CLIP_FLOOR);
      scale += rate * (Math.min(size, most) - scale);
      agreement += SHRINK_RATE * (target * change - agreement);
      power += SHRINK_RATE * (change * change - power);
      double miss = Math.abs(value - told);
      double counted =
          learned < CLIP_AFTER || meanError == 0 ? miss : Math.min(miss, ERROR_CLIP * meanError);
      meanError += EdgeLs.rate(learned, ERROR_MEMORY) * (counted - meanError);
      squaredError += rate * (miss * miss - squaredError);
      squaredChange += rate * ((value - then) * (value - then) - squaredChange);
      learned++;
    }

    boolean isReady() {
      return learned >= READY_FROM;
    }

    double halfBand() {
      return BAND_ERRORS * meanError;
    }

    double ratioToPersistence() {
      return squaredChange > 0 ? squaredError / squaredChange : 1;
    }

    void save(StateWriter writer) {
      model.save(writer);
      writer.values(pending);
      for (long made : madeAt) {
        writer.number(made);
      }
      writer.number(learned);
      writer.value(scale);
      writer.value(agreement);
      writer.value(power);
      writer.value(meanError);
      writer.value(squaredError);
      writer.value(squaredChange);
      writer.value(forecast);
    }

    void restore(StateReader reader) throws UnusableState {
      model.restore(reader);
      reader.values(pending);
      for (int i = 0; i < madeAt.length; i++) {
        madeAt[i] = reader.number();
      }
      learned = reader.number();
      scale = reader.value();
      agreement = reader.value();
      power = reader.value();
      meanError = reader.value();
      squaredError = reader.value();
      squaredChange = reader.value();
      forecast = reader.value();
    }
  }
}
