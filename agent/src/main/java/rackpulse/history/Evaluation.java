package rackpulse.history;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;
import rackpulse.model.Forecast;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// How well forecasts come true: the model learns from the first part of a recording, several times
/// over, and after each time is tried on the rest, which it learns from only while it is tried.
public final class Evaluation {
  /// So many intervals between the end of one run over the data and the start of the next are a gap
  /// for every rule.
  private static final int BETWEEN_PASSES = 1000;

  /// Samples between two calls of the progress.
  private static final int PROGRESS_SAMPLES = 1024;

  /// What is to be evaluated.
  ///
  /// @param horizons each in samples, at least 1
  /// @param trainShare of the samples that are learned from, above 0 and below 1
  /// @param passes over the data, at least 1
  public record Settings(
      RecordingSettings recording, List<Integer> horizons, double trainShare, int passes) {
    public Settings {
      horizons = List.copyOf(horizons);
    }
  }

  /// A row of the result; the numbers are NaN where there was no forecast.
  ///
  /// @param pass from 1
  /// @param horizon in samples
  /// @param train whether it is of the part that is learned from
  /// @param ratio of the squared error to that of persistence
  /// @param coverage share of the values in the band
  public record Row(
      int pass,
      int horizon,
      boolean train,
      long count,
      double mse,
      double mae,
      double ratio,
      double coverage) {}

  /// The rows, and what can be drawn of the last pass.
  ///
  /// @param bad rows of the recording that could not be used
  public record Result(List<Row> rows, Plot plot, long samples, long bad) {}

  private final Settings settings;
  private final DoubleConsumer progress;
  private final int runs;
  private int run;

  private Evaluation(Settings settings, DoubleConsumer progress) {
    this.settings = settings;
    this.progress = progress;
    runs = 1 + settings.passes();
  }

  /// Reads the recording once to measure it, then once for each pass.
  ///
  /// @param problems takes a line for each row that cannot be used
  /// @param progress takes how much is done, 0 to 1
  public static Result run(Settings settings, Consumer<String> problems, DoubleConsumer progress)
      throws IOException, UnusableRecording {
    return new Evaluation(settings, progress).run(problems);
  }

  private Result run(Consumer<String> problems) throws IOException, UnusableRecording {
    Extent extent = measure(problems);
    long trained = Math.round(settings.trainShare * extent.samples);
    Plot plot = new Plot(settings.recording, extent.firstMillis, extent.lastMillis);
    List<Row> rows = new ArrayList<>();
    Forecast model = model();
    for (int pass = 1; pass <= settings.passes; pass++) {
      run++;
      boolean isLast = pass == settings.passes;
      Trial train = new Trial(model, isLast ? plot : null);
      Trial test = null;
      try (Samples samples = new Samples(settings.recording, _ -> {})) {
        Judgement judgement =
            new Judgement(settings.recording.value(), settings.recording.inputs());
        for (long i = 0; samples.next(); i++) {
          if (i == trained) {
            plot.split(samples.millis());
            test = new Trial(copy(model), isLast ? plot : null, train);
          }
          (test == null ? train : test).observe(samples, i == 0 ? BETWEEN_PASSES : 0);
          if (isLast) {
            judgement.observe(samples);
            plot.judge(samples.millis(), samples.value(), judgement);
          }
          report(samples, i);
        }
      }
      train.addRows(rows, pass, true);
      if (test != null) {
        test.addRows(rows, pass, false);
      }
    }
    progress.accept(1);
    return new Result(rows, plot, extent.samples, extent.bad);
  }

  private record Extent(long samples, long bad, long firstMillis, long lastMillis) {}

  private Extent measure(Consumer<String> problems) throws IOException, UnusableRecording {
    try (Samples samples = new Samples(settings.recording, problems)) {
      long count = 0;
      long firstMillis = Long.MAX_VALUE;
      long lastMillis = Long.MIN_VALUE;
      while (samples.next()) {
        firstMillis = Math.min(firstMillis, samples.millis());
        lastMillis = Math.max(lastMillis, samples.millis());
        report(samples, count++);
      }
      if (count == 0) {
        throw new UnusableRecording(settings.recording.file() + ": it has no row to evaluate");
      }
      return new Extent(count, samples.recording().bad(), firstMillis, lastMillis);
    }
  }

  private void report(Samples samples, long sample) {
    if (sample % PROGRESS_SAMPLES == 0) {
      progress.accept((run + samples.recording().share()) / runs);
    }
  }

  private Forecast model() {
    int[] steps = settings.horizons.stream().mapToInt(Integer::intValue).toArray();
    boolean hasCompanion = !settings.recording.inputs().isEmpty();
    return new Forecast(settings.recording.periodMillis(), hasCompanion, steps);
  }

