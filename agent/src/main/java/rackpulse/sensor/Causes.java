package rackpulse.sensor;

import java.util.List;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.BusException;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Sample;

/// The one place where a failure on a bus becomes the cause of a gap.
public final class Causes {
  private Causes() {}

  /// The cause to publish for `failure`. A new way to fail does not compile until it is named here.
  public static Cause of(BusException failure) {
    return switch (failure) {
      case BusException.NoAnswer _ -> Cause.NO_ANSWER;
      case BusException.Corrupt _ -> Cause.CORRUPT;
      case BusException.WrongSender _ -> Cause.WRONG_SENDER;
      case BusException.Refused _ -> Cause.REFUSED;
      case BusException.Down _ -> Cause.BUS_DOWN;
    };
  }

  /// Why `samples` are as good as no answer; null when they are not.
  public static @Nullable Cause uselessness(List<Sample> samples) {
    Cause first = null;
    for (Sample sample : samples) {
      if (!(sample instanceof Gap gap)) {
        return null;
      }
      switch (gap.cause()) {
        case NO_ANSWER, CORRUPT, WRONG_SENDER, DORMANT, BUS_DOWN ->
            first = first == null ? gap.cause() : first;
        case REFUSED, UNDEFINED, OUT_OF_RANGE -> {
          return null; // the device itself says so
        }
      }
    }
    return first;
  }
}
