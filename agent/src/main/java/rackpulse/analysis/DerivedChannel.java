package rackpulse.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// A sum of channels minus others, computed each time when all of them are newer than at the last
/// time.
final class DerivedChannel {
  /// Decimals kept: a millionth of the unit.
  private static final double MICRO = 1e6;

  /// Up to here a double holds millionths.
  private static final double EXACT = 1e9;

  private final Channel channel;
  private final List<Channel> inputs;
  private final int added;

  /// The newest sample of each input since the last computation.
  private final @Nullable Sample[] fresh;

  DerivedChannel(DerivedSettings settings) {
    channel = settings.channel();
    inputs = new ArrayList<>(settings.plus());
    added = inputs.size();
    inputs.addAll(settings.minus());
    fresh = new @Nullable Sample[inputs.size()];
  }

  Channel channel() {
    return channel;
  }

  List<Channel> inputs() {
    return inputs;
  }

  /// Takes a sample of one of the inputs.
  ///
  /// @return the result, when that was the last input missing; a gap in any input is a gap with its
  ///   cause
  @Nullable Sample offer(Sample sample) {
    for (int i = 0; i < fresh.length; i++) {
      if (inputs.get(i).equals(sample.channel())) {
        fresh[i] = sample;
      }
    }
    double sum = 0;
    Stamp oldest = sample.stamp();
    Cause cause = null;
    for (int i = 0; i < fresh.length; i++) {
      switch (fresh[i]) {
        case null -> {
          return null;
        }
        case Reading reading -> {
          sum += i < added ? reading.value() : -reading.value();
          oldest = older(oldest, reading.stamp());
        }
        case Gap gap -> {
          cause = cause == null ? gap.cause() : cause;
          oldest = older(oldest, gap.stamp());
        }
      }
    }
    Arrays.fill(fresh, null);
    if (cause == null && !Double.isFinite(sum)) {
      cause = Cause.OUT_OF_RANGE;
    }
    return cause == null
        ? new Reading(channel, oldest, withoutBinaryDust(sum))
        : new Gap(channel, oldest, cause);
  }

  /// Adding decimals in binary leaves a dust of 1e-16 of the sum: 3822.2961999999998.
  private static double withoutBinaryDust(double sum) {
    return Math.abs(sum) < EXACT ? Math.rint(sum * MICRO) / MICRO : sum;
  }

  private static Stamp older(Stamp a, Stamp b) {
    return b.monotonicNanos() - a.monotonicNanos() < 0 ? b : a;
  }
}