  private Forecast copy(Forecast model) {
    StateWriter writer = new StateWriter();
    model.save(writer);
    Forecast copy = model();
    try {
      copy.restore(new StateReader(writer.toBytes()));
    } catch (UnusableState e) {
      throw new IllegalStateException("a state just saved cannot be restored", e);
    }
    return copy;
  }

  /// A model at work, and the forecasts of it whose time has not come.
  private final class Trial {
    private final Forecast model;
    private final @Nullable Plot plot;
    private final Errors[] errors;

    /// Rings, one for each horizon: forecast, half the band, the value then, and for when.
    private final double[][] forecasts;

    private final double[][] bands;
    private final double[][] bases;
    private final long[][] due;
    private long now;

    Trial(Forecast model, @Nullable Plot plot) {
      this.model = model;
      this.plot = plot;
      int horizons = settings.horizons.size();
      errors = new Errors[horizons];
      Arrays.setAll(errors, _ -> new Errors());
      forecasts = new double[horizons][];
      bands = new double[horizons][];
      bases = new double[horizons][];
      due = new long[horizons][];
      for (int h = 0; h < horizons; h++) {
        int steps = settings.horizons.get(h);
        forecasts[h] = new double[steps];
        bands[h] = new double[steps];
        bases[h] = new double[steps];
        due[h] = new long[steps];
      }
    }

    /// Goes on where another trial stopped: its forecasts come true in this one.
    Trial(Forecast model, @Nullable Plot plot, Trial before) {
      this(model, plot);
      now = before.now;
      for (int h = 0; h < errors.length; h++) {
        forecasts[h] = before.forecasts[h].clone();
        bands[h] = before.bands[h].clone();
        bases[h] = before.bases[h].clone();
        due[h] = before.due[h].clone();
      }
    }

    void observe(Samples samples, long gap) {
      now += samples.intervals();
      double value = samples.value();
      if (Double.isNaN(value)) {
        return;
      }
      for (int h = 0; h < errors.length; h++) {
        score(h, value);
      }
      double companion = samples.recording().width() > 1 ? samples.input(0) : Double.NaN;
      model.observe(samples.millis(), samples.intervals() + gap, value, companion);
      for (int h = 0; h < errors.length; h++) {
        keep(h, value, samples.millis());
      }
    }

    private void score(int h, double value) {
      int slot = (int) (now % due[h].length);
      if (due[h][slot] == now) {
        double error = value - forecasts[h][slot];
        boolean isCovered = Math.abs(error) <= bands[h][slot];
        errors[h].add(error, value - bases[h][slot], isCovered);
      }
    }

    private void keep(int h, double value, long millis) {
      int steps = due[h].length;
      int slot = (int) (now % steps);
      boolean isReady = model.isReady(h);
      due[h][slot] = isReady ? now + steps : 0;
      forecasts[h][slot] = model.value(h);
      bands[h][slot] = model.halfBand(h);
      bases[h][slot] = value;
      if (plot != null && h == 0 && isReady) {
        long thenMillis = millis + steps * settings.recording.periodMillis();
        plot.forecast(thenMillis, model.value(0), model.halfBand(0));
      }
    }

    void addRows(List<Row> rows, int pass, boolean isTrain) {
      for (int h = 0; h < errors.length; h++) {
        Errors of = errors[h];
        rows.add(
            new Row(
                pass,
                settings.horizons.get(h),
                isTrain,
                of.count(),
                of.meanSquare(),
                of.meanSize(),
                of.ratioToPersistence(),
                of.coverage()));
      }
    }
  }

  /// Errors of the forecasts of one horizon over a part of a recording.
  private static final class Errors {
    private long count;
    private double squares;
    private double sizes;
    private double squaredChanges;
    private long covered;

    /// @param error actual value less forecast
    /// @param change actual value less the value when the forecast was made
    /// @param isCovered whether the value lay in the band
    void add(double error, double change, boolean isCovered) {
      count++;
      squares += error * error;
      sizes += Math.abs(error);
      squaredChanges += change * change;
      covered += isCovered ? 1 : 0;
    }

    long count() {
      return count;
    }

    /// Mean squared error; NaN without forecasts.
    double meanSquare() {
      return squares / count;
    }

    /// Mean absolute error; NaN without forecasts.
    double meanSize() {
      return sizes / count;
    }

    /// Mean squared error over that of the forecast that nothing changes; NaN on a constant.
    double ratioToPersistence() {
      return squares / squaredChanges;
    }

    /// Share of the values that lay in the band; NaN without forecasts.
    double coverage() {
      return (double) covered / count;
    }
  }
}
