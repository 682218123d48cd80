package rackpulse.sensor;

import rackpulse.bus.BusException;
import rackpulse.telemetry.Cause;

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
}
