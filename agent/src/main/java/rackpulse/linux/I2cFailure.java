package rackpulse.linux;

import java.nio.file.Path;
import rackpulse.bus.BusException;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;

/// What the error number of a failed I2C transfer means (Documentation/i2c/fault-codes.rst of the
/// kernel, and what its drivers make of it).
final class I2cFailure {
  private I2cFailure() {}

  /// Names the failure and counts what it says about the wire.
  ///
  /// ENXIO is the documented answer to an address that is not acknowledged, EREMOTEIO that of many
  /// drivers. EIO says no more than that it went wrong. ETIMEDOUT is a chip that stretches the
  /// clock for too long or a line held low: the kernel does not tell them apart.
  static BusException of(Path device, int address, int errno, WireCounters counters) {
    String chip = "0x" + Integer.toHexString(address) + " on " + device;
    String why = " (" + Errno.text(errno) + ")";
    return switch (Errno.of(errno)) {
      case ENXIO, EREMOTEIO -> {
        counters.count(WireEvent.NAK);
        yield new BusException.NoAnswer(chip + " does not acknowledge" + why, true);
      }
      case EIO -> {
        counters.count(WireEvent.NAK);
        yield new BusException.NoAnswer(chip + " failed and the adapter does not say why" + why);
      }
      case ETIMEDOUT -> {
        counters.count(WireEvent.STUCK);
        yield new BusException.NoAnswer(chip + " holds the clock, or SDA or SCL is stuck" + why);
      }
      case EBUSY -> {
        counters.count(WireEvent.STUCK);
        yield new BusException.Down(device + " is never idle: is SDA or SCL held low?" + why);
      }
      case EAGAIN -> {
        counters.count(WireEvent.ARBITRATION_LOST);
        yield new BusException.Corrupt(chip + ": another master won the bus" + why, new byte[0]);
      }
      case EPROTO, EBADMSG, EINTR ->
          new BusException.Corrupt(chip + ": broken transfer" + why, new byte[0]);
      case EINVAL, EOPNOTSUPP, EMSGSIZE ->
          new BusException.Refused(
              chip + ": the adapter cannot do this transfer" + why, 0, new byte[0]);
      case ENOTTY -> new BusException.Down(device + " is not an I2C adapter" + why);
      default -> {
        counters.count(WireEvent.DISCONNECT);
        yield new BusException.Down("I2C adapter " + device + " is gone" + why);
      }
    };
  }
}
