package rackpulse.history;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import rackpulse.model.Forecast;
import rackpulse.plot.Plot;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Anomaly;
import rackpulse.watch.RackWatch.Opinion;

/// How well forecasts come true: the model learns from the first part of a recording, several times
/// over, and after each time is tried on the rest, which it learns from only while it is tried.
public final class Evaluation {
  /// A week of blocks of five minutes.
  public static final int MOST_STEPS = 2016;

  /// How far ahead where nothing is said, in blocks: 15, 30 and 60 minutes.
  private static final List<Integer> USUAL_STEPS = List.of(3, 6, 12);

  /// So many intervals between the end of one run over the data and the start of the next are a gap
  /// for every rule.
  private static final int BETWEEN_PASSES = 1000;

  /// Blocks between two calls of the progress.
  private static final int PROGRESS_BLOCKS = 64;

  /// What is to be evaluated.
  ///
  /// @param horizonsMillis each a multiple of the distance of samples; none for the usual ones
  /// @param trainShare of the samples that are learned from, above 0 and below 1
  /// @param passes over the data, at least 1
  public record Settings(
      RecordingSettings recording, List<Long> horizonsMillis, double trainShare, int passes) {
    public Settings {
      horizonsMillis = List.copyOf(horizonsMillis);
    }
  }

  /// A row of the result; the numbers are NaN where there was no forecast.
  ///
  /// @param pass from 1
  /// @param horizonMillis how far ahead
  /// @param train whether it is of the part that is learned from
  /// @param ratio of the squared error to that of persistence
  /// @param coverage share of the values in the band
  public record Row(
      int pass,
      long horizonMillis,
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

  /// Between two samples; as they are, rows are taken for evenly spaced.
  private long stepMillis;

  private List<Integer> horizons = USUAL_STEPS;

  private Evaluation(Settings settings, DoubleConsumer progress) {
    this.settings = settings;
    this.progress = progress;
    runs = 1 + settings.passes();
  }

  /// Reads the recording once to measure it, then once for each pass.
  ///
  /// @param labels of the plot by the first horizon in milliseconds
  /// @param problems takes a line for each row that cannot be used
  /// @param progress takes how much is done, 0 to 1
  public static Result run(
      Settings settings,
      LongFunction<Plot.Labels> labels,
      Consumer<String> problems,
      DoubleConsumer progress)
      throws IOException, UnusableRecording {
    return new Evaluation(settings, progress).run(labels, problems);
  }

  private Result run(LongFunction<Plot.Labels> labels, Consumer<String> problems)
      throws IOException, UnusableRecording {
    Extent extent = measure(problems);
    long trained = Math.round(settings.trainShare * extent.samples);
    Plot plot =
        new Plot(
            labels.apply(horizons.getFirst() * stepMillis), extent.firstMillis, extent.lastMillis);
    List<Row> rows = new ArrayList<>();
    Forecast model = model();
    for (int pass = 1; pass <= settings.passes; pass++) {
      run++;
      boolean isLast = pass == settings.passes;
      Trial train = new Trial(model, isLast ? plot : null);
      Trial test = null;
      try (RecordedWatch watch = new RecordedWatch(settings.recording, _ -> {})) {
        JudgedBlock block = watch.next();
        for (long i = 0; block != null; i++) {
          if (i == trained) {
            plot.split(block.startMillis());
            test = new Trial(copy(model), isLast ? plot : null, train);
          }
          (test == null ? train : test).observe(block, i == 0 ? BETWEEN_PASSES : 0);
          if (isLast) {
            draw(block, plot);
          }
          report(watch, i);
          block = watch.next();
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
    Path file = settings.recording.file();
    if (Files.exists(file) ? !Files.isRegularFile(file) : file.equals(Path.of("-"))) {
      throw new UnusableRecording(
          file + ": it is read several times, which only a file can be: save it as one");
    }
    try (RecordedWatch watch = new RecordedWatch(settings.recording, problems)) {
      long periodMillis = settings.recording.periodMillis();
      stepMillis = periodMillis > 0 ? periodMillis : watch.everyMillis();
      findHorizons();
      long count = 0;
      long firstMillis = Long.MAX_VALUE;
      long lastMillis = Long.MIN_VALUE;
      for (JudgedBlock block = watch.next(); block != null; block = watch.next()) {
        firstMillis = Math.min(firstMillis, block.startMillis());
        lastMillis = Math.max(lastMillis, block.startMillis());
        report(watch, count++);
      }
      if (count == 0) {
        throw new UnusableRecording(settings.recording.file() + ": it has no row to evaluate");
      }
      return new Extent(count, watch.recording().bad(), firstMillis, lastMillis);
    }
  }

  private void findHorizons() throws UnusableRecording {
    List<Integer> steps = new ArrayList<>();
    for (long horizonMillis : settings.horizonsMillis) {
      long step = horizonMillis / stepMillis;
      if (step * stepMillis != horizonMillis || step < 1 || step > MOST_STEPS) {
        throw new UnusableRecording(
            "--horizon: %s s is not 1 to %d times the %s s from sample to sample"
                .formatted(seconds(horizonMillis), MOST_STEPS, seconds(stepMillis)));
      }
      steps.add((int) step);
    }
    horizons = steps.isEmpty() ? USUAL_STEPS : steps;
  }

  private static String seconds(long millis) {
    return NumberText.rounded(millis / 1000.0, 9);
  }

  private void draw(JudgedBlock block, Plot plot) {
    long millis = block.startMillis();
    plot.value(millis, block.value());
    if (block.alarm() > 0) {
      plot.mark(millis, block.value());
    }
    for (Anomaly anomaly : block.raised()) {
      plot.raised(anomaly.kind().id(), millis, stepMillis);
    }
  }

  private void report(RecordedWatch watch, long block) {
    if (block % PROGRESS_BLOCKS == 0) {
      progress.accept((run + watch.recording().share()) / runs);
    }
  }

  private Forecast model() {
    int[] steps = horizons.stream().mapToInt(Integer::intValue).toArray();
    boolean hasCompanion = !settings.recording.inputs().isEmpty();
    return new Forecast(stepMillis, hasCompanion, steps);
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
      int count = horizons.size();
      errors = new Errors[count];
      Arrays.setAll(errors, _ -> new Errors());
      forecasts = new double[count][];
      bands = new double[count][];
      bases = new double[count][];
      due = new long[count][];
      for (int h = 0; h < count; h++) {
        int steps = horizons.get(h);
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

    void observe(JudgedBlock block, long gap) {
      Opinion past = block.past();
      if (past == null) {
        return;
      }
      now += past.intervals();
      double value = past.mean();
      for (int h = 0; h < errors.length; h++) {
        score(h, value);
      }
      model.observe(block.startMillis(), past.intervals() + gap, value, block.companion());
      for (int h = 0; h < errors.length; h++) {
        keep(h, value, block.startMillis());
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
        long thenMillis = millis + steps * stepMillis;
        plot.forecast(thenMillis, model.value(0), model.halfBand(0));
      }
    }

    void addRows(List<Row> rows, int pass, boolean isTrain) {
      for (int h = 0; h < errors.length; h++) {
        Errors of = errors[h];
        rows.add(
            new Row(
                pass,
                horizons.get(h) * stepMillis,
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
