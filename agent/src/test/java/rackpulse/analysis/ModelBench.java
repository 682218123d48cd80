package rackpulse.analysis;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import rackpulse.model.EdgeLs;
import rackpulse.model.Forecast;
import rackpulse.model.RackModel;
import rackpulse.model.SensorFaults;
import rackpulse.state.StateWriter;
import rackpulse.trend.TimeToThreshold;
import rackpulse.trend.Trend;
import rackpulse.watch.WatchBench;

/// What the models of one channel cost, by hand: `tests/bench model [SAMPLES]`.
///
/// Prints time, garbage and state per sample; nothing asserts on them.
public final class ModelBench {
  private static final long BLOCK_MILLIS = 300_000;
  private static final long EVERY_NANOS = 10_000_000_000L;
  private static final int DAY = 288;
  private static final int ROUNDS = 5;

  private final int samples;
  private final double[] series;

  private ModelBench(int samples) {
    this.samples = samples;
    series = new double[samples];
    Random random = new Random(1);
    double noise = 0;
    for (int i = 0; i < samples; i++) {
      noise = 0.8 * noise + 0.1 * random.nextGaussian();
      series[i] = Math.round(100 * (24 + Math.sin(2 * Math.PI * i / DAY) + noise)) / 100.0;
    }
  }

  public static void main(String[] arguments) {
    int samples = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200_000;
    System.out.println(samples + " samples, best and last of " + ROUNDS + " rounds, one channel");
    System.out.println("                                 best      last  garbage    state");
    System.out.println("                            µs/sample µs/sample B/sample        B");
    ModelBench bench = new ModelBench(samples);
    bench.edgeLs();
    bench.forecast("forecast, 15 minutes", false, 3);
    bench.forecast("forecast, 15, 30, 60 min", false, 3, 6, 12);
    bench.forecast("the same with companion", true, 3, 6, 12);
    bench.timeToThreshold();
    bench.sensorFaults(0);
    bench.sensorFaults(2);
    bench.blockMean();
    bench.rackModel();
    WatchBench.run();
  }

  private interface Sampled {
    void observe(int i);
  }

  private void edgeLs() {
    EdgeLs model = new EdgeLs(0.01);
    measure("own past", i -> model.observe(i * BLOCK_MILLIS, 1, series[i]), model::save);
  }

  private void forecast(String name, boolean hasCompanion, int... steps) {
    Forecast model = new Forecast(BLOCK_MILLIS, hasCompanion, steps);
    measure(
        name,
        i -> model.observe(i * BLOCK_MILLIS, 1, series[i], series[samples - 1 - i]),
        model::save);
  }

  private void timeToThreshold() {
    Trend trend = new Trend(new Trend.Settings(EVERY_NANOS, 0.01, 30));
    TimeToThreshold high = new TimeToThreshold(trend, 32, false);
    TimeToThreshold low = new TimeToThreshold(trend, 18, true);
    measure(
        "time to two thresholds",
        i -> {
          trend.observe(EVERY_NANOS, series[i]);
          high.judge();
          low.judge();
        },
        writer -> {
          trend.save(writer);
          high.save(writer);
          low.save(writer);
        });
  }

  private void sensorFaults(int count) {
    SensorFaults.Settings settings =
        new SensorFaults.Settings(-40, 125, 0.4, EVERY_NANOS / 1_000_000, count);
    SensorFaults model = new SensorFaults(settings);
    double[] neighbours = new double[count];
    measure(
        "sensor faults, neighbours " + count,
        i -> {
          fill(neighbours, i);
          model.observe(i * EVERY_NANOS / 1_000_000, series[i], neighbours);
        },
        model::save);
  }

  private void rackModel() {
    RackModel model = new RackModel(RackModel.MAX_INPUTS, true, 0.01);
    double[] inputs = new double[RackModel.MAX_INPUTS];
    measure(
        "rack model, 7 inputs",
        i -> {
          fill(inputs, i);
          model.observe(series[i], inputs, RackModel.Trust.SOUND);
        },
        model::save);
  }

  private void fill(double[] others, int i) {
    for (int k = 0; k < others.length; k++) {
      others[k] = series[(i + (k + 1) * 1000) % samples] + 0.3 * series[i];
    }
  }

  private void blockMean() {
    BlockMean mean = new BlockMean(BLOCK_MILLIS, EVERY_NANOS / 1_000_000);
    measure(
        "block mean",
        i -> mean.observe(i * EVERY_NANOS / 1_000_000, EVERY_NANOS, series[i]),
        mean::save);
  }

  private void measure(String name, Sampled model, Consumer<StateWriter> save) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    double bestMicros = Double.POSITIVE_INFINITY;
    double lastMicros = 0;
    double garbage = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long bytes = threads.getCurrentThreadAllocatedBytes();
      long nanos = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < samples; i++) {
        model.observe(i);
      }
      lastMicros = (threads.getCurrentThreadCpuTime() - nanos) / 1e3 / samples;
      garbage = (double) (threads.getCurrentThreadAllocatedBytes() - bytes) / samples;
      bestMicros = Math.min(bestMicros, lastMicros);
    }
    StateWriter writer = new StateWriter();
    int emptyBytes = writer.lengthBytes();
    save.accept(writer);
    System.out.printf(
        Locale.ROOT,
        "%-27s %9.3f %9.3f %8.2f %8d%n",
        name,
        bestMicros,
        lastMicros,
        garbage,
        writer.lengthBytes() - emptyBytes);
  }
}
